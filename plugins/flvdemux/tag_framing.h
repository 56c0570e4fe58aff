// SPDX-License-Identifier: LGPL-2.1-or-later
// Where tags begin and end in FLV bytes, so that bodies can be passed on without copying.
//
//   'F' 'L' 'V' version:8 flags:8 header_size:32 | PreviousTagSize0:32 |       (may be left out)
//   reserved:2 filter:1 type:5 size:24 timestamp:24 timestamp_high:8 stream:24 | body |
//   PreviousTagSize:32
// Adobe FLV 10.1, Annex E.2 to E.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace klive::flvdemux {

inline constexpr size_t kTagHeaderSize = 11;
inline constexpr size_t kTagTrailerSize = 4;
inline constexpr size_t kFileHeaderSize = 9;
inline constexpr uint32_t kLargestTag = 16 * 1024 * 1024;

struct TagHeader {
  uint8_t type = 0;  ///< 8 audio, 9 video, 18 script; anything else is to be skipped
  bool encrypted = false;
  uint32_t size = 0;       ///< of the body
  uint32_t timestamp = 0;  ///< milliseconds modulo 2^32
  [[nodiscard]] bool known() const { return type == 8 || type == 9 || type == 18; }
};

/// Nothing when these eleven bytes cannot begin a tag.
[[nodiscard]] std::optional<TagHeader> read_tag_header(base::ByteView bytes);

/// The size of the file header and PreviousTagSize0 together; nothing when these nine bytes are not
/// a file header.
[[nodiscard]] std::optional<size_t> read_file_header(base::ByteView bytes);

/// Whether `data` is a row of NAL units, each behind its length in `length_size` bytes. Annex B
/// start codes and cut-off frames are not.
[[nodiscard]] bool is_length_prefixed(base::ByteView data, size_t length_size);

}  // namespace klive::flvdemux
