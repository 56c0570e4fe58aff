// SPDX-License-Identifier: LGPL-2.1-or-later
// Publisher: one connection that publishes, without blocking: the caller polls.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "klive/unique_fd.h"
#include "rtmp/client_session.h"

namespace klive::load {

/// Where to publish: "rtmp://127.0.0.1:1935/APP" and the stream name.
struct Target {
  std::string address;
  uint16_t port = 0;
  std::string app;
  std::string stream_name;

  /// Nothing of a text that is no such URL: `port` is 0.
  [[nodiscard]] static Target parse(const std::string &url, const std::string &stream_name);
};

[[nodiscard]] int64_t monotonic_ns();
[[nodiscard]] int64_t unix_ns();

/// Thread-bound.
class Publisher {
 public:
  using Phase = rtmp::ClientSession::Phase;

  /// Connects from `source` (any address when empty).
  Publisher(const Target &target, const std::string &source);

  [[nodiscard]] int fd() const { return socket_.get(); }
  /// To be called when the socket can be read or written. False: the connection is over.
  bool go_on();
  /// False: the connection is over.
  bool send_tag(rtmp::TagType type, uint32_t timestamp, base::ByteView body);
  bool unpublish();

  [[nodiscard]] Phase phase() const { return session_.phase(); }
  [[nodiscard]] const rtmp::Refusal &refusal() const { return session_.refusal(); }
  [[nodiscard]] bool wants_to_write() const { return sent_ < unsent_.size(); }
  [[nodiscard]] size_t unsent() const { return unsent_.size() - sent_; }
  /// From connect() to the answer to `publish`.
  [[nodiscard]] int64_t setup_ns() const { return published_at_ - begun_at_; }

 private:
  bool receive();
  bool flush();

  gst::UniqueFd socket_;
  rtmp::ClientSession session_;
  base::Bytes unsent_;
  size_t sent_ = 0;
  int64_t begun_at_, published_at_ = 0;
};

}  // namespace klive::load
