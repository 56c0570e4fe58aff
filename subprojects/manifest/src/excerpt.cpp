// SPDX-License-Identifier: LGPL-2.1-or-later
// A part of a presentation.
#include "manifest/excerpt.h"

#include <algorithm>

namespace klive::manifest {
namespace {

int64_t wall(const Presentation &presentation, base::MediaTime time) {
  return presentation.epoch->wall_ns + time.ns;
}

/// The picture decides, where there is one: a segment's number is the same in every track, and
/// sound begins a frame earlier or later.
bool decides(const Presentation &presentation, const Track &track) {
  return track.init.kind == Kind::kVideo ||
         std::none_of(presentation.tracks.begin(), presentation.tracks.end(),
                      [](const auto &other) { return other.second.init.kind == Kind::kVideo; });
}

/// One past the last segment that begins before `time`.
uint32_t first_from(const Presentation &presentation, int64_t time) {
  uint32_t first = presentation.window_first;
  for (const auto &[name, track] : presentation.tracks) {
    if (!decides(presentation, track)) continue;
    const auto begins_before = [&](const Segment &segment) {
      return wall(presentation, segment.start_time()) < time;
    };
    const auto later =
        std::partition_point(track.segments.begin(), track.segments.end(), begins_before);
    if (later != track.segments.begin()) first = std::max(first, std::prev(later)->number + 1);
    if (track.open && begins_before(*track.open)) first = std::max(first, track.open->number + 1);
  }
  return first;
}

/// The first segment that ends after `time`.
uint32_t end_at(const Presentation &presentation, int64_t time) {
  uint32_t end = presentation.next_segment;
  for (const auto &[name, track] : presentation.tracks) {
    if (!decides(presentation, track)) continue;
    const auto later = std::partition_point(
        track.segments.begin(), track.segments.end(),
        [&](const Segment &segment) { return wall(presentation, segment.end_time()) <= time; });
    if (later != track.segments.end()) end = std::min(end, later->number);
    if (track.open) end = std::min(end, track.open->number);
  }
  return end;
}

}  // namespace

std::optional<Presentation> select(const Presentation &presentation, const Excerpt &excerpt) {
  const auto is_wanted = [&](const TrackInit &init) {
    return excerpt.flavors.empty() || std::find(excerpt.flavors.begin(), excerpt.flavors.end(),
                                                init.flavor) != excerpt.flavors.end();
  };
  const auto is_side = [&](const TrackInit &init) {
    return !excerpt.backup || init.backup == *excerpt.backup;
  };
  const bool has_picture =
      std::any_of(presentation.tracks.begin(), presentation.tracks.end(), [&](const auto &track) {
        const TrackInit &init = track.second.init;
        return init.kind == Kind::kVideo && is_wanted(init) && is_side(init);
      });
  Presentation selected = presentation;
  std::erase_if(selected.tracks, [&](const auto &track) {
    const TrackInit &init = track.second.init;
    if (!is_side(init)) return true;
    return has_picture && init.kind != Kind::kVideo ? false : !is_wanted(init);
  });
  if (selected.tracks.empty()) return std::nullopt;
  return selected;
}

Presentation cut(const Presentation &presentation, const ShownTime &shown) {
  Presentation part = presentation;
  if (!part.epoch) return part;
  // The same rules as for what leaves the window; it cannot fail with an epoch.
  (void)part.apply(WindowMoved{.first = first_from(part, shown.from)});
  if (shown.until == 0) return part;
  const uint32_t end = end_at(part, shown.until);
  for (auto &[name, track] : part.tracks) {
    track.open.reset();
    while (!track.segments.empty() && track.segments.back().number >= end)
      track.segments.pop_back();
  }
  part.on_air = false;
  return part;
}

}  // namespace klive::manifest
