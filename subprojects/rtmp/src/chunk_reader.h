// SPDX-License-Identifier: LGPL-2.1-or-later
// Cuts a chunk stream into parts of messages, without holding their payload.
//
//   chunk: format:2 id:6 [id:8 | id:16le] | message header | [extended timestamp:32] | data
//   type 0: timestamp:24 length:24 type:8 message_stream:32le
//   type 1: delta:24     length:24 type:8
//   type 2: delta:24
//   type 3: nothing: goes on with a message, or begins one like the last
//   A timestamp field of 0xffffff says that 32 bits follow, on type 3 chunks too.
// RTMP 1.0, section 5.3.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "message.h"

namespace klive::rtmp {

/// A piece of one message. Pieces of messages on different chunk streams interleave.
struct MessagePart {
  size_t slot = 0;  ///< which chunk stream, numbered from 0 in order of appearance
  MessageHeader header;
  bool first = false;      ///< the message begins here; what `slot` had unfinished is void
  bool last = false;       ///< the message is whole with this part
  base::ByteView payload;  ///< borrows from the input or the reader, valid until the next read()
};

/// Thread-bound.
class ChunkReader {
 public:
  explicit ChunkReader(size_t chunk_streams) : chunk_stream_limit_(chunk_streams) {}

  /// Consumes from the front of `input`; nothing when it needs more. An error is final.
  [[nodiscard]] base::Result<std::optional<MessagePart>> read(base::ByteView &input);
  /// 1 … kMaxChunkSize, from the next chunk on.
  void set_chunk_size(uint32_t size) { chunk_size_ = size; }
  /// Forgets the unfinished message of a chunk stream; tells its slot if there was one.
  std::optional<size_t> abort(uint32_t chunk_stream);

 private:
  struct ChunkStream {
    uint32_t id = 0;
    MessageHeader header;
    uint32_t field = 0;  ///< the timestamp or delta as sent
    bool extended = false;
    bool in_message = false;
    uint32_t received = 0;  ///< bytes of the message in progress
  };

  static constexpr size_t kMaxHeaderSize = 3 + 11 + 4;

  [[nodiscard]] base::Result<bool> read_header(base::ByteView &input);
  [[nodiscard]] base::Result<size_t> parse_header(base::ByteView bytes);
  [[nodiscard]] base::Result<size_t> slot_of(uint32_t id, uint8_t format);
  MessagePart take_part(base::ByteView &input);
  void drop_held(size_t count);

  size_t chunk_stream_limit_;
  uint32_t chunk_size_ = kInitialChunkSize;
  std::vector<ChunkStream> streams_;
  size_t current_ = 0;       ///< index into streams_ of the chunk being read
  uint32_t chunk_left_ = 0;  ///< bytes of that chunk still to come
  bool in_chunk_ = false;
  bool first_part_ = false;
  /// Bytes consumed before their meaning was known: a chunk header cut by the end of the input, or
  /// payload that was looked at as a possible extended timestamp.
  std::array<uint8_t, kMaxHeaderSize> held_{};
  size_t held_size_ = 0;
  size_t held_used_ = 0;  ///< handed out as payload by the last read()
};

}  // namespace klive::rtmp
