// SPDX-License-Identifier: LGPL-2.1-or-later
// The fold: Presentation::apply.
//
//   ChunkAdded(7,0) ─► open 7 ─ ChunkAdded(7,1) … last ─► segments [… 7 not durable] ─
//   SegmentAdded(7) ─► durable
//                        └──────────────────────────── SegmentAdded(7)
//                        ──────────────────────────────────────┘
#include "manifest/presentation.h"

#include <algorithm>
#include <utility>

#include "fields.h"

namespace klive::manifest {
namespace {

using base::ErrorCode;
using base::fail;
using base::MediaTime;
using base::Result;

constexpr int64_t kSecond = 1'000'000'000;
// A hole longer than this is not filled: the track begins anew at its number.
constexpr uint32_t kLongestHole = 20'000;
// Chunks are kept for so many target durations at the end of a track; playlists show three.
constexpr int64_t kChunkTargets = 4;
constexpr size_t kMostChunks = 100'000;

int64_t ceil_seconds(int64_t time) { return (time + kSecond - 1) / kSecond * kSecond; }

// What one track's numbers say about discontinuities before `segment`.
uint32_t discontinuities_before(const Track &track, uint32_t segment) {
  uint32_t count = track.discontinuity_sequence;
  for (const Segment &s : track.segments) {
    if (s.number >= segment) break;
    if (s.discontinuity) ++count;
  }
  return count;
}

const Segment *find(const Track &track, uint32_t number) {
  if (track.segments.empty() || number < track.segments.front().number) return nullptr;
  const size_t index = number - track.segments.front().number;
  return index < track.segments.size() ? &track.segments[index] : nullptr;
}

// One event at work on one presentation.
class Fold {
 public:
  explicit Fold(Presentation &p) : p_(p) {}

  Result<void> operator()(const Epoch &e) {
    if (p_.epoch && *p_.epoch != e)
      return fail(ErrorCode::kConflict,
                  "the epoch is fixed for the entry's life; another one came");
    p_.epoch = e;
    return {};
  }

  Result<void> operator()(const SessionStarted &e) {
    if (!p_.epoch) return fail(ErrorCode::kConflict, "a session began before the epoch was said");
    uint32_t floor = p_.discontinuity_floor;
    for (const auto &[name, track] : p_.tracks) {
      floor = std::max(floor, discontinuities_before(track, ~0u) + 1);
    }
    p_.discontinuity_floor = floor;
    p_.tracks.clear();
    p_.stretches.clear();
    p_.session = e;
    p_.on_air = true;
    p_.target_duration = {std::max(ceil_seconds(e.segment_target.ns), kSecond)};
    p_.part_target = e.chunk_target;
    p_.window_first = p_.next_segment;
    return {};
  }

  Result<void> operator()(const SessionEnded &) {
    if (!p_.on_air) return fail(ErrorCode::kConflict, "no session is on air that could end");
    for (auto &[name, track] : p_.tracks) {
      if (track.open) close_open(track);
    }
    p_.on_air = false;
    return {};
  }

  Result<void> operator()(const TrackInit &e) {
    if (!p_.epoch) return fail(ErrorCode::kConflict, "a track appeared before the epoch was said");
    auto found = p_.tracks.find(e.track);
    if (found == p_.tracks.end()) {
      Track track;
      track.discontinuity_sequence = std::max(p_.discontinuity_floor, e.discontinuities);
      found = p_.tracks.emplace(e.track, std::move(track)).first;
    } else {
      const TrackInit &old = found->second.init;
      if (e.kind != old.kind) return fail(ErrorCode::kConflict, "a track keeps its kind");
      if (e.init < old.init)
        return fail(ErrorCode::kConflict, "a track's inits are numbered upwards");
      TrackInit same = e;
      same.discontinuities = old.discontinuities;
      if (e.init == old.init && same != old)
        return fail(ErrorCode::kConflict, "an init with this number said something else");
    }
    Track &track = found->second;
    track.init = e;
    track.inits[e.init] = e;
    track.active = true;
    return {};
  }

  Result<void> operator()(const ChunkAdded &e) {
    const auto found = p_.tracks.find(e.track);
    if (found == p_.tracks.end()) return unknown(e.track);
    Track &t = found->second;
    if (auto checked = check_times(e.start, e.duration, t.init.timescale); !checked) return checked;
    if (!t.open || t.open->number != e.segment) {
      if (auto begun = begin_segment(t, e); !begun) return begun;
    }
    Segment &open = *t.open;
    if (e.chunk != open.chunks.size() || open.chunks.size() >= kMostChunks)
      return fail(ErrorCode::kConflict, "chunks of a segment come in order");
    if (!open.chunks.empty() && e.start < open.chunks.back().start)
      return fail(ErrorCode::kConflict, "chunks of a segment go forward in time");
    if (e.offset != open.size)
      return fail(ErrorCode::kConflict, "a chunk begins where the last ended");
    open.chunks.push_back({e.start, e.duration, e.offset, e.size, e.independent});
    open.size += e.size;
    open.duration = e.start + e.duration - open.start;
    p_.part_target = std::max(p_.part_target, open.time(e.duration));
    if (e.last) close_open(t);
    return {};
  }

  Result<void> operator()(const SegmentAdded &e) {
    const auto found = p_.tracks.find(e.track);
    if (found == p_.tracks.end()) return unknown(e.track);
    Track &t = found->second;
    const auto init = t.inits.find(e.init);
    if (init == t.inits.end())
      return fail(ErrorCode::kConflict, "the segment's init was never said");
    const uint32_t timescale = init->second.timescale;
    if (auto checked = check_times(e.start, e.duration, timescale); !checked) return checked;
    if (e.segment < p_.window_first)
      return fail(ErrorCode::kConflict, "the segment left the window");

    if (t.open && t.open->number <= e.segment) close_open(t);
    const bool is_new = t.segments.empty() || e.segment > t.segments.back().number;
    if (!is_new) {
      const Segment *known = find(t, e.segment);
      // Said to be lost: a listed one, or one that the hole before a chunk told of already. Or found
      // again: its line was damaged, and its file was not.
      if (!known || (known->durable && !known->gap && !e.gap))
        return fail(ErrorCode::kConflict, "segment numbers go up");
    } else {
      fill_hole(t, e.segment, MediaTime::from_ticks(e.start, timescale));
      t.segments.emplace_back();
    }
    const size_t index = is_new ? t.segments.size() - 1 : e.segment - t.segments.front().number;
    Segment &segment = t.segments[index];
    // What came before it and never became durable was lost on the way.
    bool has_lost = false;
    for (size_t i = index; i-- > 0 && !t.segments[i].durable;) {
      make_gap(t.segments[i]);
      has_lost = true;
    }
    segment.number = e.segment;
    segment.start = e.start;
    segment.duration = e.duration;
    segment.size = e.size;
    segment.init = e.init;
    segment.timescale = timescale;
    segment.gap = false;
    segment.discontinuity = segment.discontinuity || e.discontinuity ||
                            (index > 0 && t.segments[index - 1].init != e.init);
    segment.durable = true;
    if (e.gap) make_gap(segment);
    mark_stretch(segment);
    p_.next_segment = std::max(p_.next_segment, e.segment + 1);
    raise_target(segment);
    forget_old_chunks(t);
    if (is_new && !has_lost) {
      count_in(t, segment);
    } else {
      count_again(t);
    }
    return {};
  }

  Result<void> operator()(const WindowMoved &e) {
    if (!p_.epoch) return fail(ErrorCode::kConflict, "the window moved before the epoch was said");
    p_.next_segment = std::max({p_.next_segment, e.next, e.first});
    p_.window_first = std::max(p_.window_first, e.first);
    p_.discontinuity_floor = std::max(p_.discontinuity_floor, e.discontinuities);
    if (e.stretch) {
      const auto at = std::lower_bound(
          p_.stretches.begin(), p_.stretches.end(), e.stretch->first,
          [](const Stretch &stretch, uint32_t number) { return stretch.first < number; });
      if (at == p_.stretches.end() || at->first != e.stretch->first)
        p_.stretches.insert(at, *e.stretch);
    }
    for (auto &[name, track] : p_.tracks) trim(track);
    while (p_.stretches.size() > 1 && p_.stretches[1].first <= p_.window_first)
      p_.stretches.pop_front();
    return {};
  }

  Result<void> operator()(const TrackActive &e) {
    const auto track = p_.tracks.find(e.track);
    if (track == p_.tracks.end()) return fail(ErrorCode::kNotFound, "the track was never said");
    track->second.active = e.active;
    return {};
  }

 private:
  static Result<void> unknown(const std::string &track) {
    return fail(ErrorCode::kNotFound, "the track was never said: " + track);
  }
  static Result<void> check_times(int64_t start, int64_t duration, int64_t timescale) {
    if (start / timescale > 1'000'000'000 || duration / timescale > 1'000'000)
      return fail(ErrorCode::kInvalid, "a time is out of range");
    return {};
  }

  Result<void> begin_segment(Track &t, const ChunkAdded &e) {
    if (t.open && t.open->number > e.segment)
      return fail(ErrorCode::kConflict, "segment numbers go up");
    if ((!t.segments.empty() && e.segment <= t.segments.back().number) ||
        e.segment < p_.window_first)
      return fail(ErrorCode::kConflict, "segment numbers go up");
    if (e.chunk != 0) return fail(ErrorCode::kConflict, "the segment's first chunk never came");
    if (t.open) close_open(t);
    fill_hole(t, e.segment, MediaTime::from_ticks(e.start, t.init.timescale));
    Segment open;
    open.number = e.segment;
    open.start = e.start;
    open.init = t.init.init;
    open.timescale = t.init.timescale;
    open.discontinuity =
        e.discontinuity || (!t.segments.empty() && t.segments.back().init != open.init);
    open.durable = false;
    t.open = std::move(open);
    mark_stretch(*t.open);
    p_.next_segment = std::max(p_.next_segment, e.segment + 1);
    return {};
  }

  // All chunks of the open segment are known; its file is not durable yet.
  void close_open(Track &t) {
    Segment segment = std::move(*t.open);
    t.open.reset();
    t.segments.push_back(std::move(segment));
    raise_target(t.segments.back());
    forget_old_chunks(t);
    count_in(t, t.segments.back());
  }

  static void make_gap(Segment &segment) {
    segment.gap = true;
    segment.durable = true;
    segment.size = 0;
    segment.chunks = {};
  }

  void raise_target(const Segment &segment) {
    const int64_t length = segment.time(segment.duration).ns;
    if ((length + kSecond / 2) / kSecond * kSecond > p_.target_duration.ns)
      p_.target_duration = {ceil_seconds(length)};
  }

  void forget_old_chunks(Track &t) {
    const int64_t oldest = t.end().ns - kChunkTargets * p_.target_duration.ns;
    for (size_t i = t.segments.size(); i-- > 0;) {
      Segment &segment = t.segments[i];
      if (segment.end_time().ns > oldest) continue;
      if (segment.chunks.empty() && !segment.gap) break;
      segment.chunks = {};
    }
  }

  static uint64_t rate(uint64_t bytes, int64_t length) {
    return length > 0 ? static_cast<uint64_t>(static_cast<double>(bytes) * 8e9 /
                                              static_cast<double>(length))
                      : 0;
  }

  // Bit rates follow the window by one segment in or out; a whole scan is needed only when the
  // greatest one leaves, so that reading a long journal is fast.
  void count_in(Track &t, const Segment &segment) {
    if (segment.gap) return;
    const int64_t length = segment.time(segment.duration).ns;
    t.measured.bytes += segment.size;
    t.measured.length += length;
    const uint64_t bits = rate(segment.size, length);
    t.measured.peak_of_all = std::max(t.measured.peak_of_all, bits);
    // Fast-start segments are short and begin with a key frame, so their rate says little: the peak
    // is taken over segments of at least half the target, as RFC 8216 4.1 does.
    if (length * 2 >= p_.session.segment_target.ns)
      t.measured.peak = std::max(t.measured.peak, bits);
    publish_rates(t);
  }
  // `segment` is no longer among the track's.
  void count_out(Track &t, const Segment &segment) {
    if (segment.gap) return;
    const int64_t length = segment.time(segment.duration).ns;
    if (rate(segment.size, length) >= t.measured.peak) return count_again(t);
    t.measured.bytes -= segment.size;
    t.measured.length -= length;
    publish_rates(t);
  }
  void count_again(Track &t) {
    t.measured = {};
    for (const Segment &segment : t.segments) count_in(t, segment);
    publish_rates(t);
  }
  static void publish_rates(Track &t) {
    t.peak_bitrate = t.measured.peak ? t.measured.peak : t.measured.peak_of_all;
    t.average_bitrate = rate(t.measured.bytes, t.measured.length);
  }

  // Makes the numbers between the track's last segment and `next` gap segments.
  void fill_hole(Track &t, uint32_t next, MediaTime next_start) {
    if (t.segments.empty()) return start_late(t, next);
    const uint32_t first = t.segments.back().number + 1;
    if (next == first) return;
    if (next - first > kLongestHole) {
      for (const Segment &segment : t.segments) t.discontinuity_sequence += segment.discontinuity;
      t.segments.clear();
      count_again(t);
      return start_late(t, next);
    }
    // A sibling that has these segments says how long each is; otherwise they share the time.
    const Track *guide = nullptr;
    for (const auto &[name, other] : p_.tracks) {
      if (&other != &t && find(other, first) && find(other, next - 1)) guide = &other;
    }
    const Segment before = t.segments.back();
    const int64_t begin = before.start + before.duration;
    const int64_t end = std::max(begin, next_start.ticks(before.timescale));
    const int64_t count = next - first;
    int64_t at = begin;
    for (uint32_t number = first; number < next; ++number) {
      const __int128 share = static_cast<__int128>(end - begin) * (number - first + 1) / count;
      int64_t stop = begin + static_cast<int64_t>(share);
      Segment gap;
      gap.number = number;
      gap.start = at;
      gap.init = before.init;
      gap.timescale = before.timescale;
      gap.gap = true;
      if (guide && number + 1 < next) {
        const Segment &same = *find(*guide, number);
        stop = same.end_time().ticks(before.timescale);
      }
      if (guide) gap.discontinuity = find(*guide, number)->discontinuity;
      gap.duration = std::clamp(stop, at, end) - at;
      at += gap.duration;
      raise_target(gap);
      t.segments.push_back(std::move(gap));
    }
  }

  // A track without segments begins at `number`: it counts discontinuities as its siblings do.
  void start_late(Track &t, uint32_t number) {
    for (const auto &[name, other] : p_.tracks) {
      if (&other == &t || (other.segments.empty() && !other.open)) continue;
      uint32_t count = discontinuities_before(other, number);
      if (other.open && other.open->number < number && other.open->discontinuity) ++count;
      t.discontinuity_sequence = std::max(t.discontinuity_sequence, count);
    }
  }

  // A new stretch begins with `segment` when it is the first or discontinuous.
  void mark_stretch(const Segment &segment) {
    if (!p_.stretches.empty() &&
        (!segment.discontinuity || segment.number <= p_.stretches.back().first))
      return;
    p_.stretches.push_back({segment.number, segment.start_time()});
  }

  void trim(Track &t) {
    if (t.open && t.open->number < p_.window_first) t.open.reset();
    const size_t before = t.segments.size();
    while (!t.segments.empty() && t.segments.front().number < p_.window_first) {
      t.discontinuity_sequence += t.segments.front().discontinuity;
      const Segment gone = std::move(t.segments.front());
      t.segments.pop_front();
      count_out(t, gone);
    }
    if (t.segments.size() == before) return;
    const uint32_t oldest = t.segments.empty() ? t.init.init : t.segments.front().init;
    std::erase_if(t.inits, [&](const auto &init) {
      return init.first < oldest && init.first != t.init.init;
    });
  }

  Presentation &p_;
};

}  // namespace

MediaTime Track::end() const {
  if (open) return open->end_time();
  return segments.empty() ? MediaTime{} : segments.back().end_time();
}

Result<void> Presentation::apply(const Event &event) {
  if (auto checked = check_event(event); !checked) return checked;
  return std::visit(Fold(*this), event);
}

}  // namespace klive::manifest
