// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether what an encoder sends can still become something to watch.
#pragma once

#include <optional>

#include "base/media_time.h"

namespace klive::flvdemux {

/// Errors of one publication. Some are survived; a stream of nothing else is not.
class ErrorRate {
 public:
  static constexpr unsigned kMost = 100;
  static constexpr base::MediaTime kSpan = base::MediaTime::from_seconds(10);

  /// Another one. False: there were more than `kMost` within `kSpan`.
  [[nodiscard]] bool note(base::MediaTime arrival) {
    if (!begin_ || arrival - *begin_ > kSpan) {
      begin_ = arrival;
      count_ = 0;
    }
    return ++count_ <= kMost;
  }

 private:
  std::optional<base::MediaTime> begin_;
  unsigned count_ = 0;
};

/// Distances of one track's key frames: nobody can begin to watch between them.
class KeyFrameWatch {
 public:
  static constexpr base::MediaTime kFar = base::MediaTime::from_seconds(12);
  static constexpr base::MediaTime kTooFar = base::MediaTime::from_seconds(60);

  enum class Verdict {
    kFine,
    kFar,   ///< said once
    kNone,  ///< none has come for a minute, and none may ever come
  };
  [[nodiscard]] Verdict note(base::MediaTime time, bool is_key) {
    if (!last_ || time < *last_) last_ = time;
    const base::MediaTime distance = time - *last_;
    if (is_key) last_ = time;
    if (distance > kTooFar && !is_key) return Verdict::kNone;
    if (distance <= kFar || is_told_) return Verdict::kFine;
    is_told_ = true;
    return Verdict::kFar;
  }

 private:
  std::optional<base::MediaTime> last_;  ///< or the first frame
  bool is_told_ = false;
};

}  // namespace klive::flvdemux
