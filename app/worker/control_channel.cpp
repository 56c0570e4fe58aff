// SPDX-License-Identifier: LGPL-2.1-or-later
// Sending and receiving packets.
#include "worker/control_channel.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <string>
#include <utility>

namespace klive::app {
namespace {

constexpr int kMessagesAtOnce = 64;      // then the other channels have their turn
constexpr int kFlushWait = 1000;         // milliseconds
constexpr size_t kMostWaiting = 16'384;  // messages; an end that reads nothing is given up

}  // namespace

ControlChannel::ControlChannel(SocketPoller &poller, gst::UniqueFd socket, bool takes_fds,
                               ControlCallbacks callbacks)
    : poller_(poller),
      socket_(std::move(socket)),
      takes_fds_(takes_fds),
      callbacks_(std::make_shared<const ControlCallbacks>(std::move(callbacks))),
      context_(gst::Ptr<GMainContext>::take(g_main_context_ref_thread_default())) {
  watch_ = poller_.add(socket_.get(), EPOLLIN, [this](uint32_t events) { ready(events); });
}

ControlChannel::~ControlChannel() {
  *alive_ = nullptr;
  if (watch_) poller_.remove(watch_);
  // A child that is being forked may hold a copy: the other end hears of it all the same.
  shutdown(socket_.get(), SHUT_RDWR);
}

void ControlChannel::send(const control::Message &message, int fd) {
  base::Bytes bytes = control::encode(message);
  bool must_wait = false;
  {
    auto outbox = outbox_.lock();
    if (outbox->is_broken) return;
    const Sent sent =
        outbox->packets.empty() ? send_packet(socket_.get(), bytes, fd) : Sent::kLater;
    if (sent == Sent::kYes) return;
    if (sent == Sent::kBroken || outbox->packets.size() >= kMostWaiting) {
      outbox->is_broken = true;
      outbox->packets.clear();
    } else {
      must_wait = outbox->packets.empty();
      outbox->packets.push_back(
          {std::move(bytes), gst::UniqueFd(fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0))});
    }
  }
  if (!must_wait) return;
  post(context_.get(), [alive = alive_] {
    ControlChannel *self = *alive;
    if (self && self->watch_ && !self->send_waiting())
      self->poller_.change(self->watch_, EPOLLIN | EPOLLOUT);
  });
}

bool ControlChannel::send_waiting() {
  auto outbox = outbox_.lock();
  while (!outbox->packets.empty()) {
    const Packet &first = outbox->packets.front();
    const Sent sent = send_packet(socket_.get(), first.bytes, first.fd.get());
    if (sent == Sent::kLater) return false;
    if (sent == Sent::kBroken) {
      outbox->is_broken = true;
      outbox->packets.clear();
      break;
    }
    outbox->packets.pop_front();
  }
  return true;
}

void ControlChannel::flush() {
  const gint64 deadline = g_get_monotonic_time() + gint64{kFlushWait} * 1000;
  while (!send_waiting()) {
    const gint64 left = (deadline - g_get_monotonic_time()) / 1000;
    pollfd writable{socket_.get(), POLLOUT, 0};
    if (left <= 0 || poll(&writable, 1, static_cast<int>(left)) == 0) return;
  }
}

void ControlChannel::ready(uint32_t events) {
  if ((events & EPOLLOUT) != 0 && send_waiting()) poller_.change(watch_, EPOLLIN);
  if ((events & ~uint32_t{EPOLLOUT}) != 0) receive(kMessagesAtOnce);
}

void ControlChannel::drain() {
  while (receive(kMessagesAtOnce)) {
  }
}

bool ControlChannel::receive(int limit) {
  // Not zeroed: pages that no message reaches are never ours.
  static thread_local const auto buffer =
      std::make_unique_for_overwrite<uint8_t[]>(control::kLargestMessage);
  const std::shared_ptr<ControlChannel *> alive = alive_;
  const auto callbacks = callbacks_;
  for (int i = 0; i < limit; ++i) {
    if (!*alive || !watch_) return false;
    auto packet =
        receive_packet(socket_.get(), {buffer.get(), control::kLargestMessage}, takes_fds_);
    if (!packet) {
      close(packet.error().message);
      return false;
    }
    if (!*packet) return false;
    auto message = (*packet)->is_whole
                       ? control::decode({buffer.get(), (*packet)->size})
                       : base::fail(base::ErrorCode::kInvalid, "a control message is too long");
    if (!message) {
      close(message.error().message);
      return false;
    }
    callbacks->message(std::move(*message), std::move((*packet)->fd));
  }
  return *alive && watch_;
}

void ControlChannel::close(const std::string &why) {
  if (watch_) poller_.remove(std::exchange(watch_, 0));
  const auto callbacks = callbacks_;
  callbacks->closed(why);
}

}  // namespace klive::app
