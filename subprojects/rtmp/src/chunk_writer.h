// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes messages as chunks: a type 0 header, then type 3 headers (RTMP 1.0, section 5.3).
#pragma once

#include "base/bytes.h"
#include "message.h"

namespace klive::rtmp {

/// Thread-bound.
class ChunkWriter {
 public:
  /// Appends one message to `out`. `header.length` is taken from `payload`. `chunk_stream` is
  /// 2 … 63.
  void write(base::Bytes &out, uint8_t chunk_stream, const MessageHeader &header,
             base::ByteView payload) const;
  /// Appends the message that announces `size` and uses it from then on.
  void set_chunk_size(base::Bytes &out, uint32_t size);
  [[nodiscard]] uint32_t chunk_size() const { return chunk_size_; }

 private:
  uint32_t chunk_size_ = kInitialChunkSize;
};

}  // namespace klive::rtmp
