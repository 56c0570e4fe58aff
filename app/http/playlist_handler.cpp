// SPDX-License-Identifier: LGPL-2.1-or-later
// PlaylistHandler: master.m3u8 and index.m3u8 (rfc8216bis 6.2.5, 6.3).
#include "http/playlist_handler.h"

#include "http/hold_time.h"

namespace klive::app::http {
namespace {

constexpr char kPlaylistType[] = "application/vnd.apple.mpegurl";

}  // namespace

void refuse_offline(const Exchange &exchange) {
  exchange.refuse(404, "not_on_air", "Entry " + exchange.route().entry + " is not on air.");
}

PlaylistHandler::PlaylistHandler(ShownEntries &shown, RenderedTexts &texts, HeldRequests &held)
    : shown_(shown), texts_(texts), held_(held) {}

void PlaylistHandler::handle_master(const Exchange &exchange) {
  const LiveEntry *entry = shown_.find(exchange.route());
  if (!entry || !entry->is_live()) return refuse_offline(exchange);
  Answer answer;
  answer.content_type = kPlaylistType;
  const bool is_filled = texts_.fill(answer, *entry, "master", exchange,
                                     [](const manifest::Presentation &presentation) {
                                       return manifest::render_master(presentation);
                                     });
  if (!is_filled) return refuse_offline(exchange);
  // The player page plays closer to the edge where that was asked for, or where there is nothing
  // else to play yet, and lets its viewers go back as far as the window will reach: an HLS playlist
  // says only how far it does now.
  const bool is_old = manifest::fills_hold_back(entry->presentation);
  answer.more = {{"Klive-Latency", entry->low_latency ? "low" : is_old ? "normal" : "starting"}};
  const int64_t window = entry->presentation.session.window.ns / 1'000'000'000;
  if (window > 0) answer.more.emplace_back("Klive-Window", std::to_string(window));
  exchange.answer(answer);
}

void PlaylistHandler::handle_media(const Exchange &exchange) {
  const LiveEntry *entry = shown_.find(exchange.route());
  if (!entry) return refuse_offline(exchange);
  const auto directives = manifest::parse_directives(exchange.query());
  if (!directives) return exchange.refuse(400, "bad_request", directives.error().message);
  if (try_media(exchange, *entry, *directives)) return;
  const bool is_held = held_.hold(
      exchange, entry->id, hold_time(*entry),
      [this, wanted = *directives](const LiveEntry &changed, const Exchange &waiting) {
        return try_media(waiting, shown_.of(changed, waiting.route().is_main), wanted);
      },
      [](const Exchange &waiting) {
        waiting.refuse(503, "too_late", "The encoder sends nothing at the moment.");
      });
  if (!is_held) refuse_crowd(exchange);
}

bool PlaylistHandler::try_media(const Exchange &exchange, const LiveEntry &entry,
                                const manifest::DeliveryDirectives &directives) {
  const std::string &track = exchange.route().track;
  if (!entry.presentation.tracks.contains(track)) {
    exchange.refuse(404, "not_found", "Entry " + entry.id + " has no track of that name.");
    return true;
  }
  switch (manifest::check_reload(entry.presentation, track, directives)) {
    case manifest::ReloadAnswer::kNow:
      break;
    case manifest::ReloadAnswer::kWait:
      return false;
    case manifest::ReloadAnswer::kTooFar:
      exchange.refuse(400, "too_far", "That segment is more than two segments ahead.");
      return true;
  }
  Answer answer;
  answer.content_type = kPlaylistType;
  const bool skip = directives.skip;
  const bool is_filled =
      texts_.fill(answer, entry, skip ? track + "/skip" : track + "/full", exchange,
                  [&track, skip](const manifest::Presentation &presentation) {
                    return manifest::render_media_playlist(presentation, track, {true, skip});
                  });
  if (is_filled) {
    exchange.answer(answer);
  } else {
    refuse_offline(exchange);
  }
  return true;
}

void PlaylistHandler::handle_flavor(const Exchange &exchange) {
  const Route &route = exchange.route();
  const LiveEntry *entry = shown_.find(route);
  if (!entry) return refuse_offline(exchange);
  const bool is_backup = route.is_backup.value_or(false);
  const auto kind = route.is_audio ? manifest::Kind::kAudio : manifest::Kind::kVideo;
  for (const auto &[name, track] : entry->presentation.tracks) {
    const manifest::TrackInit &init = track.init;
    if (init.flavor != route.flavors.front() || init.kind != kind || init.backup != is_backup)
      continue;
    const std::string_view folder = exchange.path().substr(0, exchange.path().rfind('/') + 1);
    Answer answer;
    answer.status = 302;
    answer.cache_control = "max-age=5";
    answer.more = {{"Location", std::string(folder) + name + "/index.m3u8"}};
    return exchange.answer(answer);
  }
  exchange.refuse(404, "not_found", "Entry " + entry->id + " has no track of that flavor.");
}

}  // namespace klive::app::http
