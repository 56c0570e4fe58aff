// SPDX-License-Identifier: LGPL-2.1-or-later
// RtmpPublisher: an encoder for tests.
#include "rtmp_publisher.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <glib.h>

namespace klive::test {
namespace {

constexpr int64_t kPatience = 10 * G_USEC_PER_SEC;

rtmp::ClientSession::Settings settings_of(uint16_t port, std::string app, std::string stream_name) {
  rtmp::ClientSession::Settings settings;
  settings.tc_url = "rtmp://127.0.0.1:" + std::to_string(port) + "/" + app;
  settings.app = std::move(app);
  settings.stream_name = std::move(stream_name);
  return settings;
}

}  // namespace

gst::UniqueFd connect_to(const std::string &address, uint16_t port, const std::string &source) {
  sockaddr_storage to{};
  socklen_t size = 0;
  auto &v4 = reinterpret_cast<sockaddr_in &>(to);
  auto &v6 = reinterpret_cast<sockaddr_in6 &>(to);
  if (inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    size = sizeof v4;
  } else if (inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    size = sizeof v6;
  }
  gst::UniqueFd socket(::socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in from{};
  from.sin_family = AF_INET;
  if (!source.empty() && (inet_pton(AF_INET, source.c_str(), &from.sin_addr) != 1 ||
                          bind(socket.get(), reinterpret_cast<sockaddr *>(&from), sizeof from) < 0))
    return {};
  if (!socket || connect(socket.get(), reinterpret_cast<sockaddr *>(&to), size) < 0) return {};
  return socket;
}

RtmpPublisher::RtmpPublisher(uint16_t port, std::string app, std::string stream_name,
                             const std::string &address, const std::string &source)
    : socket_(connect_to(address, port, source)),
      session_(settings_of(port, std::move(app), std::move(stream_name))) {}

RtmpPublisher::Phase RtmpPublisher::publish() {
  const int64_t deadline = g_get_monotonic_time() + kPatience;
  while (flush() && phase() != Phase::kPublished && phase() != Phase::kRefused)
    if (!read_some(deadline)) break;
  return phase();
}

bool RtmpPublisher::talk_until(Phase wanted) {
  const int64_t deadline = g_get_monotonic_time() + kPatience;
  while (flush() && phase() != wanted)
    if (!read_some(deadline)) break;
  return phase() == wanted;
}

bool RtmpPublisher::send_video(uint32_t timestamp, base::ByteView body) {
  session_.send_tag(rtmp::TagType::kVideo, timestamp, body);
  return flush();
}

bool RtmpPublisher::can_send() const {
  pollfd writable{socket_.get(), POLLOUT, 0};
  return poll(&writable, 1, 500) > 0;
}

bool RtmpPublisher::send_raw(base::ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return true;
}

void RtmpPublisher::unpublish() {
  session_.unpublish();
  flush();
}

bool RtmpPublisher::is_closed_by_server() {
  const int64_t deadline = g_get_monotonic_time() + kPatience;
  while (read_some(deadline)) {
  }
  return g_get_monotonic_time() < deadline;
}

bool RtmpPublisher::flush() { return socket_ && send_raw(session_.take_output()); }

bool RtmpPublisher::read_some(int64_t deadline) {
  const int64_t wait = deadline - g_get_monotonic_time();
  pollfd readable{socket_.get(), POLLIN, 0};
  if (wait <= 0 || poll(&readable, 1, static_cast<int>(wait / 1000)) <= 0) return false;
  uint8_t buffer[16 * 1024];
  const ssize_t count = recv(socket_.get(), buffer, sizeof buffer, 0);
  return count > 0 && session_.feed({buffer, static_cast<size_t>(count)}).has_value();
}

}  // namespace klive::test
