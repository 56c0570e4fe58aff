// SPDX-License-Identifier: LGPL-2.1-or-later
// MediaHandler: init segments, segments by number and by time, and chunks.
#include "http/media_handler.h"

#include <algorithm>

#include "http/hold_time.h"
#include "manifest/dash.h"

namespace klive::app::http {
namespace {

// What a web server in front that has the files sends with a request for one, and where it wants
// to be led to (data/nginx).
constexpr char kFront[] = "x-klive-front", kFrontFiles[] = "/klive-files/";

// No address is used twice, so what was once fetched stays true.
constexpr char kForEver[] = "public, max-age=31536000, immutable";

const char *media_type(const manifest::Track *track) {
  if (track && track->init.kind == manifest::Kind::kAudio) return "audio/mp4";
  return "video/mp4";
}

const manifest::Track *find_track(const LiveEntry &entry, const std::string &name) {
  const auto found = entry.presentation.tracks.find(name);
  return found == entry.presentation.tracks.end() ? nullptr : &found->second;
}

const manifest::Segment *find_segment(const manifest::Track &track, uint32_t number) {
  if (track.open && track.open->number == number) return &*track.open;
  const auto found = std::lower_bound(
      track.segments.begin(), track.segments.end(), number,
      [](const manifest::Segment &segment, uint32_t wanted) { return segment.number < wanted; });
  return found != track.segments.end() && found->number == number ? &*found : nullptr;
}

// The chunk that a playlist may hint at: the next of the open segment, or the first of the one
// after everything known.
bool is_next_chunk(const manifest::Track &track, uint32_t number, uint32_t chunk) {
  if (track.open && track.open->number == number) return chunk == track.open->chunks.size();
  if (chunk != 0) return false;
  if (track.open) return number == track.open->number + 1;
  return !track.segments.empty() && number == track.segments.back().number + 1;
}

// Whether it is in front of everything that the timeline lists. ffmpeg asks for what it expects
// next before a manifest lists it, and plays what it gets twice: nothing may be fetched by a time
// before it is listed.
bool is_ahead(const manifest::Track &track, int64_t time) {
  return !track.segments.empty() && time > track.segments.back().start;
}

void refuse_missing(const Exchange &exchange) {
  exchange.refuse(404, "not_found", "There is no such media here; it may have left the window.");
}

}  // namespace

MediaHandler::MediaHandler(LiveRegistry &registry, ShownEntries &shown, MediaFiles &files,
                           HeldRequests &held)
    : registry_(registry), shown_(shown), files_(files), held_(held) {}

void MediaHandler::handle(const Exchange &exchange) {
  const LiveEntry *entry = shown_.find(exchange.route());
  if (!entry) return refuse_missing(exchange);
  switch (exchange.route().kind) {
    case RouteKind::kInit:
      return answer_init(exchange);
    case RouteKind::kSegment:
      return send_segment(exchange, *entry, exchange.route().number);
    case RouteKind::kTimeSegment:
      return answer_time_segment(exchange, *entry);
    default:
      return answer_chunk(exchange, *entry);
  }
}

bool MediaHandler::is_part(const LiveEntry &entry) const {
  return registry_.find(entry.id) != &entry;
}

void MediaHandler::answer_init(const Exchange &exchange) {
  send_file(exchange, manifest::init_name(exchange.route().number));
}

// Segments that left the window stay fetchable while their files exist, so the file decides.
void MediaHandler::send_segment(const Exchange &exchange, const LiveEntry &entry, uint32_t number) {
  const Route &route = exchange.route();
  const manifest::Track *track = find_track(entry, route.track);
  const manifest::Segment *segment = track ? find_segment(*track, number) : nullptr;
  if (!segment && is_part(entry)) return refuse_missing(exchange);
  const bool is_open = segment && track->open && segment == &*track->open;
  const std::string name = manifest::segment_name(number);
  // Whole, and on its way to its final name: that name is tried first, because it is the one that
  // lasts; and last, because it may get it between two looks.
  const bool may_be_part = segment && !is_open && !segment->durable;
  const bool is_part = may_be_part && !files_.open(route.entry, route.track, name) &&
                       files_.open(route.entry, route.track, name + ".part", segment->size);
  send_file(exchange, is_part ? name + ".part" : name, is_part ? segment->size : 0);
}

void MediaHandler::answer_time_segment(const Exchange &exchange, const LiveEntry &entry) {
  const int64_t time = exchange.route().time;
  const manifest::Track *track = find_track(entry, exchange.route().track);
  const manifest::Segment *segment = track ? manifest::find_segment_at(*track, time) : nullptr;
  if (segment && !segment->gap) return send_segment(exchange, entry, segment->number);
  if (segment || (track && is_ahead(*track, time)) || is_part(entry))
    return refuse_missing(exchange);
  // Out of the window the hard link that was made for the time still names the file.
  send_file(exchange, "t-" + std::to_string(time) + ".m4s");
}

void MediaHandler::send_file(const Exchange &exchange, const std::string &name, uint64_t needed) {
  const Route &route = exchange.route();
  const auto file = files_.open(route.entry, route.track, name, needed);
  if (!file) return refuse_missing(exchange);
  const LiveEntry *entry = registry_.find(route.entry);
  Answer answer;
  answer.content_type = media_type(entry ? find_track(*entry, route.track) : nullptr);
  answer.cache_control = kForEver;
  // A file that is not at its last name yet is better sent by us.
  if (needed == 0 && exchange.is_local() && exchange.header(kFront) == "nginx") {
    answer.more = {
        {"X-Accel-Redirect", kFrontFiles + route.entry + "/" + route.track + "/" + name}};
    return exchange.answer(answer);
  }
  answer.body = file->bytes;
  answer.etag = file->etag;
  answer.allows_ranges = true;
  exchange.answer(answer);
}

void MediaHandler::answer_chunk(const Exchange &exchange, const LiveEntry &entry) {
  if (try_chunk(exchange, entry)) return;
  const bool is_held = held_.hold(
      exchange, entry.id, hold_time(entry),
      [this](const LiveEntry &changed, const Exchange &waiting) {
        return try_chunk(waiting, shown_.of(changed, waiting.route().is_main));
      },
      [](const Exchange &waiting) { refuse_missing(waiting); });
  if (!is_held) refuse_crowd(exchange);
}

bool MediaHandler::try_chunk(const Exchange &exchange, const LiveEntry &entry) {
  const Route &route = exchange.route();
  const manifest::Track *track = find_track(entry, route.track);
  const manifest::Segment *segment = track ? find_segment(*track, route.number) : nullptr;
  if (!segment || route.chunk >= segment->chunks.size()) {
    if (track && entry.presentation.on_air && is_next_chunk(*track, route.number, route.chunk))
      return false;
    refuse_missing(exchange);
    return true;
  }
  const manifest::Chunk &chunk = segment->chunks[route.chunk];
  const std::string name = manifest::segment_name(route.number);
  const uint64_t end = chunk.offset + chunk.size;
  // Between the renaming of a file and the event that tells of it, either name may be the one.
  const bool is_open = !segment->durable || (track->open && segment == &*track->open);
  auto file = files_.open(route.entry, route.track, is_open ? name + ".part" : name, end);
  if (!file) file = files_.open(route.entry, route.track, is_open ? name : name + ".part", end);
  if (!file) {
    refuse_missing(exchange);
    return true;
  }
  Answer answer;
  answer.content_type = media_type(track);
  answer.body =
      gst::Ptr<GBytes>::take(g_bytes_new_from_bytes(file->bytes.get(), chunk.offset, chunk.size));
  const gst::CharPtr etag(g_strdup_printf("\"%x.%x-%" G_GINT64_MODIFIER "x\"", route.number,
                                          route.chunk, chunk.offset));
  answer.etag = etag.get();
  answer.cache_control = kForEver;
  answer.allows_ranges = true;
  exchange.answer(answer);
  return true;
}

}  // namespace klive::app::http
