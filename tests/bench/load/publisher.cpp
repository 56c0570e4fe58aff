// SPDX-License-Identifier: LGPL-2.1-or-later
// A non-blocking socket below a client session.
#include "publisher.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <utility>

namespace klive::load {
namespace {

int64_t now(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

sockaddr_in socket_address(const std::string &address, uint16_t port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(port);
  inet_pton(AF_INET, address.c_str(), &made.sin_addr);
  return made;
}

gst::UniqueFd open_socket(const Target &target, const std::string &source) {
  gst::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int yes = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (!source.empty()) {
    const sockaddr_in from = socket_address(source, 0);
    if (bind(socket.get(), reinterpret_cast<const sockaddr *>(&from), sizeof from) != 0) return {};
  }
  const sockaddr_in to = socket_address(target.address, target.port);
  if (connect(socket.get(), reinterpret_cast<const sockaddr *>(&to), sizeof to) != 0 &&
      errno != EINPROGRESS) {
    return {};
  }
  return socket;
}

rtmp::ClientSession::Settings settings_of(const Target &target) {
  rtmp::ClientSession::Settings settings;
  settings.app = target.app;
  settings.tc_url =
      "rtmp://" + target.address + ":" + std::to_string(target.port) + "/" + target.app;
  settings.stream_name = target.stream_name;
  return settings;
}

}  // namespace

int64_t monotonic_ns() { return now(CLOCK_MONOTONIC); }
int64_t unix_ns() { return now(CLOCK_REALTIME); }

Target Target::parse(const std::string &url, const std::string &stream_name) {
  constexpr std::string_view kScheme = "rtmp://";
  if (!url.starts_with(kScheme)) return {};
  const size_t colon = url.find(':', kScheme.size()), slash = url.find('/', kScheme.size());
  if (slash == std::string::npos || colon > slash) return {};
  return {.address = url.substr(kScheme.size(), colon - kScheme.size()),
          .port = static_cast<uint16_t>(std::atoi(url.c_str() + colon + 1)),
          .app = url.substr(slash + 1),
          .stream_name = stream_name};
}

Publisher::Publisher(const Target &target, const std::string &source)
    : socket_(open_socket(target, source)),
      session_(settings_of(target)),
      begun_at_(monotonic_ns()) {
  flush();
}

bool Publisher::go_on() {
  const bool is_setup = phase() != Phase::kPublished;
  if (!receive()) return false;
  if (is_setup && phase() == Phase::kPublished) published_at_ = monotonic_ns();
  return flush();
}

bool Publisher::send_tag(rtmp::TagType type, uint32_t timestamp, base::ByteView body) {
  session_.send_tag(type, timestamp, body);
  return flush();
}

bool Publisher::unpublish() {
  session_.unpublish();
  return flush();
}

bool Publisher::receive() {
  uint8_t buffer[8 * 1024];
  for (;;) {
    const ssize_t count = recv(socket_.get(), buffer, sizeof buffer, 0);
    if (count < 0) return errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
    if (count == 0) return false;
    if (!session_.feed({buffer, static_cast<size_t>(count)})) return false;
    if (static_cast<size_t>(count) < sizeof buffer) return true;
  }
}

bool Publisher::flush() {
  const base::Bytes fresh = session_.take_output();
  base::ByteView bytes = fresh;
  const auto send_some = [this](base::ByteView view) {
    return send(socket_.get(), view.data(), view.size(), MSG_NOSIGNAL);
  };
  if (wants_to_write()) {  // in order: first what waits
    base::append(unsent_, fresh);
    bytes = base::ByteView(unsent_).subspan(sent_);
  }
  const bool from_unsent = wants_to_write();
  while (!bytes.empty()) {
    const ssize_t count = send_some(bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN && errno != ENOTCONN) return false;
    if (count < 0) break;
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  if (from_unsent) {
    sent_ = unsent_.size() - bytes.size();
    if (sent_ == unsent_.size()) {
      unsent_.clear();
      sent_ = 0;
    }
  } else {
    unsent_.assign(bytes.begin(), bytes.end());
    sent_ = 0;
  }
  return true;
}

}  // namespace klive::load
