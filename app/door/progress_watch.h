// SPDX-License-Identifier: LGPL-2.1-or-later
// ProgressWatch: for how long a reader has left alone what waits for it. Looked at now and then; no
// clock of its own.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace klive::app {

/// Thread-bound.
class ProgressWatch {
 public:
  using Clock = std::chrono::steady_clock;
  /// More than this does not count for one look: who is late to look was perhaps stopped itself.
  static constexpr Clock::duration kMostPerLook = std::chrono::seconds(1);

  /// `written` bytes in all, of which `unread` wait (more, as the kernel counts its own into them).
  void look(Clock::time_point now, uint64_t written, uint64_t unread) {
    const int64_t read = static_cast<int64_t>(written) - static_cast<int64_t>(unread);
    const bool goes_on = unread == 0 || !last_ || read > read_;
    stuck_ = goes_on ? Clock::duration{} : stuck_ + std::min(now - *last_, kMostPerLook);
    last_ = now;
    read_ = read;
  }
  /// Time during which bytes waited and none was read.
  [[nodiscard]] Clock::duration stuck() const { return stuck_; }
  /// There is a good reason for it.
  void forgive() { stuck_ = {}; }

 private:
  std::optional<Clock::time_point> last_;
  int64_t read_ = 0;
  Clock::duration stuck_{};
};

}  // namespace klive::app
