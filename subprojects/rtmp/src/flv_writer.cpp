// SPDX-License-Identifier: LGPL-2.1-or-later
// Writing FLV: the file header and tags.
#include "flv_tag.h"
#include "rtmp/flv.h"
#include "rtmp/server_session.h"

namespace klive::rtmp {

base::ByteView flv_header() {
  static constexpr uint8_t kHeader[] = {'F', 'L', 'V', 1, 5, 0, 0, 0, 9, 0, 0, 0, 0};
  return kHeader;
}

void write_flv_tag_header(base::Bytes &out, TagType type, uint32_t timestamp, uint32_t length) {
  const uint8_t header[kFlvTagHeaderSize] = {static_cast<uint8_t>(type),
                                             static_cast<uint8_t>(length >> 16),
                                             static_cast<uint8_t>(length >> 8),
                                             static_cast<uint8_t>(length),
                                             static_cast<uint8_t>(timestamp >> 16),
                                             static_cast<uint8_t>(timestamp >> 8),
                                             static_cast<uint8_t>(timestamp),
                                             static_cast<uint8_t>(timestamp >> 24)};
  base::append(out, header);
}

void write_flv_tag(base::Bytes &out, TagType type, uint32_t timestamp, base::ByteView body) {
  const auto length = static_cast<uint32_t>(body.size());
  write_flv_tag_header(out, type, timestamp, length);
  base::append(out, body);
  base::ByteWriter(out).u32(static_cast<uint32_t>(length + kFlvTagHeaderSize));
}

}  // namespace klive::rtmp
