// SPDX-License-Identifier: LGPL-2.1-or-later
// Publication: the socket and the protocol of one encoder, from `connect` to its end. No GStreamer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "klive/rtmp_connection.h"
#include "rtmp/server_session.h"
#include "wake.h"

namespace klive::gst {

enum class Received { kSome, kNothing, kClosed, kFailed };

/// Thread-bound to the streaming thread. Never waits, except hang_up() for a moment.
class Publication {
 public:
  explicit Publication(RtmpConnection connection) : connection_(std::move(connection)) {}

  [[nodiscard]] int socket() const { return connection_.socket.get(); }
  [[nodiscard]] const std::string &remote_address() const { return connection_.remote_address; }
  [[nodiscard]] const rtmp::ConnectRequested &request() const { return connection_.request; }
  /// g_get_monotonic_time() by which it has to publish.
  [[nodiscard]] int64_t publish_deadline() const { return connection_.publish_deadline; }
  /// `connect` was accepted before this got the connection, and `publish` is to be decided.
  [[nodiscard]] bool is_past_connect() const { return connection_.publish.has_value(); }
  [[nodiscard]] std::optional<rtmp::PublishRequested> take_publish() {
    return std::exchange(connection_.publish, std::nullopt);
  }
  [[nodiscard]] bool is_on_air() const { return stream_.has_value(); }
  [[nodiscard]] bool has_unsent() const { return !connection_.unsent.empty(); }
  [[nodiscard]] WaitFor waits_for() const {
    return has_unsent() ? WaitFor::kDataOrRoom : WaitFor::kData;
  }
  [[nodiscard]] uint64_t bytes() const { return bytes_; }
  /// What broke, after kFailed or a false send().
  [[nodiscard]] const std::string &failure() const { return failure_; }

  /// Takes what waits in the socket.
  [[nodiscard]] Received receive();
  /// Bytes that the last receive() took.
  [[nodiscard]] size_t last_received() const { return last_received_; }
  [[nodiscard]] std::optional<rtmp::Event> next_event() { return connection_.session.next_event(); }
  /// FLV tags since the last call; empty when there are none.
  [[nodiscard]] base::Bytes take_media();
  /// Sends answers, acknowledgements and pings in one write; what does not fit waits. False when
  /// the connection is of no more use.
  [[nodiscard]] bool send();

  void accept_connect() { connection_.session.accept_connect(); }
  void reject_connect(const rtmp::Refusal &refusal) { connection_.session.reject_connect(refusal); }
  void accept_publish(uint32_t stream);
  void reject_publish(uint32_t stream, const rtmp::Refusal &refusal) {
    connection_.session.reject_publish(stream, refusal);
  }
  /// Tells the encoder why a running publication ends.
  void end_publish(const rtmp::Refusal &reason);
  void count_timeout() { connection_.slot->count_timeout(); }
  /// Gets the last answer out and closes behind it. Nothing else works afterwards.
  void hang_up();

 private:
  void widen_window() const;

  RtmpConnection connection_;
  std::optional<uint32_t> stream_;  // the message stream that is on air
  uint64_t bytes_ = 0;
  size_t last_received_ = 0;
  std::string failure_;
};

}  // namespace klive::gst
