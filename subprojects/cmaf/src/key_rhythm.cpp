// SPDX-License-Identifier: LGPL-2.1-or-later
// Distances of key frames.
#include "key_rhythm.h"

#include <algorithm>

namespace klive::cmaf {

using base::MediaTime;

void KeyRhythm::note(MediaTime time, MediaTime tolerance) {
  if (last_ && time > *last_) {
    const MediaTime distance = time - *last_;
    is_regular_ = distance_.ns == 0 ||
                  (distance <= distance_ + tolerance && distance_ <= distance + tolerance);
    distance_ = distance;
  }
  last_ = time;
}

std::optional<MediaTime> KeyRhythm::distance() const {
  if (!is_regular_) return std::nullopt;
  return distance_;
}

bool KeyRhythm::fits(MediaTime time, MediaTime tolerance) const {
  if (!is_regular_) return false;
  const MediaTime expected = *last_ + distance_;
  return time <= expected + tolerance && expected <= time + tolerance;
}

MediaTime KeyRhythm::half_way(MediaTime time) const {
  return last_ && time > *last_ ? MediaTime{(time - *last_).ns / 2} : MediaTime{};
}

std::optional<MediaTime> KeyRhythm::next(MediaTime time, MediaTime reached) const {
  if (!is_regular_ || *last_ + distance_ < reached) return std::nullopt;
  const int64_t missing = std::max<int64_t>((time - *last_).ns, 1);
  return *last_ + MediaTime{(missing + distance_.ns - 1) / distance_.ns * distance_.ns};
}

}  // namespace klive::cmaf
