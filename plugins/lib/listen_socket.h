// SPDX-License-Identifier: LGPL-2.1-or-later
// Listening TCP sockets and the names of peers.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "base/result.h"
#include "klive/unique_fd.h"

namespace klive::gst {

struct ListenSocket {
  UniqueFd socket;  ///< non-blocking, listening
  uint16_t port = 0;
};

/// "::" takes IPv4 as well, where the machine has IPv6 at all; otherwise it is "0.0.0.0".
[[nodiscard]] base::Result<ListenSocket> listen_on(const std::string &address, uint16_t port);

struct PeerName {
  std::string address;  ///< "127.0.0.1:4711", "[::1]:4711"; IPv4 on a dual socket is shown as IPv4
  std::string source;   ///< what limits count: the IPv4 address, the /64 of an IPv6 one
};
[[nodiscard]] PeerName peer_name(const sockaddr_storage &address);

}  // namespace klive::gst
