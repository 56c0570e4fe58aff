// SPDX-License-Identifier: LGPL-2.1-or-later
// The chunk reader's state machine.
#include "chunk_reader.h"

#include <algorithm>

namespace klive::rtmp {

namespace {
constexpr size_t kHeaderSizes[] = {11, 7, 3, 0};
}

base::Result<std::optional<MessagePart>> ChunkReader::read(base::ByteView &input) {
  drop_held(held_used_);
  held_used_ = 0;
  if (!in_chunk_) {
    auto whole = read_header(input);
    if (!whole) return base::fail(std::move(whole).error());
    if (!*whole) return std::optional<MessagePart>();
  }
  // A message is announced as soon as its header is there, so that a bad one is refused before its
  // bytes come.
  const bool is_hungry = chunk_left_ > 0 && held_size_ == 0 && input.empty();
  if (is_hungry && !first_part_) return std::optional<MessagePart>();
  return std::optional<MessagePart>(take_part(input));
}

MessagePart ChunkReader::take_part(base::ByteView &input) {
  ChunkStream &stream = streams_[current_];
  const base::ByteView source = held_size_ > 0 ? base::ByteView(held_).first(held_size_) : input;
  const auto count = static_cast<uint32_t>(std::min<size_t>(chunk_left_, source.size()));
  MessagePart part{.slot = current_,
                   .header = stream.header,
                   .first = first_part_,
                   .payload = source.first(count)};
  if (held_size_ > 0) {
    held_used_ = count;
  } else {
    input = input.subspan(count);
  }
  first_part_ = false;
  chunk_left_ -= count;
  stream.received += count;
  if (chunk_left_ == 0) {
    in_chunk_ = false;
    part.last = stream.received == stream.header.length;
    if (part.last) stream.in_message = false;
  }
  return part;
}

void ChunkReader::drop_held(size_t count) {
  if (count == 0) return;
  std::copy(held_.begin() + static_cast<std::ptrdiff_t>(count),
            held_.begin() + static_cast<std::ptrdiff_t>(held_size_), held_.begin());
  held_size_ -= count;
}

base::Result<bool> ChunkReader::read_header(base::ByteView &input) {
  if (held_size_ == 0) {
    auto used = parse_header(input);
    if (!used) return base::fail(std::move(used).error());
    if (*used > 0) {
      input = input.subspan(*used);
      return true;
    }
  }
  const size_t had = held_size_;
  const size_t count = std::min(kMaxHeaderSize - had, input.size());
  std::copy_n(input.begin(), count, held_.begin() + static_cast<std::ptrdiff_t>(had));
  auto used = parse_header(base::ByteView(held_).first(had + count));
  if (!used) return base::fail(std::move(used).error());
  if (*used == 0) {
    held_size_ = had + count;
    input = input.subspan(count);
    return false;
  }
  drop_held(std::min(*used, had));
  input = input.subspan(*used - std::min(*used, had));
  return true;
}

/// Takes one chunk header into the stream's state and gives its size; 0 when `bytes` ends before
/// it. Changes nothing unless the header is whole.
base::Result<size_t> ChunkReader::parse_header(base::ByteView bytes) {
  base::ByteReader reader(bytes);
  const uint8_t basic = reader.u8();
  const uint8_t format = basic >> 6;
  uint32_t id = basic & 0x3f;
  if (id == 0) {
    id = 64u + reader.u8();
  } else if (id == 1) {
    const uint32_t low = reader.u8();
    id = 64u + low + 256u * reader.u8();
  }
  if (!reader.ok() || reader.remaining() < kHeaderSizes[format]) return size_t{0};

  auto slot = slot_of(id, format);
  if (!slot) return base::fail(std::move(slot).error());
  ChunkStream next = streams_[*slot];
  if (format <= 2) {
    next.field = reader.u24();
    next.extended = next.field == kMaxTimestampField;
  }
  if (format <= 1) {
    next.header.length = reader.u24();
    next.header.type = reader.u8();
  }
  if (format == 0) next.header.message_stream = reader.u32le();
  if (next.extended) {
    if (reader.remaining() < 4) return size_t{0};
    base::ByteReader ahead = reader;
    const uint32_t value = ahead.u32();
    // Some encoders leave the extended timestamp out of type 3 chunks. It repeats the field (or the
    // absolute time), so four bytes that do neither are payload.
    const bool is_there = format != 3 || value == next.field || value == next.header.timestamp;
    if (is_there) {
      if (format != 3) next.field = value;
      reader = ahead;
    }
  }

  // A new header inside an unfinished message drops that message.
  const bool begins = format != 3 || !next.in_message;
  if (begins) {
    // A type 3 chunk that begins a message repeats the field as a delta, after type 0 too
    // (section 5.3.1.2.4).
    next.header.timestamp = format == 0 ? next.field : next.header.timestamp + next.field;
    next.received = 0;
    next.in_message = true;
  }
  streams_[*slot] = next;
  current_ = *slot;
  chunk_left_ = std::min(chunk_size_, next.header.length - next.received);
  first_part_ = begins;
  in_chunk_ = true;
  return reader.position();
}

base::Result<size_t> ChunkReader::slot_of(uint32_t id, uint8_t format) {
  if (current_ < streams_.size() && streams_[current_].id == id) return current_;
  const auto found = std::ranges::find(streams_, id, &ChunkStream::id);
  if (found != streams_.end()) return static_cast<size_t>(found - streams_.begin());
  // Type 1 leaves out the message stream id only; librtmp begins its pings with it.
  if (format > 1) {
    return base::fail(base::ErrorCode::kInvalid,
                      "chunk stream " + std::to_string(id) + " begins with a type " +
                          std::to_string(format) + " header, which needs an earlier one");
  }
  if (streams_.size() >= chunk_stream_limit_) {
    return base::fail(
        base::ErrorCode::kTooLarge,
        "more than " + std::to_string(chunk_stream_limit_) + " chunk streams are in use");
  }
  streams_.push_back({.id = id});
  return streams_.size() - 1;
}

std::optional<size_t> ChunkReader::abort(uint32_t chunk_stream) {
  const auto found = std::ranges::find(streams_, chunk_stream, &ChunkStream::id);
  if (found == streams_.end() || !found->in_message) return {};
  found->in_message = false;
  return static_cast<size_t>(found - streams_.begin());
}

}  // namespace klive::rtmp
