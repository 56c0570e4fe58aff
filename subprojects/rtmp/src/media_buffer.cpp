// SPDX-License-Identifier: LGPL-2.1-or-later
// Building FLV tags in place.
#include "media_buffer.h"

#include <algorithm>
#include <utility>

#include "flv_tag.h"

namespace klive::rtmp {

namespace {
// The peer's word for a message's length reserves no more than this ahead of the bytes.
constexpr size_t kLargestReserve = 256 * 1024;
}  // namespace

void MediaBuffer::make_room(size_t size) {
  const size_t needed = block_.size() + std::min(size, kLargestReserve);
  if (needed > block_.capacity()) block_.reserve(std::max(needed, 2 * block_.capacity()));
}

bool MediaBuffer::open(TagType type, uint32_t timestamp, uint32_t length) {
  if (is_open_) return false;
  make_room(length + kFlvTagOverhead);
  is_open_ = true;
  open_at_ = block_.size();
  write_flv_tag_header(block_, type, timestamp, length);
  return true;
}

void MediaBuffer::close() {
  base::ByteWriter(block_).u32(static_cast<uint32_t>(block_.size() - open_at_));
  is_open_ = false;
  flush_later();
}

void MediaBuffer::drop() {
  if (!is_open_) return;
  block_.resize(open_at_);
  is_open_ = false;
  flush_later();
}

void MediaBuffer::add(TagType type, uint32_t timestamp, base::ByteView body) {
  if (is_open_) {
    write_flv_tag(later_, type, timestamp, body);
    return;
  }
  make_room(body.size() + kFlvTagOverhead);
  write_flv_tag(block_, type, timestamp, body);
}

void MediaBuffer::flush_later() {
  base::append(block_, later_);
  later_.clear();
}

base::Bytes MediaBuffer::take() {
  const size_t size = ready();
  if (size == 0) return {};
  base::Bytes rest;
  // The next block will be about as large as this one: growing would copy it several times.
  rest.reserve(std::min(size + size / 4, kLargestReserve));
  base::append(rest, base::ByteView(block_).subspan(size));
  block_.resize(size);
  open_at_ = 0;
  return std::exchange(block_, std::move(rest));
}

}  // namespace klive::rtmp
