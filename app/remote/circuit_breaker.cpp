// SPDX-License-Identifier: LGPL-2.1-or-later
// CircuitBreaker: spares a service that does not answer, and those who would wait for it.
#include "remote/circuit_breaker.h"

#include <algorithm>

namespace klive::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{2'000}, kLongestPause{30'000};
constexpr int kMostDoublings = 20;

}  // namespace

milliseconds back_off(int failures, milliseconds first, milliseconds most, double chance) {
  const int doublings = std::clamp(failures - 1, 0, kMostDoublings);
  const milliseconds whole = std::min(first * (1 << doublings), most);
  return milliseconds(
      static_cast<int64_t>(static_cast<double>(whole.count()) * (0.75 + chance / 2)));
}

bool CircuitBreaker::may_call(Clock::time_point now) {
  if (!is_open()) return true;
  if (is_probing_ || now < open_until_) return false;
  is_probing_ = true;
  return true;
}

void CircuitBreaker::success() {
  failures_ = openings_ = 0;
  is_probing_ = false;
}

void CircuitBreaker::failure(Clock::time_point now, double chance) {
  // Calls that were on their way when it opened say nothing new.
  if (is_open() && !is_probing_) return;
  is_probing_ = false;
  failures_ = std::min(failures_ + 1, kFailures);
  if (!is_open()) return;
  open_until_ = now + back_off(++openings_, kFirstPause, kLongestPause, chance);
}

}  // namespace klive::app
