// SPDX-License-Identifier: LGPL-2.1-or-later
// The messages that a server sends to an encoder, as one block of bytes.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "chunk_writer.h"
#include "rtmp/amf.h"
#include "rtmp/server_session.h"

namespace klive::rtmp {

/// Thread-bound.
class Answers {
 public:
  /// Handshake bytes go the same way.
  base::Bytes &raw() { return out_; }
  [[nodiscard]] base::Bytes take() { return std::exchange(out_, {}); }
  [[nodiscard]] size_t size() const { return out_.size(); }

  void acknowledge(uint32_t bytes_received);
  void window_size(uint32_t size);
  void pong(uint32_t timestamp);
  /// Window size, peer bandwidth, chunk size and `_result`.
  void accept_connect(double transaction, double object_encoding, const amf::Value &connect);
  void reject_connect(double transaction, const Refusal &refusal);
  void result(double transaction, amf::Value value);
  void error(double transaction, std::string_view code, std::string_view description);
  void on_status(uint32_t stream, std::string_view level, std::string_view code,
                 std::string_view description);
  void on_fc_publish(std::string_view name);

 private:
  void control(MessageType type, base::ByteView payload);
  void control(MessageType type, uint32_t value);
  void stream_begin(uint32_t stream);
  void command(uint32_t stream, std::string_view name, double transaction, amf::Value object,
               amf::Value information);

  base::Bytes out_;
  ChunkWriter writer_;
};

}  // namespace klive::rtmp
