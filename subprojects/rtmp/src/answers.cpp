// SPDX-License-Identifier: LGPL-2.1-or-later
// Writing a server's answers. Their texts are those that Kaltura's media-framework sends.
#include "answers.h"

#include <utility>

#include "capabilities.h"

namespace klive::rtmp {

namespace {

constexpr uint8_t kControlChunkStream = 2;
constexpr uint8_t kCommandChunkStream = 3;
constexpr uint8_t kStatusChunkStream = 5;
constexpr uint32_t kWindow = 2'500'000;
constexpr uint32_t kChunkSize = 4096;
constexpr uint8_t kBandwidthDynamic = 2;
enum UserControlEvent : uint16_t { kStreamBegin = 0, kPingResponse = 7 };

amf::Value status(std::string_view level, std::string_view code, std::string_view description) {
  amf::Value status = amf::Value::object();
  status.set("level", level).set("code", code).set("description", description);
  return status;
}

base::Bytes user_control(UserControlEvent event, uint32_t value) {
  base::Bytes payload;
  base::ByteWriter writer(payload);
  writer.u16(event);
  writer.u32(value);
  return payload;
}

}  // namespace

void Answers::control(MessageType type, base::ByteView payload) {
  writer_.write(out_, kControlChunkStream, {.type = type}, payload);
}

void Answers::control(MessageType type, uint32_t value) {
  base::Bytes payload;
  base::ByteWriter(payload).u32(value);
  control(type, payload);
}

void Answers::command(uint32_t stream, std::string_view name, double transaction, amf::Value object,
                      amf::Value information) {
  base::Bytes payload;
  amf::encode(payload, amf::Value::of(name));
  amf::encode(payload, amf::Value::of(transaction));
  amf::encode(payload, object);
  amf::encode(payload, information);
  writer_.write(out_, stream == 0 ? kCommandChunkStream : kStatusChunkStream,
                {.type = kCommandAmf0, .message_stream = stream}, payload);
}

void Answers::acknowledge(uint32_t bytes_received) { control(kAcknowledgement, bytes_received); }
void Answers::window_size(uint32_t size) { control(kWindowAckSize, size); }
void Answers::pong(uint32_t timestamp) {
  control(kUserControl, user_control(kPingResponse, timestamp));
}
void Answers::stream_begin(uint32_t stream) {
  control(kUserControl, user_control(kStreamBegin, stream));
}

void Answers::accept_connect(double transaction, double object_encoding,
                             const amf::Value &connect) {
  window_size(kWindow);
  base::Bytes bandwidth;
  base::ByteWriter bandwidth_writer(bandwidth);
  bandwidth_writer.u32(kWindow);
  bandwidth_writer.u8(kBandwidthDynamic);
  control(kSetPeerBandwidth, bandwidth);
  writer_.set_chunk_size(out_, kChunkSize);
  amf::Value properties = amf::Value::object();
  properties.set("fmsVer", "FMS/3,0,1,123").set("capabilities", 31);
  answer_capabilities(connect, properties);
  amf::Value information =
      status("status", "NetConnection.Connect.Success", "Connection succeeded.");
  information.set("objectEncoding", object_encoding);
  command(0, "_result", transaction, std::move(properties), std::move(information));
}

void Answers::reject_connect(double transaction, const Refusal &refusal) {
  writer_.set_chunk_size(out_, kChunkSize);
  stream_begin(0);
  on_status(0, "error", "NetStream.Play.Failed", refusal.description);
  error(transaction, refusal.code, refusal.description);
}

void Answers::result(double transaction, amf::Value value) {
  if (transaction == 0) return;
  command(0, "_result", transaction, amf::Value::null(), std::move(value));
}

void Answers::error(double transaction, std::string_view code, std::string_view description) {
  if (transaction == 0) return;
  command(0, "_error", transaction, amf::Value::null(), status("error", code, description));
}

void Answers::on_status(uint32_t stream, std::string_view level, std::string_view code,
                        std::string_view description) {
  command(stream, "onStatus", 0, amf::Value::null(), status(level, code, description));
}

void Answers::on_fc_publish(std::string_view name) {
  command(0, "onFCPublish", 0, amf::Value::null(),
          status("status", "NetStream.Publish.Start", name));
}

}  // namespace klive::rtmp
