// SPDX-License-Identifier: LGPL-2.1-or-later
// SocketPoller: many sockets behind one source of the main context.
#include "socket_poller.h"

#include <glib-unix.h>
#include <sys/epoll.h>

#include <array>
#include <utility>

namespace klive::app {
namespace {

constexpr int kEventsAtOnce = 128;  // then the rest of the process has its turn

}  // namespace

SocketPoller::SocketPoller()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), source_(g_unix_fd_source_new(epoll_.get(), G_IO_IN)) {
  g_source_set_callback(
      source_,
      reinterpret_cast<GSourceFunc>(reinterpret_cast<void (*)()>(&SocketPoller::on_readable)), this,
      nullptr);
  g_source_attach(source_, g_main_context_get_thread_default());
}

SocketPoller::~SocketPoller() {
  g_source_destroy(source_);
  g_source_unref(source_);
}

uint64_t SocketPoller::add(int fd, uint32_t events, Ready ready) {
  const uint64_t handle = next_handle_++;
  watches_[handle] = {fd, std::make_shared<Ready>(std::move(ready))};
  epoll_event event{};
  event.events = events;
  event.data.u64 = handle;
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
  return handle;
}

void SocketPoller::change(uint64_t handle, uint32_t events) {
  const auto watch = watches_.find(handle);
  if (watch == watches_.end()) return;
  epoll_event event{};
  event.events = events;
  event.data.u64 = handle;
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, watch->second.fd, &event);
}

void SocketPoller::remove(uint64_t handle) {
  const auto watch = watches_.find(handle);
  if (watch == watches_.end()) return;
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, watch->second.fd, nullptr);
  watches_.erase(watch);
}

gboolean SocketPoller::on_readable(int, GIOCondition, void *poller) {
  static_cast<SocketPoller *>(poller)->dispatch();
  return G_SOURCE_CONTINUE;
}

void SocketPoller::dispatch() {
  std::array<epoll_event, kEventsAtOnce> events;
  const int count = epoll_wait(epoll_.get(), events.data(), kEventsAtOnce, 0);
  for (int i = 0; i < count; ++i) {
    const auto &event = events[static_cast<size_t>(i)];
    // One handled before may have removed this one.
    const auto watch = watches_.find(event.data.u64);
    if (watch == watches_.end()) continue;
    const std::shared_ptr<Ready> ready = watch->second.ready;
    (*ready)(event.events);
  }
}

}  // namespace klive::app
