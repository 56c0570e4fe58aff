// SPDX-License-Identifier: LGPL-2.1-or-later
// Connections: accepts HTTP connections within limits and closes those that do not get on.
#include "http/connections.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <string_view>

namespace klive::app::http {
namespace {

constexpr int kBacklog = 1024;
// A burst of connections must not keep media waiting.
constexpr int kAcceptsInARow = 64;
constexpr unsigned kSweepEvery = 5;          // seconds
constexpr unsigned kRetryAcceptAfter = 200;  // ms

base::Failure failure(const std::string &what, const gst::ErrorPtr &error) {
  return base::fail(base::ErrorCode::kIo, what + ": " + error->message);
}

void drop_source(GSource *&source) {
  if (!source) return;
  g_source_destroy(source);
  g_source_unref(source);
  source = nullptr;
}

GInetAddress *inet_address(GSocketAddress *address) {
  return G_IS_INET_SOCKET_ADDRESS(address)
             ? g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address))
             : nullptr;
}

base::Result<gst::Ptr<GSocket>> bind_socket(const std::string &host, uint16_t port) {
  GError *raw = nullptr;
  const auto address =
      gst::Ptr<GSocketAddress>::take(g_inet_socket_address_new_from_string(host.c_str(), port));
  if (!address)
    return base::fail(base::ErrorCode::kInvalid, "http.address: " + host + " is no IP address");
  const auto family = g_socket_address_get_family(address.get());
  auto socket = gst::Ptr<GSocket>::take(
      g_socket_new(family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &raw));
  if (!socket) return failure("HTTP socket", gst::ErrorPtr(raw));
  // "::" serves IPv4 too.
  if (family == G_SOCKET_FAMILY_IPV6)
    g_socket_set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0, nullptr);
  if (!g_socket_bind(socket.get(), address.get(), TRUE, &raw))
    return failure("HTTP on " + host + " port " + std::to_string(port), gst::ErrorPtr(raw));
  g_socket_set_listen_backlog(socket.get(), kBacklog);
  if (!g_socket_listen(socket.get(), &raw)) return failure("HTTP listener", gst::ErrorPtr(raw));
  g_socket_set_blocking(socket.get(), FALSE);
  return socket;
}

}  // namespace

Connections::Connections(ConnectionLimits limits, Serve serve, Refused refused)
    : limits_(limits),
      serve_(std::move(serve)),
      refused_(std::move(refused)),
      context_(gst::Ptr<GMainContext>::take(g_main_context_ref_thread_default())) {}

Connections::~Connections() {
  drop_source(incoming_);
  drop_source(sweep_);
  drop_source(retry_);
  for (auto &[stream, open] : open_) g_object_weak_unref(stream, &Connections::on_closed, this);
}

base::Result<uint16_t> Connections::listen(const std::string &address, uint16_t port) {
  auto socket = bind_socket(address, port);
  // A machine without IPv6 still serves.
  if (!socket && address == "::") socket = bind_socket("0.0.0.0", port);
  if (!socket) return base::fail(std::move(socket).error());
  listener_ = *socket;
  const auto bound =
      gst::Ptr<GSocketAddress>::take(g_socket_get_local_address(listener_.get(), nullptr));
  if (!bound) return base::fail(base::ErrorCode::kIo, "the HTTP listener has no address");
  watch();
  sweep_ = g_timeout_source_new_seconds(kSweepEvery);
  g_source_set_callback(
      sweep_,
      [](void *owner) -> gboolean {
        static_cast<Connections *>(owner)->close_late();
        return G_SOURCE_CONTINUE;
      },
      this, nullptr);
  g_source_attach(sweep_, context_.get());
  return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound.get()));
}

void Connections::watch() {
  incoming_ = g_socket_create_source(listener_.get(), G_IO_IN, nullptr);
  g_source_set_callback(
      incoming_,
      reinterpret_cast<GSourceFunc>(reinterpret_cast<void (*)()>(&Connections::on_incoming)), this,
      nullptr);
  g_source_attach(incoming_, context_.get());
}

gboolean Connections::on_incoming(GSocket *, GIOCondition, void *owner) {
  auto *connections = static_cast<Connections *>(owner);
  for (int i = 0; i < kAcceptsInARow && connections->accept_one(); ++i) {
  }
  return G_SOURCE_CONTINUE;
}

// False: nothing more to accept for now.
bool Connections::accept_one() {
  GError *raw = nullptr;
  auto socket = gst::Ptr<GSocket>::take(g_socket_accept(listener_.get(), nullptr, &raw));
  const gst::ErrorPtr error(raw);
  if (socket) {
    take(std::move(socket));
    return true;
  }
  if (g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) return false;
  if (g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES)) {
    // The listener stays readable; looking at it again and again would burn the core.
    pause_accepting();
    refused_("descriptors");
    return false;
  }
  return true;  // that one connection was gone before we took it
}

void Connections::pause_accepting() {
  drop_source(incoming_);
  drop_source(retry_);
  retry_ = g_timeout_source_new(kRetryAcceptAfter);
  g_source_set_callback(
      retry_,
      [](void *owner) -> gboolean {
        static_cast<Connections *>(owner)->watch();
        return G_SOURCE_REMOVE;
      },
      this, nullptr);
  g_source_attach(retry_, context_.get());
}

const char *Connections::refusal(const std::string &host, bool is_loopback) const {
  if (open_.size() >= limits_.most) return "connections";
  if (is_loopback) return nullptr;
  const auto known = per_host_.find(host);
  return known != per_host_.end() && known->second >= limits_.most_per_address ? "address"
                                                                               : nullptr;
}

void Connections::take(gst::Ptr<GSocket> socket) {
  auto remote = gst::Ptr<GSocketAddress>::take(g_socket_get_remote_address(socket.get(), nullptr));
  auto local = gst::Ptr<GSocketAddress>::take(g_socket_get_local_address(socket.get(), nullptr));
  GInetAddress *address = remote ? inet_address(remote.get()) : nullptr;
  if (!address || !local) return;
  const gst::CharPtr text(g_inet_address_to_string(address));
  const std::string host = text.get();
  const bool is_loopback =
      g_inet_address_get_is_loopback(address) || host.starts_with("::ffff:127.");
  if (const char *reason = refusal(host, is_loopback)) return refused_(reason);

  g_socket_set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1, nullptr);
  g_socket_set_timeout(socket.get(), limits_.silence);
  const auto stream = gst::Ptr<GSocketConnection>::take(
      g_socket_connection_factory_create_connection(socket.get()));
  auto *object = G_OBJECT(stream.get());
  g_object_weak_ref(object, &Connections::on_closed, this);
  by_remote_[remote.get()] = object;
  ++per_host_[host];
  open_[object] = {
      this, std::move(socket), remote, host, g_get_monotonic_time() + limits_.head, false, false};
  serve_(G_IO_STREAM(stream.get()), local.get(), remote.get());
}

void Connections::on_closed(void *owner, GObject *stream) {
  static_cast<Connections *>(owner)->forget(stream);
}

void Connections::forget(GObject *stream) {
  const auto found = open_.find(stream);
  if (found == open_.end()) return;
  const auto host = per_host_.find(found->second.host);
  if (host != per_host_.end() && --host->second == 0) per_host_.erase(host);
  by_remote_.erase(found->second.remote.get());
  open_.erase(found);
}

Connections::Open *Connections::find(GSocketAddress *remote) {
  const auto stream = by_remote_.find(remote);
  if (stream == by_remote_.end()) return nullptr;
  const auto open = open_.find(stream->second);
  return open == open_.end() ? nullptr : &open->second;
}

void Connections::head_awaited(GSocketAddress *remote) {
  if (Open *open = find(remote)) {
    open->is_idle = false;
    open->deadline = g_get_monotonic_time() + limits_.head;
  }
}

void Connections::request_finished(GSocketAddress *remote) {
  if (Open *open = find(remote)) {
    open->is_idle = true;
    open->deadline = g_get_monotonic_time() + limits_.idle;
  }
}

void Connections::body_awaited(GSocketAddress *remote) {
  if (Open *open = find(remote)) open->deadline = g_get_monotonic_time() + limits_.body;
}

// The answer has no deadline of its own: a slow reader costs a descriptor and no memory, and one
// that stops reading meets `silence`.
void Connections::request_read(GSocketAddress *remote) {
  if (Open *open = find(remote)) {
    open->deadline = 0;
  }
}

void Connections::cut(GSocketAddress *remote) {
  if (Open *open = find(remote)) g_socket_shutdown(open->socket.get(), TRUE, TRUE, nullptr);
}

bool Connections::is_hung_up(const Open &open) {
  pollfd state{g_socket_get_fd(open.socket.get()), POLLRDHUP, 0};
  return poll(&state, 1, 0) > 0 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

// libsoup 3.2 forgets a kept-alive connection whose client goes away between two requests: it reads
// the end, and neither closes the socket nor frees the stream. So what is found hung up twice,
// between requests, is closed here.
void Connections::close_late() {
  const int64_t now = g_get_monotonic_time();
  std::vector<GObject *> gone;
  for (auto &[stream, open] : open_) {
    if (open.is_idle && is_hung_up(open)) {
      if (open.was_hung_up) gone.push_back(stream);
      open.was_hung_up = true;
      continue;
    }
    if (open.deadline == 0 || open.deadline > now) continue;
    open.deadline = 0;
    if (!open.is_idle) refused_("slow");
    // Seen by the server as the client's going.
    g_socket_shutdown(open.socket.get(), TRUE, TRUE, nullptr);
  }
  for (GObject *stream : gone) {
    g_object_weak_unref(stream, &Connections::on_closed, this);
    g_socket_close(open_.at(stream).socket.get(), nullptr);
    forget(stream);
  }
}

}  // namespace klive::app::http
