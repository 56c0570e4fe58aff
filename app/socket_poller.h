// SPDX-License-Identifier: LGPL-2.1-or-later
// SocketPoller: many sockets behind one source of the main context. A main context looks at every
// source each time it wakes; ten thousand viewers must not be ten thousand sources.
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

#include "klive/unique_fd.h"

namespace klive::app {

/// Thread-bound (the thread-default context of its maker).
class SocketPoller {
 public:
  /// Called with EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR.
  using Ready = std::function<void(uint32_t events)>;

  SocketPoller();
  ~SocketPoller();
  SocketPoller(const SocketPoller &) = delete;
  SocketPoller &operator=(const SocketPoller &) = delete;

  /// `fd` is not owned. Returns a handle.
  [[nodiscard]] uint64_t add(int fd, uint32_t events, Ready ready);
  void change(uint64_t handle, uint32_t events);
  /// From then on `ready` is not called, also not for what was already seen. Before the fd is
  /// closed.
  void remove(uint64_t handle);

 private:
  struct Watch {
    int fd;
    std::shared_ptr<Ready> ready;  // owners: the table, and the call that is running
  };
  void dispatch();
  static gboolean on_readable(int fd, GIOCondition condition, void *poller);

  gst::UniqueFd epoll_;
  GSource *source_;
  std::unordered_map<uint64_t, Watch> watches_;
  uint64_t next_handle_ = 1;
};

}  // namespace klive::app
