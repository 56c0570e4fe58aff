// SPDX-License-Identifier: LGPL-2.1-or-later
// Publication: reading, answering and closing one encoder's connection.
#include "publication.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace klive::gst {
namespace {

// What one look takes at most, so that a flood becomes backpressure and not memory.
constexpr size_t kReceiveLimit = 2 * 1024 * 1024;
// An encoder that never reads acknowledgements is not kept alive by us remembering them.
constexpr size_t kUnsentLimit = 256 * 1024;
constexpr int kReceiveRoom = 512 * 1024;  // 100 ms of 40 Mbit/s
constexpr int kHangUpWait = 250;          // milliseconds for a full socket to take the last answer

}  // namespace

Received Publication::receive() {
  uint8_t buffer[64 * 1024];
  size_t &total = last_received_;
  total = 0;
  while (total < kReceiveLimit) {
    const ssize_t count = recv(connection_.socket.get(), buffer, sizeof buffer, 0);
    if (count == 0) return Received::kClosed;
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      failure_ = std::strerror(errno);
      return Received::kFailed;
    }
    total += static_cast<size_t>(count);
    bytes_ += static_cast<size_t>(count);
    connection_.slot->count_received(static_cast<size_t>(count));
    if (auto fed = connection_.session.feed({buffer, static_cast<size_t>(count)}); !fed) {
      failure_ = fed.error().message;
      connection_.slot->count_protocol_error();
      return Received::kFailed;
    }
    // A short read has emptied the socket: asking once more would only hear so.
    if (static_cast<size_t>(count) < sizeof buffer) break;
  }
  if (!is_on_air()) acknowledge_quickly(connection_.socket.get());
  return total > 0 ? Received::kSome : Received::kNothing;
}

base::Bytes Publication::take_media() {
  return stream_ ? connection_.session.take_media(*stream_) : base::Bytes();
}

bool Publication::send() {
  base::Bytes output = connection_.session.take_output();
  if (connection_.unsent.empty()) {
    connection_.unsent = std::move(output);
  } else {
    base::append(connection_.unsent, output);
  }
  if (connection_.unsent.empty()) return true;
  if (send_some(connection_.socket.get(), connection_.unsent) == SendResult::kFailed) {
    failure_ = std::strerror(errno);
    return false;
  }
  if (connection_.unsent.size() <= kUnsentLimit) return true;
  failure_ = "the encoder does not read what it is sent";
  return false;
}

// The receive window must hold what arrives between two looks, and the kernel, which sizes it by
// what is read in a round trip, may never find that out. Asking for a low-water mark makes room for
// it, and leaves the kernel free to make more (which SO_RCVBUF does not).
void Publication::widen_window() const {
  const int room = kReceiveRoom;
  const int any = 1;
  setsockopt(socket(), SOL_SOCKET, SO_RCVLOWAT, &room, sizeof room);
  setsockopt(socket(), SOL_SOCKET, SO_RCVLOWAT, &any, sizeof any);
}

void Publication::accept_publish(uint32_t stream) {
  stream_ = stream;
  widen_window();
  connection_.session.accept_publish(stream);
  connection_.slot->authorised();
}

void Publication::end_publish(const rtmp::Refusal &reason) {
  if (stream_) connection_.session.end_publish(*stream_, reason);
  stream_.reset();
}

void Publication::hang_up() {
  bool is_usable = send();
  if (is_usable && has_unsent()) {
    pollfd writable{connection_.socket.get(), POLLOUT, 0};
    is_usable = poll(&writable, 1, kHangUpWait) > 0 && send();
  }
  if (is_usable) linger_close(std::move(connection_.socket), std::move(connection_.slot));
  connection_.socket.reset();
}

}  // namespace klive::gst
