// SPDX-License-Identifier: LGPL-2.1-or-later
// TrackTimeline: turns the times that samples come with into decode times that only go up and
// durations that join.
#pragma once

#include <cstdint>

#include "base/media_time.h"
#include "cmaf/segmenter.h"
#include "track_queue.h"

namespace klive::cmaf {

/// Plain value.
class TrackTimeline {
 public:
  /// What durations are before any is known; and the ticks that everything is counted in.
  void set_format(const TrackFormat &format);

  /// Whether the sample steps back so far that the timeline must have been changed without notice.
  [[nodiscard]] bool steps_back(const InputSample &sample) const;
  /// Where the next sample of this track may begin, on the entry's timeline.
  [[nodiscard]] base::MediaTime end() const;
  /// Everything from now on is moved by this much.
  void set_shift(base::MediaTime shift) { shift_ = shift; }
  [[nodiscard]] base::MediaTime shift() const { return shift_; }
  /// The track begins there at the earliest. Needs set_format().
  void set_floor(base::MediaTime time) { floor_ = time.ticks(timescale_); }

  /// The sample on this track's clock. `previous` is the newest one still queued (null: none); it
  /// gets its duration.
  [[nodiscard]] QueuedSample admit(const InputSample &sample, bool breaks, QueuedSample *previous);
  /// Gives the newest sample its duration before set_format() changes the ticks; the sample behind
  /// it will begin at `next`.
  void break_off(QueuedSample &newest, base::MediaTime next);
  /// Gives the newest sample the duration that is likely: nothing follows for now.
  void release(QueuedSample &newest) { release(newest, likely_duration(newest)); }
  /// Gives it this one: what follows was foreseen.
  void release(QueuedSample &newest, int64_t duration);

  /// Samples have come at one rate for a while: where the next begins can be foreseen.
  [[nodiscard]] bool is_steady() const;

  [[nodiscard]] bool has_begun() const { return has_begun_; }
  /// The usual distance between samples: what the format says if samples come about so.
  [[nodiscard]] int64_t usual_ticks() const;
  [[nodiscard]] base::MediaTime usual() const;

 private:
  [[nodiscard]] int64_t likely_duration(const QueuedSample &sample) const;
  void note_distance(int64_t distance);

  Kind kind_ = Kind::kVideo;
  uint32_t timescale_ = 1;
  bool has_begun_ = false;
  int64_t floor_ = 0;         ///< the next decode time is this at least
  int64_t last_dts_ = 0;      ///< of the newest sample
  int64_t last_given_ = 0;    ///< the same before it was moved to join
  bool is_released_ = false;  ///< the newest sample's duration has been given out
  int64_t nominal_ = 0;       ///< from the format's frame rate; 0 = none
  int64_t usual_ = 0;
  bool is_measured_ = false;  ///< usual_ was seen, not assumed
  unsigned steady_ = 0;       ///< so many distances in a row were the usual one
  int64_t steady_ticks_ = 0;  ///< together
  base::MediaTime shift_;
};

}  // namespace klive::cmaf
