// SPDX-License-Identifier: LGPL-2.1-or-later
// The chunk writer.
#include "chunk_writer.h"

#include <algorithm>

namespace klive::rtmp {

void ChunkWriter::write(base::Bytes &out, uint8_t chunk_stream, const MessageHeader &header,
                        base::ByteView payload) const {
  base::ByteWriter writer(out);
  const bool extended = header.timestamp >= kMaxTimestampField;
  writer.u8(chunk_stream);
  writer.u24(extended ? kMaxTimestampField : header.timestamp);
  writer.u24(static_cast<uint32_t>(payload.size()));
  writer.u8(header.type);
  writer.u32le(header.message_stream);
  if (extended) writer.u32(header.timestamp);
  size_t count = std::min<size_t>(chunk_size_, payload.size());
  writer.bytes(payload.first(count));
  for (payload = payload.subspan(count); !payload.empty(); payload = payload.subspan(count)) {
    writer.u8(static_cast<uint8_t>(0xc0 | chunk_stream));
    if (extended) writer.u32(header.timestamp);
    count = std::min<size_t>(chunk_size_, payload.size());
    writer.bytes(payload.first(count));
  }
}

void ChunkWriter::set_chunk_size(base::Bytes &out, uint32_t size) {
  base::Bytes payload;
  base::ByteWriter(payload).u32(size);
  write(out, 2, {.type = kSetChunkSize}, payload);
  chunk_size_ = size;
}

}  // namespace klive::rtmp
