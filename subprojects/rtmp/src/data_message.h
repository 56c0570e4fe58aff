// SPDX-License-Identifier: LGPL-2.1-or-later
// Data and aggregate messages as FLV tags (RTMP 1.0, sections 7.1.2 and 7.1.6).
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "message.h"
#include "rtmp/flv.h"

namespace klive::rtmp {

/// The script tag's body inside a data message; nothing when the message carries none.
[[nodiscard]] std::optional<base::ByteView> script_body(uint8_t message_type,
                                                        base::ByteView payload);

struct SubMessage {
  uint8_t type = 0;
  uint32_t timestamp = 0;
  base::ByteView body;
};
/// The messages inside an aggregate. The first one's time is the aggregate's, the others keep their
/// distance to it.
[[nodiscard]] base::Result<std::vector<SubMessage>> split_aggregate(uint32_t timestamp,
                                                                    base::ByteView payload);

}  // namespace klive::rtmp
