// SPDX-License-Identifier: LGPL-2.1-or-later
// sendmsg and recvmsg.
#include "worker/packet_socket.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace klive::app {
namespace {

constexpr int kSendRoom = 256 * 1024;

}  // namespace

base::Result<std::pair<gst::UniqueFd, gst::UniqueFd>> open_packet_pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    return base::fail(base::ErrorCode::kIo, std::string("socketpair: ") + std::strerror(errno));
  // A packet must fit into the buffer as a whole.
  for (const int end : ends) setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kSendRoom, sizeof kSendRoom);
  return std::pair(gst::UniqueFd(ends[0]), gst::UniqueFd(ends[1]));
}

Sent send_packet(int socket, base::ByteView bytes, int fd) {
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
    if (sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return Sent::kYes;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Sent::kLater;
    if (errno != EINTR) return Sent::kBroken;
  }
}

base::Result<std::optional<ReceivedPacket>> receive_packet(int socket, std::span<uint8_t> space,
                                                           bool takes_fd) {
  iovec part{space.data(), space.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
  if (takes_fd) {
    header.msg_control = room;
    header.msg_controllen = sizeof room;
  }
  ssize_t size = -1;
  do {
    size = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::optional<ReceivedPacket>();
  if (size <= 0) {
    return base::fail(base::ErrorCode::kUnavailable,
                      size < 0 ? std::strerror(errno) : "the other end was closed");
  }
  ReceivedPacket packet;
  packet.size = static_cast<size_t>(size);
  packet.is_whole = (header.msg_flags & MSG_TRUNC) == 0;
  if (const cmsghdr *came = takes_fd ? CMSG_FIRSTHDR(&header) : nullptr;
      came && came->cmsg_level == SOL_SOCKET && came->cmsg_type == SCM_RIGHTS) {
    int number = -1;
    std::memcpy(&number, CMSG_DATA(came), sizeof number);
    packet.fd = gst::UniqueFd(number);
  }
  return std::optional(std::move(packet));
}

}  // namespace klive::app
