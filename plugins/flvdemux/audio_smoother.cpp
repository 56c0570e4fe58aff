// SPDX-License-Identifier: LGPL-2.1-or-later
// AudioSmoother: laying frames end to end, following drift, making a gap where sound is missing.
#include "audio_smoother.h"

#include <algorithm>
#include <cmath>

namespace klive::flvdemux {
namespace {

constexpr double kMs = 1e6;
// Frames whose sent time is further off than this are not where they seem.
constexpr double kResync = 50 * kMs;
// Drift is followed from the first bound down to the second, in the mean over some sixty frames.
constexpr double kSlewFrom = 15 * kMs;
constexpr double kSlewTo = 2 * kMs;
constexpr double kMeanWeight = 1.0 / 64;

}  // namespace

base::MediaTime AudioSmoother::place(base::MediaTime sent, uint32_t samples, uint32_t rate) {
  const int64_t sent_ticks = sent.ticks(rate);
  if (rate != rate_) {
    // Another sound format: the end of the last frame, on the new clock.
    if (next_) next_ = base::MediaTime::from_ticks(*next_, rate_).ticks(rate);
    rate_ = rate;
    restart_ = true;
  }
  if (!next_ || restart_) {
    const bool overlaps =
        next_ && *next_ > sent_ticks && *next_ - sent_ticks < static_cast<int64_t>(rate) / 5;
    if (!overlaps) next_ = sent_ticks;
    error_ = 0;
    slewing_ = restart_ = false;
  }

  const double error = static_cast<double>(sent.ns - base::MediaTime::from_ticks(*next_, rate).ns);
  if (error > kResync) {  // sound is missing
    ++resyncs_;
    next_ = sent_ticks;
    error_ = 0;
    slewing_ = false;
  } else {
    error_ += (error - error_) * kMeanWeight;
    if (std::abs(error_) > kSlewFrom) slewing_ = true;
    if (std::abs(error_) < kSlewTo) slewing_ = false;
  }

  const int64_t at = *next_;
  int64_t length = samples;
  if (error < -kResync) {
    // More sound than time, far more than drift: half a frame at a time, as going back is no way.
    length = std::max<int64_t>(1, length / 2);
  } else if (slewing_) {
    length += error_ > 0 ? 1 : -1;
  }
  next_ = at + length;
  return base::MediaTime::from_ticks(at, rate);
}

}  // namespace klive::flvdemux
