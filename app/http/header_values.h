// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the request headers that decide what of a body is sent: Range, Accept-Encoding,
// If-None-Match (RFC 9110).
#pragma once

#include <cstdint>
#include <string_view>

namespace klive::app::http {

/// What a Range header asks of a body of a known size. Plain value.
struct ByteRange {
  enum class What {
    kWhole,          ///< no range, several ranges, or one that cannot be read: send everything
    kPart,           ///< `first` up to and with `last`
    kUnsatisfiable,  ///< 416
  } what = What::kWhole;
  uint64_t first = 0, last = 0;
};
[[nodiscard]] ByteRange parse_range(std::string_view header, uint64_t size);

[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

/// Whether an If-None-Match list names `etag` (with its quotes); weak comparison.
[[nodiscard]] bool matches_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace klive::app::http
