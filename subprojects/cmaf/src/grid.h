// SPDX-License-Identifier: LGPL-2.1-or-later
// Grid: where an entry's segments begin. One for all tracks; the leading track makes the cuts, the
// others look them up.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/media_time.h"
#include "cmaf/segmenter.h"

namespace klive::cmaf {

/// Plain value without I/O. `number` counts up from SegmenterSettings::first_segment.
class Grid {
 public:
  explicit Grid(const SegmenterSettings &settings) : settings_(settings) {}

  [[nodiscard]] bool empty() const { return cuts_.empty(); }
  /// Of the newest segment; not when empty().
  [[nodiscard]] uint32_t newest() const { return cuts_.back().number; }
  [[nodiscard]] base::MediaTime newest_start() const { return cuts_.back().start; }
  /// The segment that `time` falls into, as far as cuts are known; the oldest known for what is
  /// earlier. Not when empty().
  [[nodiscard]] uint32_t number_at(base::MediaTime time) const { return cut_at(time).number; }

  /// When the segment began that `time` falls into.
  [[nodiscard]] base::MediaTime start_at(base::MediaTime time) const { return cut_at(time).start; }

  /// Begins the next segment; returns its number.
  uint32_t cut(base::MediaTime start, bool discontinuity);
  /// The leading track follows only now into a segment that another track had to begin: its length
  /// counts from here.
  void leader_entered(base::MediaTime start) { measured_from_ = start; }
  /// Whether a random access frame of the leading track at `time` begins the next segment. `frame`
  /// is the usual distance of frames; `grace` makes every segment longer.
  [[nodiscard]] bool is_due(base::MediaTime time, base::MediaTime frame,
                            base::MediaTime grace) const;
  /// From when on a random access frame of the leading track is due.
  [[nodiscard]] base::MediaTime due(base::MediaTime frame) const;

  /// A track broke off: the leader's next random access frame begins a segment marked as
  /// discontinuity.
  void request_discontinuity() { discontinuity_requested_ = true; }
  [[nodiscard]] bool discontinuity_requested() const { return discontinuity_requested_; }
  /// The first marked segment numbered above `after`, `upto` at most.
  [[nodiscard]] std::optional<uint32_t> discontinuity_between(uint32_t after, uint32_t upto) const;
  [[nodiscard]] bool is_discontinuity(uint32_t number) const;

 private:
  struct Cut {
    uint32_t number = 0;
    base::MediaTime start;
  };
  [[nodiscard]] base::MediaTime target() const;
  [[nodiscard]] const Cut &cut_at(base::MediaTime time) const;

  SegmenterSettings settings_;
  std::deque<Cut> cuts_;                  ///< the newest ones
  std::deque<uint32_t> discontinuities_;  ///< the newest ones
  base::MediaTime measured_from_;
  bool discontinuity_requested_ = false;
};

}  // namespace klive::cmaf
