// SPDX-License-Identifier: LGPL-2.1-or-later
// PlayManifestHandler: Kaltura's playManifest (sections 9.1 to 9.3 of the Kaltura notes).
//
//   playManifest ─► entry on air? ─► /live/<entry>/master.m3u8, or when something of it was chosen
//   or
//                   │                signed: /live/hls/p/…/t/<token>/master-s32.m3u8
//                   ├ on a media server ─► the same there
//                   └ no ─► the entry that it redirects to, or 404 with Kaltura's headers
#include "http/play_manifest_handler.h"

#include <algorithm>

#include "kaltura/answer.h"
#include "kaltura/ks.h"
#include "kaltura/value.h"
#include "manifest/excerpt.h"

namespace klive::app::http {
namespace {

using kaltura::make_play_error;
using kaltura::PlayError;
using kaltura::PlayErrorKind;
using kaltura::PlayManifest;

constexpr int kMaxRedirects = 5;

std::string_view without_scheme(std::string_view origin) {
  const size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ? origin : origin.substr(scheme + 3);
}

std::string signed_host(const Exchange &exchange, const Signing &signing,
                        const std::string &public_url) {
  if (!signing.domain.empty()) return signing.domain;
  const std::string own = exchange.origin();
  return std::string(without_scheme(public_url.empty() ? own : public_url));
}

void refuse(const Exchange &exchange, const PlayError &error) {
  const std::string number = std::to_string(error.number);
  exchange.refuse(404, error.number == 36 ? "not_on_air" : "not_found", error.sentence + ".",
                  {{"X-Kaltura-App", "exiting on error " + number + " - " + error.sentence},
                   {"X-Kaltura", "error-" + number}});
}

/// Those with a picture; those of sound alone when there are no others.
std::vector<RatedFlavor> rated(const manifest::Presentation &presentation) {
  std::vector<RatedFlavor> all;
  for (const auto kind : {manifest::Kind::kVideo, manifest::Kind::kAudio}) {
    if (!all.empty()) break;
    for (const auto &[name, track] : presentation.tracks) {
      if (track.init.kind != kind) continue;
      all.push_back({static_cast<int64_t>(track.average_bitrate), track.init.flavor});
    }
  }
  return all;
}

/// What is asked for of an entry on air, or what is wrong with it. The flavors of the request
/// become those that are there.
std::optional<PlayError> choose(const LiveEntry *live, PlayManifest &request) {
  if (live == nullptr || !live->is_live()) return make_play_error(PlayErrorKind::kEntryNotLive);
  manifest::Excerpt side;
  if (request.side) side.backup = *request.side == kaltura::Side::kBackup;
  auto presentation = manifest::select(live->presentation, side);
  if (!presentation) return make_play_error(PlayErrorKind::kEntryNotLive);
  if (!request.flavors.empty()) {
    presentation = manifest::select(*presentation, {.flavors = request.flavors, .backup = {}});
    if (!presentation) return make_play_error(PlayErrorKind::kFlavorNotFound);
  }
  if (request.least_bitrate > 0 || request.most_bitrate > 0) {
    request.flavors = flavors_in(rated(*presentation), request);
  }
  return std::nullopt;
}

std::string json_of(const PlayManifest &request, const std::string &url) {
  kaltura::Value flavor = kaltura::Value::Object();
  flavor["url"] = url;
  flavor["ext"] = request.is_dash ? "mpd" : "m3u8";
  kaltura::Value body = kaltura::Value::Object();
  body["entryId"] = request.entry;
  body["duration"] = 0;
  body["baseUrl"] = "";
  body["flavors"].push(std::move(flavor));
  return kaltura::write_json(body);
}

}  // namespace

bool is_signed(const Exchange &exchange, const Signing &signing, const std::string &public_url) {
  const Route &route = exchange.route();
  if (!route.token || (!route.is_main && !signing.is_needed)) return true;
  const std::string wanted =
      kaltura::packager_token(signing.secret, signed_host(exchange, signing, public_url),
                              exchange.path().substr(0, route.signed_size));
  return kaltura::equal_in_constant_time(*route.token, wanted);
}

PlayManifestHandler::PlayManifestHandler(ShownEntries &shown, ViewingOf viewing_of,
                                         std::string public_url, const Signing &signing)
    : shown_(shown),
      viewing_of_(std::move(viewing_of)),
      public_url_(std::move(public_url)),
      signing_(signing) {
  while (public_url_.ends_with('/')) public_url_.pop_back();
}

void PlayManifestHandler::handle(const Exchange &exchange) {
  auto parsed = kaltura::parse_play_manifest(exchange.path(), exchange.query());
  if (const auto *error = std::get_if<PlayError>(&parsed)) return refuse(exchange, *error);
  auto &request = *std::get_if<PlayManifest>(&parsed);
  if (request.ks.empty()) request.ks = exchange.header("x-kaltura-ks");
  answer_request(exchange, std::move(request));
}

Viewing PlayManifestHandler::viewing(const Exchange &exchange, const PlayManifest &request) {
  if (viewing_of_)
    return viewing_of_(request.entry, request.ks, exchange.remote_address(), exchange.path());
  Viewing open;
  open.is_there = true;
  return open;
}

void PlayManifestHandler::answer_request(const Exchange &exchange, PlayManifest request) {
  const std::string asked = request.entry;
  for (int hops = 0; hops <= kMaxRedirects; ++hops) {
    const Viewing found = viewing(exchange, request);
    if (!found.is_there) break;
    const LiveEntry *live = shown_.find(request.entry, found.may_preview);
    PlayManifest chosen = request;
    const auto error = choose(live, chosen);
    if (!error) return send_on(exchange, chosen, public_url_, target(exchange, chosen, found));
    // Off air it is the recording that is played.
    const bool is_over = error->number == static_cast<int>(PlayErrorKind::kEntryNotLive);
    if (is_over && !found.servers.empty()) {
      auto server = choose_server(request, found, signing_.is_needed);
      if (auto *choice = std::get_if<ServerChoice>(&server)) {
        return send_on(exchange, request, choice->protocol + "://" + choice->host,
                       path_of(choice->url, signing_.is_needed, choice->host));
      }
      return refuse(exchange, *std::get_if<PlayError>(&server));
    }
    if (!is_over || found.redirect.empty() || found.redirect == asked) {
      return refuse(exchange, *error);
    }
    request.entry = found.redirect;
  }
  const bool is_known = request.entry != asked;
  refuse(exchange,
         make_play_error(is_known ? PlayErrorKind::kEntryNotLive : PlayErrorKind::kEntryNotFound));
}

std::string PlayManifestHandler::target(const Exchange &exchange, const PlayManifest &request,
                                        const Viewing &viewing) const {
  const bool is_preview = viewing.may_preview && !shown_.is_all(request.entry);
  if (request.flavors.empty() && !request.side && !is_preview && !signing_.is_needed) {
    return "/live/" + request.entry + (request.is_dash ? "/manifest.mpd" : "/master.m3u8");
  }
  kaltura::PackagerUrl url;
  url.is_dash = request.is_dash;
  url.partner = viewing.partner;
  url.entry = request.entry;
  url.segment_duration = viewing.segment_duration_ms;
  url.is_main = is_preview;
  url.side = request.side;
  url.is_low_latency = viewing.low_latency;
  url.flavors = request.flavors;
  return path_of(url, true, signed_host(exchange, signing_, public_url_));
}

std::string PlayManifestHandler::path_of(const kaltura::PackagerUrl &url, bool is_signed,
                                         const std::string &host) const {
  const std::string folder = kaltura::packager_folder(url);
  if (!is_signed) return folder + kaltura::packager_file(url);
  const std::string token = kaltura::packager_token(
      signing_.secret, signing_.domain.empty() ? host : signing_.domain, folder);
  return folder + "t/" + token + "/" + kaltura::packager_file(url);
}

void PlayManifestHandler::send_on(const Exchange &exchange, const PlayManifest &request,
                                  const std::string &origin, const std::string &path) const {
  Answer answer;
  // What a session opens is nobody else's to keep.
  answer.cache_control = request.ks.empty() ? "max-age=5" : "private, no-store";
  if (request.response == PlayManifest::Response::kRedirect) {
    answer.status = 302;
    answer.more = {{"Location", origin + path}};
    return exchange.answer(answer);
  }
  const std::string known = origin.empty() ? exchange.origin() : origin;
  const std::string json = json_of(request, known + path);
  const bool is_call = request.response == PlayManifest::Response::kJsonp;
  answer.content_type =
      is_call ? "application/javascript; charset=utf-8" : "application/json; charset=utf-8";
  answer.body =
      to_bytes(is_call ? kaltura::safe_callback(request.callback) + "(" + json + ");" : json);
  exchange.answer(answer);
}

}  // namespace klive::app::http
