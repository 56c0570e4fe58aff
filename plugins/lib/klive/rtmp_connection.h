// SPDX-License-Identifier: LGPL-2.1-or-later
// RtmpConnection: what is inside a GstKliveRtmpConnection. For `klivertmpsrc` and the listener
// alone; everybody else passes the object on unopened.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "klive/publish_query.h"
#include "klive/rtmp_listener.h"
#include "klive/unique_fd.h"
#include "rtmp/server_session.h"

namespace klive::gst {

struct RtmpAdmissions;

/// A connection's place in the counts of its listener; given back by the destructor. Thread-bound,
/// but may outlive the listener.
class RtmpSlot {
 public:
  /// `admissions` is owned by the listener and all its slots. `source` names the peer for the limit
  /// per address.
  RtmpSlot(std::shared_ptr<RtmpAdmissions> admissions, std::string source);
  ~RtmpSlot();
  RtmpSlot(const RtmpSlot &) = delete;
  RtmpSlot &operator=(const RtmpSlot &) = delete;

  /// The connection publishes: it does not count for its address any longer.
  void authorised();
  [[nodiscard]] bool is_authorised() const { return authorised_; }
  /// Names the peer for the limit per address.
  [[nodiscard]] const std::string &source() const { return source_; }
  void count_timeout();
  void count_protocol_error();
  void count_received(size_t bytes);

 private:
  friend void linger_close(UniqueFd socket, std::unique_ptr<RtmpSlot> slot, base::Bytes last_words,
                           int64_t not_before);
  friend void await_publish(Ptr<GstKliveRtmpConnection> connection);
  std::shared_ptr<RtmpAdmissions> admissions_;
  std::string source_;
  bool authorised_ = false;
};

/// Closes the connection once the peer has read what was sent: a socket closed with unread bytes in
/// it is reset, and the peer loses our last words. `last_words` are sent at `not_before`, a
/// g_get_monotonic_time(). The listener's thread waits, this call does not.
void linger_close(UniqueFd socket, std::unique_ptr<RtmpSlot> slot, base::Bytes last_words = {},
                  int64_t not_before = 0);

/// One accepted connection whose `connect`, or whose `publish` behind it, was not answered yet.
/// Movable, thread-bound.
struct RtmpConnection {
  UniqueFd socket;  ///< non-blocking
  rtmp::ServerSession session;
  rtmp::ConnectRequested request;
  std::optional<rtmp::PublishRequested> publish;  ///< `connect` was accepted, this is to be decided
  base::Bytes unsent;                             ///< what the socket did not take yet
  std::string remote_address;
  int64_t publish_deadline = 0;  ///< g_get_monotonic_time() at which it has to publish
  std::unique_ptr<RtmpSlot> slot;
};

[[nodiscard]] Ptr<GstKliveRtmpConnection> new_rtmp_connection(RtmpConnection connection);
/// Empty when somebody took it before. Thread-safe.
[[nodiscard]] std::optional<RtmpConnection> take_rtmp_connection(
    GstKliveRtmpConnection *connection);

/// What a connection asks for, in the words of the query `klive-publish`.
[[nodiscard]] PublishRequest publish_request(const rtmp::ConnectRequested &connect,
                                             const std::string &remote_address);

/// Acknowledges what was received at once. Encoders that send a command in several small writes
/// wait for that before the next one (Nagle's algorithm), up to 40 ms each. The kernel forgets it:
/// call it after each read until media flows.
void acknowledge_quickly(int socket);

enum class SendResult { kAll, kSome, kFailed };
/// Sends as much of `bytes` as the socket takes and keeps the rest in it.
[[nodiscard]] SendResult send_some(int socket, base::Bytes &bytes);

}  // namespace klive::gst
