// SPDX-License-Identifier: LGPL-2.1-or-later
// FLV tags, legacy and Enhanced RTMP: cutting a byte stream into tags, and reading a tag's codec
// header.
//
//   file:  'F' 'L' 'V' 1 flags:8 offset:32 | PreviousTagSize0:32 | tag | PreviousTagSize:32 | tag …
//   tag:   type:8 size:24 timestamp:24 timestamp_high:8 stream:24 | body
//   video: IsExHeader:1 frame_type:3 (codec:4 packet_type:8 cts:24 | packet_type:4 four_cc:32 …) |
//   data audio: format:4 (9 = Enhanced: packet_type:4 four_cc:32) rate:2 size:1 channels:1 (AAC:
//   packet_type:8) | data
// Adobe FLV 10.1 Annex E; Enhanced RTMP v2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace klive::rtmp {

enum class TagType : uint8_t { kAudio = 8, kVideo = 9, kScript = 18 };

struct FlvTag {
  TagType type{};
  uint32_t timestamp = 0;  ///< milliseconds, wraps at 2^32
  base::ByteView body;     ///< borrows from the reader, valid until its next feed()
};

/// Cuts FLV bytes into tags; the file header is optional. Thread-bound.
class FlvReader {
 public:
  explicit FlvReader(size_t tag_limit = 16 * 1024 * 1024) : tag_limit_(tag_limit) {}
  /// Appends bytes. Views handed out before become invalid.
  void feed(base::ByteView bytes);
  /// The next whole tag; nothing when more bytes are needed; an error is final.
  [[nodiscard]] base::Result<std::optional<FlvTag>> next();

 private:
  base::Bytes buffer_;
  size_t position_ = 0;
  size_t tag_limit_;
  bool header_checked_ = false;
};

/// One FourCC as a number: four_cc("avc1").
constexpr uint32_t four_cc(const char (&text)[5]) {
  return static_cast<uint32_t>(static_cast<uint8_t>(text[0])) << 24 |
         static_cast<uint32_t>(static_cast<uint8_t>(text[1])) << 16 |
         static_cast<uint32_t>(static_cast<uint8_t>(text[2])) << 8 | static_cast<uint8_t>(text[3]);
}

enum class PacketType { kSequenceHeader, kFrames, kSequenceEnd, kMetadata, kOther };

/// One track's share of a tag. A multitrack tag gives several. `data` borrows from the tag.
struct VideoPacket {
  uint32_t codec = 0;  ///< FourCC; legacy AVC is "avc1"; 0 = a codec that klive does not carry (see
                       ///< `legacy_codec`)
  uint8_t legacy_codec = 0;
  PacketType type = PacketType::kOther;
  bool key = false;
  int32_t composition_offset = 0;  ///< milliseconds, signed
  uint8_t track = 0;
  base::ByteView data;  ///< sequence header: the decoder configuration record; frames:
                        ///< length-prefixed NAL units
};
struct AudioPacket {
  uint32_t codec = 0;  ///< FourCC; legacy AAC is "mp4a", MP3 ".mp3"; 0 = not carried
  uint8_t legacy_codec = 0;
  PacketType type = PacketType::kOther;
  uint8_t track = 0;
  base::ByteView
      data;  ///< sequence header: AudioSpecificConfig, OpusHead…; frames: one access unit
};

[[nodiscard]] base::Result<std::vector<VideoPacket>> parse_video(base::ByteView tag_body);
[[nodiscard]] base::Result<std::vector<AudioPacket>> parse_audio(base::ByteView tag_body);

/// Appends one whole tag (header, body, PreviousTagSize).
void write_flv_tag(base::Bytes &out, TagType type, uint32_t timestamp, base::ByteView body);

}  // namespace klive::rtmp
