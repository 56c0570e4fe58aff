// SPDX-License-Identifier: LGPL-2.1-or-later
// Sending and receiving packets.
#include "worker/control_channel.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace klive::app {
namespace {

constexpr int kMessagesAtOnce = 64;  // then the other channels have their turn
constexpr int kSendRoom = 256 * 1024;
constexpr int kFlushWait = 1000;         // milliseconds
constexpr size_t kMostWaiting = 16'384;  // messages; an end that reads nothing is given up

}  // namespace

base::Result<std::pair<gst::UniqueFd, gst::UniqueFd>> ControlChannel::open_pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    return base::fail(base::ErrorCode::kIo, std::string("socketpair: ") + std::strerror(errno));
  // A message must fit into the buffer as a whole.
  for (const int end : ends) setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kSendRoom, sizeof kSendRoom);
  return std::pair(gst::UniqueFd(ends[0]), gst::UniqueFd(ends[1]));
}

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
    const Sent sent = outbox->packets.empty() ? send_now(bytes, fd) : Sent::kLater;
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

ControlChannel::Sent ControlChannel::send_now(base::ByteView bytes, int fd) const {
  iovec part{const_cast<uint8_t *>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
  if (fd >= 0) {
    message.msg_control = room;
    message.msg_controllen = sizeof room;
    cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  }
  for (;;) {
    if (sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return Sent::kYes;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Sent::kLater;
    if (errno != EINTR) return Sent::kBroken;
  }
}

bool ControlChannel::send_waiting() {
  auto outbox = outbox_.lock();
  while (!outbox->packets.empty()) {
    const Packet &first = outbox->packets.front();
    const Sent sent = send_now(first.bytes, first.fd.get());
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
    iovec part{buffer.get(), control::kLargestMessage};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
    if (takes_fds_) {
      header.msg_control = room;
      header.msg_controllen = sizeof room;
    }
    const ssize_t size = recvmsg(socket_.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
    if (size <= 0) {
      close(size < 0 ? std::strerror(errno) : "the other end was closed");
      return false;
    }
    gst::UniqueFd fd;
    if (const cmsghdr *came = takes_fds_ ? CMSG_FIRSTHDR(&header) : nullptr;
        came && came->cmsg_level == SOL_SOCKET && came->cmsg_type == SCM_RIGHTS) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(came), sizeof number);
      fd = gst::UniqueFd(number);
    }
    auto message = (header.msg_flags & MSG_TRUNC) != 0
                       ? base::fail(base::ErrorCode::kInvalid, "a control message is too long")
                       : control::decode({buffer.get(), static_cast<size_t>(size)});
    if (!message) {
      close(message.error().message);
      return false;
    }
    callbacks->message(std::move(*message), std::move(fd));
  }
  return *alive && watch_;
}

void ControlChannel::close(const std::string &why) {
  if (watch_) poller_.remove(std::exchange(watch_, 0));
  const auto callbacks = callbacks_;
  callbacks->closed(why);
}

}  // namespace klive::app
