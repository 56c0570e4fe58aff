// SPDX-License-Identifier: LGPL-2.1-or-later
// Choice and order of tracks.
#include "selection.h"

#include <algorithm>
#include <tuple>

namespace klive::manifest {
namespace {

bool has_independent_chunk(const Segment &segment) {
  return std::any_of(segment.chunks.begin(), segment.chunks.end(),
                     [](const Chunk &chunk) { return chunk.independent; });
}

void arrange(std::vector<Offered> &tracks) {
  const auto is_active = [](const Offered &offered) { return offered.track->active; };
  if (std::any_of(tracks.begin(), tracks.end(), is_active)) {
    std::erase_if(tracks, [&](const Offered &offered) { return !is_active(offered); });
  }
  std::sort(tracks.begin(), tracks.end(), [](const Offered &a, const Offered &b) {
    return std::tuple(a.track->init.backup, a.track->init.flavor, a.name) <
           std::tuple(b.track->init.backup, b.track->init.flavor, b.name);
  });
}

}  // namespace

bool is_playable(const Track &track, bool with_chunks) {
  // From the newest on: it is nearly always the answer.
  if (with_chunks && track.open && has_independent_chunk(*track.open)) return true;
  return std::any_of(track.segments.rbegin(), track.segments.rend(), [&](const Segment &segment) {
    return !segment.gap && (segment.durable || (with_chunks && has_independent_chunk(segment)));
  });
}

Selection select_tracks(const Presentation &presentation, bool with_chunks) {
  Selection selection;
  for (const auto &[name, track] : presentation.tracks) {
    if (!is_playable(track, with_chunks)) continue;
    if (track.init.kind == Kind::kVideo) selection.video.push_back({name, &track});
    if (track.init.kind == Kind::kAudio) selection.audio.push_back({name, &track});
  }
  arrange(selection.video);
  arrange(selection.audio);
  return selection;
}

}  // namespace klive::manifest
