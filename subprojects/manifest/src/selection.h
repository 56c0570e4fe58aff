// SPDX-License-Identifier: LGPL-2.1-or-later
// Which tracks of a presentation a player is offered, in which order.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "manifest/presentation.h"

namespace klive::manifest {

/// A track under its folder name; borrowed from the presentation.
struct Offered {
  std::string_view name;
  const Track *track = nullptr;
};
/// Primary before backup, then by flavor.
struct Selection {
  std::vector<Offered> video, audio;
  [[nodiscard]] bool empty() const { return video.empty() && audio.empty(); }
};

/// Chunks make a track playable too when `with_chunks`.
[[nodiscard]] bool is_playable(const Track &track, bool with_chunks);
/// The playable tracks; of each kind, inactive ones only when no other is there.
/// Whether what has come since segment `from` shows which tracks there are. Sound often comes a
/// moment after the picture; a player that is told of the picture alone may never look again. Not
/// waited for longer than a chunk.
[[nodiscard]] bool is_settled(const Presentation &presentation, uint32_t from, bool with_chunks);
[[nodiscard]] Selection select_tracks(const Presentation &presentation, bool with_chunks);

}  // namespace klive::manifest
