// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a publication goes: an RTMP URL in the parts that rtmp2sink wants.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace klive::app {

/// Plain value. `application` and `stream` may carry a token: never log them.
struct PublishTarget {
  bool is_secure = false;  ///< RTMPS
  std::string host;
  uint16_t port = 1935;
  std::string application;  ///< "kLive?p=101&e=1_abcd1234&i=0&t=…"
  std::string stream;       ///< "1"
};

/// Reads "rtmp://HOST[:PORT]/APPLICATION/STREAM". A query may follow the application; the stream
/// name is what stands behind the last slash, as encoders do it.
[[nodiscard]] base::Result<PublishTarget> parse_publish_url(std::string_view url);

}  // namespace klive::app
