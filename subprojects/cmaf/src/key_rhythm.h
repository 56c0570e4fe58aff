// SPDX-License-Identifier: LGPL-2.1-or-later
// KeyRhythm: how far apart a track's key frames are, so that the next one can be foreseen.
#pragma once

#include <optional>

#include "base/media_time.h"

namespace klive::cmaf {

/// Plain value. All times are presentation times: encodings of one picture agree in these, while
/// their decode times differ by what each reorders.
class KeyRhythm {
 public:
  /// A key frame. Distances that differ by no more than `tolerance` are the same.
  void note(base::MediaTime time, base::MediaTime tolerance);
  void forget() { *this = {}; }

  /// From one key frame to the next, when the last two distances (if there are two) were the same.
  [[nodiscard]] std::optional<base::MediaTime> distance() const;
  /// Whether a key frame at `time` comes when one was expected, give or take `tolerance`.
  [[nodiscard]] bool fits(base::MediaTime time, base::MediaTime tolerance) const;
  /// Half of what lies between the newest key frame and one at `time`: no other is nearer to what
  /// is less than this away from it.
  [[nodiscard]] base::MediaTime half_way(base::MediaTime time) const;
  /// The first key frame to be expected at or after `time`; nothing where one is overdue, all of
  /// the track before `reached` having been seen.
  [[nodiscard]] std::optional<base::MediaTime> next(base::MediaTime time,
                                                    base::MediaTime reached) const;

 private:
  std::optional<base::MediaTime> last_;
  base::MediaTime distance_;  ///< 0 = unknown
  bool is_regular_ = false;
};

}  // namespace klive::cmaf
