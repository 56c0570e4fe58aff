// SPDX-License-Identifier: LGPL-2.1-or-later
// What the tests of this library share: an encoder that writes any message it likes, and an owner
// that says yes to everything.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "chunk_writer.h"
#include "handshake.h"
#include "rtmp/amf.h"
#include "rtmp/flv.h"
#include "rtmp/server_session.h"

namespace klive::rtmp::testing {

/// C0, C1 and C2 of a plain handshake.
inline base::Bytes plain_handshake() {
  base::Bytes bytes{3};
  bytes.resize(1 + 2 * kHandshakeSize, 0);
  return bytes;
}

inline base::Bytes amf_bytes(const std::vector<amf::Value> &values) {
  base::Bytes bytes;
  for (const amf::Value &value : values) amf::encode(bytes, value);
  return bytes;
}

inline base::Bytes repeated(uint8_t byte, size_t count) { return base::Bytes(count, byte); }

/// Writes what an encoder sends, right or wrong.
class Encoder {
 public:
  Encoder() : bytes_(plain_handshake()) {}

  Encoder &message(uint8_t chunk_stream, MessageHeader header, base::ByteView payload) {
    writer_.write(bytes_, chunk_stream, header, payload);
    return *this;
  }
  Encoder &command(std::string_view name, double transaction, std::vector<amf::Value> arguments,
                   uint32_t message_stream = 0) {
    std::vector<amf::Value> values{amf::Value::of(name), amf::Value::of(transaction)};
    values.insert(values.end(), arguments.begin(), arguments.end());
    return message(3, {.type = kCommandAmf0, .message_stream = message_stream}, amf_bytes(values));
  }
  Encoder &connect(amf::Value object = amf::Value::object()) {
    object.set("app", "kLive?t=sesame").set("tcUrl", "rtmp://h/kLive?t=sesame");
    return command("connect", 1, {object});
  }
  Encoder &create_stream(double transaction = 4) {
    return command("createStream", transaction, {amf::Value::null()});
  }
  Encoder &publish(uint32_t stream, std::string_view name) {
    return command("publish", 5, {amf::Value::null(), amf::Value::of(name)}, stream);
  }
  Encoder &chunk_size(uint32_t size) {
    writer_.set_chunk_size(bytes_, size);
    return *this;
  }
  /// connect, createStream and publish as stream 1.
  Encoder &start() { return connect().create_stream().publish(1, "1"); }
  Encoder &video(uint32_t timestamp, base::ByteView body, uint32_t stream = 1) {
    return message(6, {.type = kVideo, .timestamp = timestamp, .message_stream = stream}, body);
  }
  Encoder &audio(uint32_t timestamp, base::ByteView body, uint32_t stream = 1) {
    return message(4, {.type = kAudio, .timestamp = timestamp, .message_stream = stream}, body);
  }
  Encoder &control(MessageType type, uint32_t value) {
    base::Bytes payload;
    base::ByteWriter(payload).u32(value);
    return message(2, {.type = type}, payload);
  }
  Encoder &raw(base::ByteView bytes) {
    base::append(bytes_, bytes);
    return *this;
  }

  [[nodiscard]] base::Bytes take() { return std::exchange(bytes_, {}); }

 private:
  base::Bytes bytes_;
  ChunkWriter writer_;
};

/// A session and everything that came out of it.
struct Owner {
  explicit Owner(Limits limits = {}) : session(limits) {}

  /// Feeds and decides; false after an error.
  bool feed(base::ByteView bytes) {
    auto result = session.feed(bytes);
    if (result) decide();
    if (result) result = session.feed({});
    if (!result) error = result.error();
    base::append(output, session.take_output());
    for (const uint32_t stream : {1u, 2u, 3u}) {
      base::append(media[stream], session.take_media(stream));
    }
    return result.has_value();
  }
  bool feed(Encoder &encoder) { return feed(encoder.take()); }
  bool feed(Encoder &&encoder) { return feed(encoder.take()); }

  void decide() {
    while (auto event = session.next_event()) {
      if (std::holds_alternative<ConnectRequested>(*event)) {
        connects.push_back(std::get<ConnectRequested>(*event));
        session.accept_connect();
      } else if (auto *publish = std::get_if<PublishRequested>(&*event)) {
        publishes.push_back(*publish);
        session.accept_publish(publish->stream);
      } else {
        unpublished.push_back(std::get<Unpublished>(*event).stream);
      }
    }
  }
  [[nodiscard]] bool sent(std::string_view text) const {
    return base::as_text(output).find(text) != std::string_view::npos;
  }
  [[nodiscard]] size_t count(std::string_view text) const {
    size_t found = 0;
    for (size_t at = 0; (at = base::as_text(output).find(text, at)) != std::string_view::npos; ++at)
      ++found;
    return found;
  }

  ServerSession session;
  base::Bytes output;
  base::Bytes media[4];
  std::vector<ConnectRequested> connects;
  std::vector<PublishRequested> publishes;
  std::vector<uint32_t> unpublished;
  base::Error error;
};

/// The tags that `media` must consist of.
class Tags {
 public:
  Tags &add(TagType type, uint32_t timestamp, base::ByteView body) {
    write_flv_tag(bytes_, type, timestamp, body);
    return *this;
  }
  [[nodiscard]] const base::Bytes &bytes() const { return bytes_; }

 private:
  base::Bytes bytes_;
};

}  // namespace klive::rtmp::testing
