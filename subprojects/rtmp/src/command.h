// SPDX-License-Identifier: LGPL-2.1-or-later
// Command messages (RTMP 1.0, section 7.2): name, transaction, arguments.
#pragma once

#include <string>
#include <vector>

#include "message.h"
#include "rtmp/amf.h"

namespace klive::rtmp {

struct Command {
  std::string name;
  double transaction = 0;             ///< 0 = no answer expected
  std::vector<amf::Value> arguments;  ///< [0] is the command object or null

  /// An argument, undefined when there are fewer.
  [[nodiscard]] const amf::Value &argument(size_t index) const;
};

/// Reads a message of type kCommandAmf0 or kCommandAmf3.
[[nodiscard]] base::Result<Command> parse_command(uint8_t message_type, base::ByteView payload,
                                                  const amf::DecodeLimits &limits);

/// AMF3 messages begin with a zero and go on in AMF0, which switches where it needs AMF3.
[[nodiscard]] base::ByteView without_amf3_prefix(uint8_t message_type, base::ByteView payload);

}  // namespace klive::rtmp
