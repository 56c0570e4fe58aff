// SPDX-License-Identifier: LGPL-2.1-or-later
// WrongTokens: how long the answer to a wrong token waits, by the address that it came from.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/locked.h"

namespace klive::app {

/// Thread-safe. Time is the caller's, so nothing in here waits.
class WrongTokens {
 public:
  using Clock = std::chrono::steady_clock;
  struct Delay {
    std::chrono::milliseconds time{0};
    bool is_longest = false;
  };

  /// Notes a wrong token and returns the delay of its answer: 100 ms, doubled with every further
  /// one, 2 s at most. A minute without one forgets them. `remote_address` is "127.0.0.1:4711" or
  /// "[::1]:4711"; of IPv6 the /64 counts, for that is what one customer has.
  [[nodiscard]] Delay note(std::string_view remote_address, Clock::time_point now);
  /// Addresses that are remembered; 4096 at most, the one that was quiet longest goes first.
  [[nodiscard]] size_t size();

 private:
  struct Source {
    unsigned count = 0;
    Clock::time_point last;
  };
  base::Locked<std::map<std::string, Source>> sources_;
};

/// What stands for the source of an address: IPv4 without port, or the first half of an IPv6.
[[nodiscard]] std::string source_of(std::string_view remote_address);

}  // namespace klive::app
