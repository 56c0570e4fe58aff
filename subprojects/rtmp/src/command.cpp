// SPDX-License-Identifier: LGPL-2.1-or-later
// Reading command messages.
#include "command.h"

namespace klive::rtmp {

const amf::Value &Command::argument(size_t index) const {
  static const amf::Value kNone;
  return index < arguments.size() ? arguments[index] : kNone;
}

base::ByteView without_amf3_prefix(uint8_t message_type, base::ByteView payload) {
  const bool is_amf3 = message_type == kCommandAmf3 || message_type == kDataAmf3;
  return is_amf3 && !payload.empty() && payload[0] == 0 ? payload.subspan(1) : payload;
}

base::Result<Command> parse_command(uint8_t message_type, base::ByteView payload,
                                    const amf::DecodeLimits &limits) {
  auto values = amf::decode(without_amf3_prefix(message_type, payload), limits);
  if (!values) return base::fail(std::move(values).error().wrap("command"));
  if (values->empty() || values->front().type != amf::Type::kString) {
    return base::fail(base::ErrorCode::kInvalid, "a command does not begin with its name");
  }
  Command command{.name = std::move(values->front().text)};
  if (values->size() > 1) command.transaction = (*values)[1].number;
  for (size_t i = 2; i < values->size(); ++i) command.arguments.push_back(std::move((*values)[i]));
  return command;
}

}  // namespace klive::rtmp
