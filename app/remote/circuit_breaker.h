// SPDX-License-Identifier: LGPL-2.1-or-later
// CircuitBreaker: spares a service that does not answer, and those who would wait for it.
//
//   closed ── three failures in a row ──► open (2 s, doubled each time, 30 s at most, with jitter)
//     ▲                                     │ over
//     └───── success ── one call is let through ── failure ──► open
#pragma once

#include <chrono>

namespace klive::app {

/// Plain value. Time and chance are the caller's.
class CircuitBreaker {
 public:
  using Clock = std::chrono::steady_clock;

  /// Whether a call may be made now. One that may be is reported by success() or failure().
  [[nodiscard]] bool may_call(Clock::time_point now);
  void success();
  /// `chance` is between 0 and 1.
  void failure(Clock::time_point now, double chance);
  /// No call is let through, but for one that finds out.
  [[nodiscard]] bool is_open() const { return failures_ >= kFailures; }

 private:
  static constexpr int kFailures = 3;
  int failures_ = 0, openings_ = 0;
  bool is_probing_ = false;
  Clock::time_point open_until_{};
};

/// How long to wait before trying again: `first`, doubled with each of `failures` after the first,
/// `most` at most; a quarter more or less by `chance` (0 to 1), so that many do not come at once.
[[nodiscard]] std::chrono::milliseconds back_off(int failures, std::chrono::milliseconds first,
                                                 std::chrono::milliseconds most, double chance);

}  // namespace klive::app
