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

struct Progress {
  bool has_begun = false;  // something can be played
  bool is_ahead = false;   // and more has come since
};

Progress progress_since(const Track &track, uint32_t from, bool with_chunks) {
  size_t units = 0;
  const auto count_chunks = [&](const Segment &segment) {
    if (with_chunks && has_independent_chunk(segment)) units += segment.chunks.size();
  };
  bool has_more = false;
  if (track.open && track.open->number >= from) {
    count_chunks(*track.open);
    has_more = !track.open->chunks.empty();
  }
  for (auto segment = track.segments.rbegin();
       segment != track.segments.rend() && segment->number >= from && units < 2; ++segment) {
    if (segment->gap) continue;
    if (segment->durable) {
      units += with_chunks ? 2 : 1;  // long there, compared with a chunk
    } else {
      has_more = true;
      count_chunks(*segment);
    }
  }
  return {.has_begun = units > 0,
          .is_ahead = units > 1 || (units == 1 && !with_chunks && has_more)};
}

}  // namespace

bool is_settled(const Presentation &presentation, uint32_t from, bool with_chunks) {
  if (!presentation.on_air) return true;
  bool has_video = false, has_audio = false, is_missing = false, is_any_active = false;
  for (const auto &[name, track] : presentation.tracks) {
    if (!track.active) continue;
    is_any_active = true;
    const Progress progress = progress_since(track, from, with_chunks);
    if (progress.is_ahead) return true;
    if (!progress.has_begun) is_missing = true;
    if (progress.has_begun && track.init.kind == Kind::kVideo) has_video = true;
    if (progress.has_begun && track.init.kind == Kind::kAudio) has_audio = true;
  }
  return !is_any_active || (has_video && has_audio && !is_missing);
}

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
