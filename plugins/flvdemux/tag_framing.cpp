// SPDX-License-Identifier: LGPL-2.1-or-later
// Reading file header, tag headers and NAL unit lengths.
#include "tag_framing.h"

namespace klive::flvdemux {
namespace {
constexpr size_t kLargestFileHeader = 1024;
}

std::optional<TagHeader> read_tag_header(base::ByteView bytes) {
  base::ByteReader reader(bytes);
  const uint8_t first = reader.u8();
  TagHeader header;
  header.encrypted = first & 0x20;
  header.type = first & 0x1f;
  header.size = reader.u24();
  header.timestamp = reader.u24();
  header.timestamp |= static_cast<uint32_t>(reader.u8()) << 24;
  const uint32_t stream = reader.u24();
  const bool possible = reader.ok() && (first & 0xc0) == 0 && header.type != 0 && stream == 0 &&
                        header.size < kLargestTag;
  return possible ? std::optional(header) : std::nullopt;
}

std::optional<size_t> read_file_header(base::ByteView bytes) {
  base::ByteReader reader(bytes);
  if (reader.text(3) != "FLV") return std::nullopt;
  reader.skip(2);  // version, flags: what they announce is often wrong
  const size_t size = reader.u32();
  if (!reader.ok() || size < kFileHeaderSize || size > kLargestFileHeader) return std::nullopt;
  return size + kTagTrailerSize;
}

bool is_length_prefixed(base::ByteView data, size_t length_size) {
  base::ByteReader reader(data);
  size_t units = 0;
  while (reader.ok() && reader.remaining() > 0) {
    uint32_t length = 0;
    for (size_t i = 0; i < length_size; ++i) length = length << 8 | reader.u8();
    reader.skip(length);
    ++units;
  }
  return reader.ok() && units > 0;
}

}  // namespace klive::flvdemux
