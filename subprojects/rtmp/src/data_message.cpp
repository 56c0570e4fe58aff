// SPDX-License-Identifier: LGPL-2.1-or-later
// Unwrapping data messages and splitting aggregates.
//
//   data:      string "@setDataFrame" | string name | values…        → name | values…
//   aggregate: (type:8 length:24 timestamp:24 timestamp_high:8 stream:24 | body | back pointer:32)*
#include "data_message.h"

#include "command.h"

namespace klive::rtmp {

namespace {
constexpr uint8_t kAmf0String = 2;
constexpr size_t kBackPointerSize = 4;
}  // namespace

std::optional<base::ByteView> script_body(uint8_t message_type, base::ByteView payload) {
  const base::ByteView body = without_amf3_prefix(message_type, payload);
  base::ByteReader reader(body);
  // FLV's script tags begin with a name; whatever does not is no script.
  if (reader.u8() != kAmf0String) return {};
  const std::string_view name = reader.text(reader.u16());
  if (!reader.ok() || name == "@clearDataFrame") return {};
  if (name != "@setDataFrame") return body;
  const base::ByteView rest = reader.rest();
  if (rest.empty() || rest[0] != kAmf0String) return {};
  return rest;
}

base::Result<std::vector<SubMessage>> split_aggregate(uint32_t timestamp, base::ByteView payload) {
  std::vector<SubMessage> messages;
  base::ByteReader reader(payload);
  uint32_t offset = 0;
  while (reader.remaining() > 0) {
    SubMessage message{.type = reader.u8()};
    const uint32_t length = reader.u24();
    const uint32_t low = reader.u24();
    message.timestamp = static_cast<uint32_t>(reader.u8()) << 24 | low;
    reader.skip(3);
    message.body = reader.bytes(length);
    if (!reader.ok()) {
      return base::fail(base::ErrorCode::kInvalid, "an aggregate message ends inside a message");
    }
    // Some senders leave out the last back pointer.
    if (reader.remaining() > 0) reader.skip(kBackPointerSize);
    if (messages.empty()) offset = timestamp - message.timestamp;
    message.timestamp += offset;
    messages.push_back(message);
  }
  return messages;
}

}  // namespace klive::rtmp
