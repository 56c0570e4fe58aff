// SPDX-License-Identifier: LGPL-2.1-or-later
// Connections: listens, accepts HTTP connections within limits, and closes those that do not get
// on.
#include "http/connections.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace klive::app::http {
namespace {

constexpr int kBacklog = 4096;
// A burst of connections must not keep media waiting.
constexpr int kAcceptsInARow = 64;
constexpr unsigned kSweepEvery = 1;          // seconds
constexpr unsigned kRetryAcceptAfter = 200;  // ms

void drop_source(GSource *&source) {
  if (!source) return;
  g_source_destroy(source);
  g_source_unref(source);
  source = nullptr;
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

std::optional<SocketAddress> parse_address(const std::string &text, uint16_t port) {
  SocketAddress address;
  auto *v4 = reinterpret_cast<sockaddr_in *>(&address.storage);
  auto *v6 = reinterpret_cast<sockaddr_in6 *>(&address.storage);
  if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size = sizeof *v4;
    return address;
  }
  if (inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size = sizeof *v6;
    return address;
  }
  return {};
}

struct Peer {
  std::string address;
  bool is_local = false;
};

// IPv4 that came to an IPv6 socket is shown as IPv4.
Peer name_peer(const sockaddr_storage &storage) {
  char text[INET6_ADDRSTRLEN] = "";
  in_addr v4{};
  if (storage.ss_family == AF_INET6) {
    const auto &v6 = reinterpret_cast<const sockaddr_in6 &>(storage).sin6_addr;
    if (!IN6_IS_ADDR_V4MAPPED(&v6)) {
      inet_ntop(AF_INET6, &v6, text, sizeof text);
      return {text, IN6_IS_ADDR_LOOPBACK(&v6) != 0};
    }
    std::memcpy(&v4, v6.s6_addr + 12, sizeof v4);
  } else {
    v4 = reinterpret_cast<const sockaddr_in &>(storage).sin_addr;
  }
  inet_ntop(AF_INET, &v4, text, sizeof text);
  return {text, ntohl(v4.s_addr) >> 24 == 127};
}

base::Result<gst::UniqueFd> open_listener(const std::string &text, uint16_t port) {
  const auto address = parse_address(text, port);
  if (!address)
    return base::fail(base::ErrorCode::kInvalid, "http.address: " + text + " is no IP address");
  const int family = address->storage.ss_family;
  gst::UniqueFd socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int yes = 1, no = 0;
  bool is_done = static_cast<bool>(socket);
  if (is_done) setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  // "::" serves IPv4 too.
  if (is_done && family == AF_INET6)
    setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
  is_done = is_done &&
            bind(socket.get(), reinterpret_cast<const sockaddr *>(&address->storage),
                 address->size) == 0 &&
            ::listen(socket.get(), kBacklog) == 0;
  if (!is_done)
    return base::fail(base::ErrorCode::kIo, "HTTP on " + text + " port " + std::to_string(port) +
                                                ": " + g_strerror(errno));
  return socket;
}

uint16_t bound_port(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  getsockname(socket, reinterpret_cast<sockaddr *>(&storage), &size);
  return ntohs(storage.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6 &>(storage).sin6_port
                   : reinterpret_cast<const sockaddr_in &>(storage).sin_port);
}

}  // namespace

Connections::Connections(ConnectionLimits limits, Connection::Hooks hooks, Refused refused)
    : limits_(limits), hooks_(std::move(hooks)), refused_(std::move(refused)) {
  hooks_.on_closed = [this](Connection &connection) { forget(connection); };
}

Connections::~Connections() {
  if (listener_handle_ != 0) poller_.remove(listener_handle_);
  drop_source(sweep_);
  drop_source(retry_);
  close_all();
}

void Connections::close_all() {
  while (!open_.empty()) open_.begin()->second->close();
}

base::Result<uint16_t> Connections::listen(const std::string &address, uint16_t port) {
  auto socket = open_listener(address, port);
  // A machine without IPv6 still serves.
  if (!socket && address == "::") {
    auto v4 = open_listener("0.0.0.0", port);
    if (v4) socket = std::move(v4);
  }
  if (!socket) return base::fail(std::move(socket).error());
  listener_ = std::move(*socket);
  const auto on_incoming = [this](uint32_t) {
    for (int i = 0; i < kAcceptsInARow && accept_one(); ++i) {
    }
  };
  listener_handle_ = poller_.add(listener_.get(), EPOLLIN, on_incoming);
  sweep_ = g_timeout_source_new_seconds(kSweepEvery);
  g_source_set_callback(
      sweep_,
      [](void *owner) -> gboolean {
        static_cast<Connections *>(owner)->close_late();
        return G_SOURCE_CONTINUE;
      },
      this, nullptr);
  g_source_attach(sweep_, g_main_context_get_thread_default());
  return bound_port(listener_.get());
}

// False: nothing more to accept for now.
bool Connections::accept_one() {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  gst::UniqueFd socket(accept4(listener_.get(), reinterpret_cast<sockaddr *>(&storage), &size,
                               SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // The listener stays readable; looking at it again and again would burn the core.
      pause_accepting();
      refused_("descriptors");
      return false;
    }
    return errno == EINTR || errno == ECONNABORTED;
  }
  Peer peer = name_peer(storage);
  if (const char *reason = refusal(peer.address, peer.is_local)) {
    refused_(reason);
    return true;
  }
  const int yes = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  ++per_address_[peer.address];
  const auto connection = std::make_shared<Connection>(
      poller_, std::move(socket), std::move(peer.address), peer.is_local, limits_.times, hooks_);
  open_[connection.get()] = connection;
  connection->start();
  return true;
}

void Connections::pause_accepting() {
  poller_.change(listener_handle_, 0);
  drop_source(retry_);
  retry_ = g_timeout_source_new(kRetryAcceptAfter);
  g_source_set_callback(
      retry_,
      [](void *owner) -> gboolean {
        auto *connections = static_cast<Connections *>(owner);
        connections->poller_.change(connections->listener_handle_, EPOLLIN);
        return G_SOURCE_REMOVE;
      },
      this, nullptr);
  g_source_attach(retry_, g_main_context_get_thread_default());
}

const char *Connections::refusal(const std::string &address, bool is_local) {
  if (open_.size() >= limits_.most) make_room();
  if (open_.size() >= limits_.most) return "connections";
  if (is_local) return nullptr;
  const auto known = per_address_.find(address);
  return known != per_address_.end() && known->second >= limits_.most_per_address ? "address"
                                                                                  : nullptr;
}

// Some at once: looking through all of them for every newcomer of a flood would cost too much.
void Connections::make_room() {
  std::vector<std::shared_ptr<Connection>> waiting;
  for (const auto &[key, connection] : open_)
    if (connection->is_waiting()) waiting.push_back(connection);
  const size_t count = std::min(waiting.size(), size_t{1} + limits_.most / 32);
  std::partial_sort(waiting.begin(), waiting.begin() + static_cast<ptrdiff_t>(count), waiting.end(),
                    [](const auto &a, const auto &b) {
                      return std::pair(a->was_answered(), a->deadline()) <
                             std::pair(b->was_answered(), b->deadline());
                    });
  for (size_t i = 0; i < count; ++i) {
    refused_("room");
    waiting[i]->close();
  }
}

void Connections::forget(Connection &connection) {
  const auto address = per_address_.find(connection.remote());
  if (address != per_address_.end() && --address->second == 0) per_address_.erase(address);
  open_.erase(&connection);
}

void Connections::close_late() {
  const int64_t now = g_get_monotonic_time();
  std::vector<std::shared_ptr<Connection>> late;
  for (const auto &[key, connection] : open_)
    if (connection->deadline() != 0 && connection->deadline() <= now) late.push_back(connection);
  for (const auto &connection : late) {
    if (!connection->is_idle()) refused_("slow");
    connection->close();
  }
}

}  // namespace klive::app::http
