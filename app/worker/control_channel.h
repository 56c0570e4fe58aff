// SPDX-License-Identifier: LGPL-2.1-or-later
// ControlChannel: one end of the socket between door and worker, or fork server. Messages:
// worker/control.h.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "app_context.h"
#include "base/locked.h"
#include "base/result.h"
#include "klive/ptr.h"
#include "klive/unique_fd.h"
#include "socket_poller.h"
#include "worker/control.h"
#include "worker/packet_socket.h"

namespace klive::app {

/// Called on the poller's context. Either may destroy the channel.
struct ControlCallbacks {
  /// `fd` came with the message, if any.
  std::function<void(control::Message message, gst::UniqueFd fd)> message;
  /// The other end is gone, or says what cannot be understood. Nothing is called afterwards.
  std::function<void(const std::string &why)> closed;
};

/// Thread-bound (the context of `poller`), but for send() and flush(), which are thread-safe.
class ControlChannel {
 public:
  /// `poller` must outlive the channel and belong to the thread-default context. Only an end that
  /// `takes_fds` is given descriptors; to the other end they are closed unseen.
  ControlChannel(SocketPoller &poller, gst::UniqueFd socket, bool takes_fds,
                 ControlCallbacks callbacks);
  ~ControlChannel();
  ControlChannel(const ControlChannel &) = delete;
  ControlChannel &operator=(const ControlChannel &) = delete;

  /// Never waits: what the socket does not take now is kept and sent in order. `fd` is duplicated.
  void send(const control::Message &message, int fd = -1);
  /// Waits, at most a second, until everything has left.
  void flush();
  /// Hands on what has arrived already: the other end's last words, when it is known to be gone.
  void drain();

 private:
  struct Packet {
    base::Bytes bytes;
    gst::UniqueFd fd;
  };
  struct Outbox {
    std::deque<Packet> packets;
    bool is_broken = false;
  };

  void ready(uint32_t events);
  /// Tells whether there may be more.
  bool receive(int limit);
  void close(const std::string &why);
  /// Tells whether nothing is left.
  bool send_waiting();

  SocketPoller &poller_;
  const gst::UniqueFd socket_;
  const bool takes_fds_;
  const std::shared_ptr<const ControlCallbacks> callbacks_;  // owners: this, and the one running
  uint64_t watch_ = 0;
  gst::Ptr<GMainContext> context_;
  base::Locked<Outbox> outbox_;
  // Callbacks and posted work see whether we are still there. Owners: this, and those.
  std::shared_ptr<ControlChannel *> alive_ = std::make_shared<ControlChannel *>(this);
};

}  // namespace klive::app
