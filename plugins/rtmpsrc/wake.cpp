// SPDX-License-Identifier: LGPL-2.1-or-later
// Wake: waiting for a socket, a point in time, or another thread's call.
#include "wake.h"

#include <glib.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <ctime>

namespace klive::gst {

namespace {

short events_of(WaitFor what) {
  switch (what) {
    case WaitFor::kEnd:
      return POLLRDHUP;
    case WaitFor::kData:
      return POLLIN;
    case WaitFor::kDataOrRoom:
      return POLLIN | POLLOUT;
  }
  return 0;
}

}  // namespace

Wake::Wake() : event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void Wake::call() const { eventfd_write(event_.get(), 1); }

Woken Wake::wait(int socket, WaitFor what, int64_t until) const {
  pollfd watched[2] = {{event_.get(), POLLIN, 0}, {socket, events_of(what), 0}};
  for (;;) {
    timespec left{};
    if (until) {
      const int64_t wait = until - g_get_monotonic_time();
      if (wait > 0)
        left = {.tv_sec = wait / G_USEC_PER_SEC, .tv_nsec = wait % G_USEC_PER_SEC * 1000};
    }
    const int ready = ppoll(watched, socket < 0 ? 1 : 2, until ? &left : nullptr, nullptr);
    if (ready < 0) continue;  // a signal
    if (watched[0].revents) {
      eventfd_t value = 0;
      eventfd_read(event_.get(), &value);
      return Woken::kByCall;
    }
    return ready > 0 ? Woken::kBySocket : Woken::kByTime;
  }
}

}  // namespace klive::gst
