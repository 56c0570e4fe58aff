// SPDX-License-Identifier: LGPL-2.1-or-later
// Recognising sequence headers among FLV tags.
#include "stream_header.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "rtmp/flv.h"
#include "rtmp/server_session.h"

namespace klive::gst {
namespace {

constexpr size_t kTagHeader = 11, kTagTrailer = 4;
constexpr size_t kLargestHeader = 8 * 1024;  // of one tag that is kept; all fit into one message
constexpr size_t kMostTags = 16;

/// The FourCC of a sequence header (0 for a legacy codec, and for onMetaData); nothing for other
/// tags. Adobe FLV 10.1 E.4.2.1 and E.4.3.1; Enhanced RTMP v2, ExVideoTagHeader and
/// ExAudioTagHeader.
std::optional<uint32_t> header_codec(rtmp::TagType type, base::ByteView body) {
  if (type == rtmp::TagType::kScript) return 0;
  base::ByteReader reader(body);
  const uint8_t first = reader.u8(), second = reader.u8();
  if (!reader.ok()) return {};
  const bool is_video = type == rtmp::TagType::kVideo;
  const bool is_enhanced = is_video ? (first & 0x80) != 0 : first >> 4 == 9;
  if (!is_enhanced) {
    const bool has_header = is_video ? (first & 0x0f) == 7 : first >> 4 == 10;
    return has_header && second == 0 ? std::optional<uint32_t>(0) : std::nullopt;
  }
  const uint8_t packet_type = first & 0x0f;
  constexpr uint8_t kSequenceStart = 0;
  if (packet_type != kSequenceStart) return {};
  base::ByteReader enhanced(body);
  enhanced.skip(1);
  const uint32_t codec = enhanced.u32();
  return enhanced.ok() ? std::optional(codec) : std::nullopt;
}

}  // namespace

bool StreamHeader::follow(base::ByteView tags) {
  bool changed = false;
  while (tags.size() >= kTagHeader + kTagTrailer) {
    base::ByteReader reader(tags);
    const auto type = static_cast<rtmp::TagType>(reader.u8());
    const size_t size = kTagHeader + reader.u24() + kTagTrailer;
    if (size > tags.size()) break;  // our own session hands out whole tags only
    const base::ByteView tag = tags.first(size);
    tags = tags.subspan(size);
    if (size > kLargestHeader) continue;
    const auto codec = header_codec(type, tag.subspan(kTagHeader, size - kTagHeader - kTagTrailer));
    if (!codec) continue;
    const std::pair key(static_cast<uint8_t>(type), *codec);
    if (!tags_.count(key) && tags_.size() >= kMostTags) continue;
    tags_[key].assign(tag.begin(), tag.end());
    changed = true;
  }
  return changed;
}

base::Bytes StreamHeader::bytes() const {
  base::Bytes all;
  base::append(all, rtmp::flv_header());
  // Script data first, then video before audio: the order in which encoders send them.
  for (const uint8_t type : {18, 9, 8}) {
    for (const auto &[key, tag] : tags_) {
      if (key.first == type) base::append(all, tag);
    }
  }
  return all;
}

}  // namespace klive::gst
