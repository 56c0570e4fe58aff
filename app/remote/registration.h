// SPDX-License-Identifier: LGPL-2.1-or-later
// Registration: what a Kaltura installation has to be told next about one side of an entry on air.
//
//   media ─► broadcasting ─► playable, once a segment is ─► streams ─► … renewed every 60 s
//                                  15 s without media ─► unregister ─► media again: from the start
#pragma once

#include <chrono>

#include "kaltura/value.h"

namespace klive::app {

/// A state machine without I/O: asked what to do, told what came of it. Plain value.
class Registration {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Step { kNone, kBroadcasting, kPlayable, kStreams, kUnregister };
  enum class Outcome {
    kDone,
    kFailed,   ///< nobody answered, or not now: to be tried again
    kUnknown,  ///< the installation does not know this registration (any more)
  };
  /// The side as it is now.
  struct Seen {
    bool is_publishing = false;
    bool is_playable = false;
    kaltura::Value streams = kaltura::Value::Array();  ///< KalturaLiveStreamParams
  };

  /// The next step, none while another is under way.
  [[nodiscard]] Step next(Clock::time_point now, const Seen &seen);
  /// `chance` (0 to 1) is for the back-off.
  void done(Step step, Outcome outcome, Clock::time_point now, double chance);

  [[nodiscard]] bool is_registered() const { return status_ != Step::kNone; }
  /// The streams that were told last.
  [[nodiscard]] const kaltura::Value &streams() const { return streams_; }
  /// Nothing is registered and nothing is to come.
  [[nodiscard]] bool is_over() const {
    return !is_registered() && !is_publishing_ && under_way_ == Step::kNone;
  }

 private:
  [[nodiscard]] Step wanted(Clock::time_point now, const Seen &seen) const;

  Step status_ = Step::kNone;  // kBroadcasting or kPlayable
  Step under_way_ = Step::kNone;
  bool is_publishing_ = false;
  Clock::time_point last_media_{}, registered_at_{}, retry_at_{};
  bool has_streams_ = false;
  kaltura::Value streams_, sending_;
  Clock::time_point streams_at_{};
  int failures_ = 0;
};

}  // namespace klive::app
