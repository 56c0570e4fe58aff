// SPDX-License-Identifier: LGPL-2.1-or-later
// WorkerDeaths: how soon the dead worker of a session is replaced, and when its stream is given up.
#pragma once

#include <chrono>
#include <vector>

namespace klive::app {

/// No clock of its own. Thread-bound.
class WorkerDeaths {
 public:
  using Clock = std::chrono::steady_clock;
  struct Verdict {
    Clock::duration wait{};  ///< until another is started
    bool is_given_up =
        false;  ///< the stream makes its workers fail again and again: end its publications
  };

  void born(Clock::time_point now) { born_ = now; }
  [[nodiscard]] Verdict died(Clock::time_point now);

 private:
  Clock::time_point born_{};
  std::vector<Clock::time_point> deaths_;  // of late
  int short_lives_ = 0;                    // one after the other
};

}  // namespace klive::app
