// SPDX-License-Identifier: LGPL-2.1-or-later
// Listening TCP sockets and the names of peers.
#include "listen_socket.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace klive::gst {
namespace {

using base::ErrorCode;
using base::Result;

constexpr int kBacklog = 4096;

struct AddressFree {
  void operator()(addrinfo *info) const { freeaddrinfo(info); }
};

std::string place(const std::string &address, uint16_t port) {
  return (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":" +
         std::to_string(port);
}

Result<ListenSocket> open_socket(const addrinfo &info, const std::string &where) {
  UniqueFd socket(
      ::socket(info.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!socket)
    return base::fail(ErrorCode::kIo, "opening a socket for " + where + ": " + strerror(errno));
  const int on = 1;
  const int off = 0;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (info.ai_family == AF_INET6)
    setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (bind(socket.get(), info.ai_addr, info.ai_addrlen) < 0 || listen(socket.get(), kBacklog) < 0) {
    const ErrorCode code = errno == EADDRINUSE ? ErrorCode::kConflict : ErrorCode::kIo;
    return base::fail(code, "listening on " + where + ": " + strerror(errno));
  }
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  getsockname(socket.get(), reinterpret_cast<sockaddr *>(&bound), &size);
  const uint16_t port = bound.ss_family == AF_INET6
                            ? reinterpret_cast<const sockaddr_in6 &>(bound).sin6_port
                            : reinterpret_cast<const sockaddr_in &>(bound).sin_port;
  return ListenSocket{std::move(socket), ntohs(port)};
}

}  // namespace

Result<ListenSocket> listen_on(const std::string &address, uint16_t port) {
  const std::string where = place(address, port);
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo *raw = nullptr;
  const int failed = getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &raw);
  if (failed)
    return base::fail(ErrorCode::kInvalid, "listening on " + where + ": " + gai_strerror(failed));
  std::unique_ptr<addrinfo, AddressFree> info(raw);
  auto listening = open_socket(*info, where);
  const bool any = address == "::";
  if (!listening && any && listening.error().code == ErrorCode::kIo)
    return listen_on("0.0.0.0", port);
  return listening;
}

PeerName peer_name(const sockaddr_storage &address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    const auto &v4 = reinterpret_cast<const sockaddr_in &>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return {place(text, ntohs(v4.sin_port)), text};
  }
  const auto &v6 = reinterpret_cast<const sockaddr_in6 &>(address);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text, sizeof text);
    return {place(text, ntohs(v6.sin6_port)), text};
  }
  inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  // One customer has a whole /64: addresses inside it are free to make up.
  in6_addr network = v6.sin6_addr;
  std::memset(&network.s6_addr[8], 0, 8);
  char source[INET6_ADDRSTRLEN] = "";
  inet_ntop(AF_INET6, &network, source, sizeof source);
  return {place(text, ntohs(v6.sin6_port)), source};
}

}  // namespace klive::gst
