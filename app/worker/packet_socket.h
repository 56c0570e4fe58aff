// SPDX-License-Identifier: LGPL-2.1-or-later
// Packets over a local socket, each with at most one descriptor beside it.
#pragma once

#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "klive/unique_fd.h"

namespace klive::app {

/// A connected, non-blocking pair that keeps the borders of packets (SOCK_SEQPACKET).
[[nodiscard]] base::Result<std::pair<gst::UniqueFd, gst::UniqueFd>> open_packet_pair();

enum class Sent { kYes, kLater, kBroken };
/// Never waits. `fd` stays the caller's; the receiver gets a duplicate.
[[nodiscard]] Sent send_packet(int socket, base::ByteView bytes, int fd = -1);

struct ReceivedPacket {
  size_t size = 0;
  bool is_whole = true;  ///< false: it was longer than `room`, and is cut off
  gst::UniqueFd fd;
};
/// Never waits. Nothing when nothing is there; kUnavailable when the other end is gone. Descriptors
/// that nobody takes are closed unseen.
[[nodiscard]] base::Result<std::optional<ReceivedPacket>> receive_packet(int socket,
                                                                         std::span<uint8_t> room,
                                                                         bool takes_fd);

}  // namespace klive::app
