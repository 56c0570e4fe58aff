// SPDX-License-Identifier: LGPL-2.1-or-later
// Cutting FLV bytes into tags.
#include "flv_tag.h"
#include "rtmp/flv.h"

namespace klive::rtmp {

namespace {
constexpr size_t kFileHeaderSize = 9;
constexpr size_t kPreviousTagSize = 4;
}  // namespace

void FlvReader::feed(base::ByteView bytes) {
  if (position_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(position_));
    position_ = 0;
  }
  base::append(buffer_, bytes);
}

base::Result<std::optional<FlvTag>> FlvReader::next() {
  const base::ByteView waiting = base::ByteView(buffer_).subspan(position_);
  base::ByteReader reader(waiting);
  if (!header_checked_) {
    if (waiting.empty()) return std::optional<FlvTag>();
    if (waiting[0] == 'F') {
      if (waiting.size() < kFileHeaderSize) return std::optional<FlvTag>();
      if (reader.text(3) != "FLV") {
        return base::fail(base::ErrorCode::kInvalid, "not FLV: the file header is wrong");
      }
      reader.skip(2);  // version and flags: what is in the file shows in the tags
      const uint32_t offset = reader.u32();
      if (offset < kFileHeaderSize || offset > tag_limit_) {
        return base::fail(base::ErrorCode::kInvalid,
                          "not FLV: the file header gives an impossible size");
      }
      if (waiting.size() < offset + kPreviousTagSize) return std::optional<FlvTag>();
      position_ += offset + kPreviousTagSize;
      header_checked_ = true;
      return next();
    }
    header_checked_ = true;
  }

  const uint8_t first = reader.u8();
  const uint32_t size = reader.u24();
  const uint32_t low = reader.u24();
  const uint32_t timestamp = static_cast<uint32_t>(reader.u8()) << 24 | low;
  reader.skip(3);  // the stream id, always 0
  if (!reader.ok()) return std::optional<FlvTag>();
  const auto type = static_cast<TagType>(first);
  if (type != TagType::kAudio && type != TagType::kVideo && type != TagType::kScript) {
    return base::fail(base::ErrorCode::kInvalid,
                      "FLV tag of unknown type " + std::to_string(first));
  }
  if (size > tag_limit_) {
    return base::fail(base::ErrorCode::kTooLarge, "FLV tag of " + std::to_string(size) +
                                                      " bytes; the limit is " +
                                                      std::to_string(tag_limit_));
  }
  FlvTag tag{type, timestamp, reader.bytes(size)};
  reader.skip(kPreviousTagSize);
  if (!reader.ok()) return std::optional<FlvTag>();
  position_ += reader.position();
  return std::optional<FlvTag>(tag);
}

}  // namespace klive::rtmp
