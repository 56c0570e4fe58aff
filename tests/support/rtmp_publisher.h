// SPDX-License-Identifier: LGPL-2.1-or-later
// RtmpPublisher: an encoder for tests. It waits for what it expects, with a deadline, and never
// sleeps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "klive/unique_fd.h"
#include "rtmp/client_session.h"

namespace klive::test {

/// A connected, blocking TCP socket; none when the connection was not taken. `source` is the IPv4
/// address that it comes from; empty: any.
[[nodiscard]] gst::UniqueFd connect_to(const std::string &address, uint16_t port,
                                       const std::string &source = {});

class RtmpPublisher {
 public:
  using Phase = rtmp::ClientSession::Phase;

  /// `app` as an encoder sends it: "kLive?e=…&t=…".
  RtmpPublisher(uint16_t port, std::string app, std::string stream_name,
                const std::string &address = "127.0.0.1", const std::string &source = {});

  /// Talks until the server said yes or no, closed, or 10 s have passed.
  Phase publish();
  /// Talks until the session has this phase; false when it closed or 10 s have passed.
  bool talk_until(Phase phase);
  [[nodiscard]] Phase phase() const { return session_.phase(); }
  [[nodiscard]] const rtmp::Refusal &refusal() const { return session_.refusal(); }

  /// False when the server closed.
  bool send_video(uint32_t timestamp, base::ByteView body);
  /// False when the socket took nothing for half a second.
  [[nodiscard]] bool can_send() const;
  bool send_raw(base::ByteView bytes);
  void unpublish();
  /// Closes without a word.
  void vanish() { socket_.reset(); }
  /// Reads until the server closes; false when it did not within 10 s.
  bool is_closed_by_server();

 private:
  bool flush();
  bool read_some(int64_t deadline);

  gst::UniqueFd socket_;
  rtmp::ClientSession session_;
};

}  // namespace klive::test
