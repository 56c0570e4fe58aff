// SPDX-License-Identifier: LGPL-2.1-or-later
// AudioSmoother: audio times rounded to milliseconds → exact multiples of the frame length.
//
// FLV rounds 1024/48000 s to 21 or 22 ms, and players tick at every rounding. As long as frames
// stay near the sent times they are laid end to end; an encoder whose audio clock drifts is
// followed by one sample a frame, which nobody hears, so that sound stays with the picture for
// days.
#pragma once

#include <cstdint>
#include <optional>

#include "base/media_time.h"

namespace klive::flvdemux {

/// Thread-bound.
class AudioSmoother {
 public:
  /// The time of a frame of `samples` at `rate` Hz that was sent for `sent`. Times never go back.
  [[nodiscard]] base::MediaTime place(base::MediaTime sent, uint32_t samples, uint32_t rate);
  /// The timeline was re-anchored: the next frame starts at its sent time.
  void restart() { restart_ = true; }
  /// How often frames had left their sent times so far that a gap had to be made.
  [[nodiscard]] uint64_t resyncs() const { return resyncs_; }

 private:
  uint32_t rate_ = 0;
  std::optional<int64_t> next_;  ///< ticks of 1/rate s where the last frame ends
  double error_ = 0;             ///< slow mean of sent minus placed time, ns
  bool slewing_ = false;
  bool restart_ = false;
  uint64_t resyncs_ = 0;
};

}  // namespace klive::flvdemux
