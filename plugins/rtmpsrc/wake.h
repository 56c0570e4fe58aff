// SPDX-License-Identifier: LGPL-2.1-or-later
// Wake: waiting for a socket, a point in time, or another thread's call.
#pragma once

#include <cstdint>

#include "klive/unique_fd.h"

namespace klive::gst {

enum class Woken { kBySocket, kByCall, kByTime };
/// What a socket is waited for. kEnd: that the peer hung up; data does not wake.
enum class WaitFor { kEnd, kData, kDataOrRoom };

/// call() is thread-safe; waiting is for one thread.
class Wake {
 public:
  Wake();
  /// Ends the wait that is going on, or the next one.
  void call() const;
  /// `socket` -1 waits for time and calls alone; `until` is a g_get_monotonic_time(), 0 = for ever.
  Woken wait(int socket, WaitFor what, int64_t until) const;

 private:
  UniqueFd event_;
};

}  // namespace klive::gst
