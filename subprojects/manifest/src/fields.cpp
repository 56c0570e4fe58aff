// SPDX-License-Identifier: LGPL-2.1-or-later
// Ranges and spellings of events.
#include "fields.h"

#include <algorithm>

namespace klive::manifest {
namespace {

using base::ErrorCode;
using base::fail;
using base::MediaTime;
using base::Result;

// Thirty years of media after the epoch, and an epoch before 2096, keep every sum inside 63 bits.
constexpr int64_t kMaxSeconds = 1'000'000'000;
constexpr int64_t kMaxWall = 4'000'000'000'000'000'000;
constexpr int64_t kMaxDurationSeconds = 1'000'000;
constexpr uint64_t kMaxSize = uint64_t{1} << 40;
constexpr uint32_t kMaxTimescale = 1'000'000'000;
// With every number below it there is always a next one.
constexpr uint32_t kMaxNumber = 0xffff'fff0;

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_word(std::string_view text, size_t longest, std::string_view also) {
  return !text.empty() && text.size() <= longest &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_alnum(c) || also.find(c) != std::string_view::npos; });
}

Result<void> require(bool condition, const char *what) {
  if (!condition) return fail(ErrorCode::kInvalid, std::string(what) + " is out of range");
  return {};
}

bool is_span(MediaTime time) {
  return time.ns >= 0 && time.ns <= kMaxDurationSeconds * 1'000'000'000;
}
// Ticks are bounded for timescale 1; whoever knows the timescale checks again (apply).
bool are_times(int64_t start, int64_t duration) {
  return start >= 0 && start <= kMaxSeconds * int64_t{kMaxTimescale} && duration >= 0 &&
         duration <= kMaxDurationSeconds * int64_t{kMaxTimescale};
}

struct Check {
  Result<void> operator()(const Epoch &e) const {
    return require(e.wall_ns >= 0 && e.wall_ns <= kMaxWall, "the epoch");
  }
  Result<void> operator()(const SessionStarted &e) const {
    return require(is_span(e.segment_target) && is_span(e.chunk_target) && is_span(e.window),
                   "a session's duration");
  }
  Result<void> operator()(const SessionEnded &) const { return {}; }
  Result<void> operator()(const TrackInit &e) const {
    if (!is_track_name(e.track)) return fail(ErrorCode::kInvalid, "the track's name is malformed");
    if (!is_word(e.codecs, 64, "._-")) return fail(ErrorCode::kInvalid, "codecs is malformed");
    if (!is_word(e.language, 35, "-")) return fail(ErrorCode::kInvalid, "language is malformed");
    return require(e.timescale > 0 && e.timescale <= kMaxTimescale && e.frame_rate_den > 0 &&
                       e.init <= kMaxNumber && e.discontinuities <= kMaxNumber,
                   "a number of the init");
  }
  Result<void> operator()(const ChunkAdded &e) const {
    if (!is_track_name(e.track)) return fail(ErrorCode::kInvalid, "the track's name is malformed");
    return require(e.segment <= kMaxNumber && e.chunk <= kMaxNumber &&
                       are_times(e.start, e.duration) && e.offset <= kMaxSize && e.size <= kMaxSize,
                   "a number of the chunk");
  }
  Result<void> operator()(const SegmentAdded &e) const {
    if (!is_track_name(e.track)) return fail(ErrorCode::kInvalid, "the track's name is malformed");
    return require(e.segment <= kMaxNumber && e.init <= kMaxNumber &&
                       are_times(e.start, e.duration) && e.size <= kMaxSize,
                   "a number of the segment");
  }
  Result<void> operator()(const WindowMoved &e) const {
    return require(e.first <= kMaxNumber + 1 && e.next <= kMaxNumber + 1 &&
                       e.discontinuities <= kMaxNumber &&
                       (!e.stretch || (e.stretch->first <= kMaxNumber && e.stretch->start.ns >= 0 &&
                                       e.stretch->start.ns <= kMaxSeconds * 1'000'000'000)),
                   "a number of the window");
  }
  Result<void> operator()(const TrackActive &e) const {
    if (!is_track_name(e.track)) return fail(ErrorCode::kInvalid, "the track's name is malformed");
    return {};
  }
};

}  // namespace

bool is_track_name(std::string_view name) {
  return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Result<void> check_event(const Event &event) { return std::visit(Check{}, event); }

}  // namespace klive::manifest
