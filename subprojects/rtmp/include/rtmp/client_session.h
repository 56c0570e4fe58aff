// SPDX-License-Identifier: LGPL-2.1-or-later
// The encoder's side of one RTMP connection without I/O: what tests and load tools push with.
//
//   ClientSession client({.app = "kLive?t=…", .tc_url = "rtmp://…", .stream_name = "1"});
//   send(client.take_output());                     C0 C1
//   client.feed(received); send(client.take_output());   … until phase() is kPublished or kRefused
//   client.send_tag(TagType::kVideo, 0, body); send(client.take_output());
//   client.unpublish(); send(client.take_output());
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "rtmp/flv.h"
#include "rtmp/server_session.h"

namespace klive::rtmp {

/// Thread-bound.
class ClientSession {
 public:
  struct Settings {
    std::string app;
    std::string tc_url;
    std::string stream_name;
    std::string flash_version = "FMLE/3.0 (compatible; klive)";
    uint32_t chunk_size = 4096;
    bool digest_handshake = false;
    bool enhanced = false;  ///< announces Enhanced RTMP in connect
  };
  enum class Phase {
    kHandshake,
    kConnecting,
    kCreating,
    kPublishing,  ///< publish was sent
    kPublished,   ///< media may flow
    kRefused,     ///< see refusal()
    kEnded,       ///< unpublish() was called
  };

  explicit ClientSession(Settings settings);
  ~ClientSession();
  ClientSession(ClientSession &&) noexcept;
  ClientSession &operator=(ClientSession &&) noexcept;

  /// An error means that the server broke the protocol.
  [[nodiscard]] base::Result<void> feed(base::ByteView bytes);
  [[nodiscard]] base::Bytes take_output();
  [[nodiscard]] Phase phase() const;
  /// The first error the server sent.
  [[nodiscard]] const Refusal &refusal() const;

  /// Script tags are sent as `@setDataFrame`.
  void send_tag(TagType type, uint32_t timestamp, base::ByteView body);
  void unpublish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace klive::rtmp
