// SPDX-License-Identifier: LGPL-2.1-or-later
// AV1: AV1CodecConfigurationRecord (AV1 in ISOBMFF 2.3) and the sequence header inside it (AV1
// 5.5.1).
//
//   marker 1 · version 7 · profile 3 · level 5 · tier 1 · high bit depth 1 · twelve bit 1 · mono 1
//   · subsampling 2 · sample position 2 · reserved 3 · delay present 1 · delay 4 · OBUs
#include "av1.h"

#include <array>

#include "bit_reader.h"
#include "vui.h"

namespace klive::cmaf {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr size_t kHead = 4;

// 4.10.3: like ue(v), but the bits are a plain number.
uint32_t read_uvlc(BitReader &in) { return in.ue(); }

void read_timing(BitReader &in, SpsInfo &info) {
  const uint64_t tick = in.bits(32), scale = in.bits(32);
  if (!in.flag()) return;  // pictures are not equally far apart
  const uint64_t ticks = uint64_t{read_uvlc(in)} + 1;
  if (in.ok() && tick < uint64_t{1} << 32 && ticks < uint64_t{1} << 31)
    set_frame_rate(info, scale, tick * ticks);
}

void skip_operating_points(BitReader &in, unsigned delay_bits) {
  const bool has_display_delay = in.flag();
  const uint32_t points = in.bits(5) + 1;
  for (uint32_t i = 0; i < points && in.ok(); ++i) {
    in.skip(12);
    if (in.bits(5) > 7) in.skip(1);  // tier
    if (delay_bits > 0 && in.flag()) in.skip(2 * size_t{delay_bits} + 1);
    if (has_display_delay && in.flag()) in.skip(4);
  }
}

Result<SpsInfo> parse_sequence_header(base::ByteView payload) {
  BitReader in(payload);
  SpsInfo info;
  in.skip(3 + 1);   // profile, still picture
  if (in.flag()) {  // reduced header
    in.skip(5);
  } else {
    unsigned delay_bits = 0;
    if (in.flag()) {
      read_timing(in, info);
      if (in.flag()) {  // decoder model
        delay_bits = in.bits(5) + 1;
        in.skip(32 + 5 + 5);
      }
    }
    skip_operating_points(in, delay_bits);
  }
  const unsigned width_bits = in.bits(4) + 1, height_bits = in.bits(4) + 1;
  const uint32_t width = in.bits(width_bits) + 1, height = in.bits(height_bits) + 1;
  if (!in.ok()) return fail(ErrorCode::kInvalid, "sequence header cut off");
  constexpr uint32_t kMaxSide = 16384;
  if (width > kMaxSide || height > kMaxSide)
    return fail(ErrorCode::kInvalid, "picture larger than 16384 pixels a side");
  info.width = static_cast<uint16_t>(width);
  info.height = static_cast<uint16_t>(height);
  return info;
}

// forbidden 1 · type 4 · extension 1 · has size 1 · reserved 1 · [extension 8] · [size leb128]
Result<SpsInfo> find_sequence_header(base::ByteView obus) {
  constexpr unsigned kSequenceHeader = 1;
  base::ByteReader in(obus);
  while (in.ok() && in.remaining() > 0) {
    const uint8_t head = in.u8();
    if ((head & 0x80) != 0) return fail(ErrorCode::kInvalid, "not an OBU");
    if ((head & 4) != 0) in.u8();
    size_t size = in.remaining();
    if ((head & 2) != 0) {
      size = 0;
      for (unsigned shift = 0; shift < 32; shift += 7) {
        const uint8_t byte = in.u8();
        size |= size_t{byte & 0x7fu} << shift;
        if ((byte & 0x80) == 0) break;
      }
    }
    const base::ByteView payload = in.bytes(size);
    if (!in.ok()) return fail(ErrorCode::kInvalid, "an OBU is cut off");
    if ((head >> 3 & 15u) == kSequenceHeader) return parse_sequence_header(payload);
  }
  return fail(ErrorCode::kInvalid, "no sequence header");
}

Result<void> parse(TrackFormat &format) {
  const base::Bytes &config = format.decoder_config;
  if (config.size() < kHead || config[0] != 0x81)
    return fail(ErrorCode::kInvalid, "av1C: cut off or unknown version");
  auto info = find_sequence_header(base::ByteView(config).subspan(kHead));
  if (!info) return fail(std::move(info).error().wrap("av1C"));
  format.width = info->width;
  format.height = info->height;
  format.frame_rate_num = info->frame_rate_num;
  format.frame_rate_den = info->frame_rate_den;
  format.timescale = 90'000;
  return {};
}

// AV1 in ISOBMFF 5: av01.<profile>.<level><tier>.<bit depth>
std::string codec_string_of(const TrackFormat &format) {
  const base::Bytes &config = format.decoder_config;
  const unsigned level = config[1] & 31u;
  const bool is_high_tier = (config[2] & 0x80) != 0;
  const bool is_high_depth = (config[2] & 0x40) != 0, is_twelve = (config[2] & 0x20) != 0;
  std::string text = "av01." + std::to_string(config[1] >> 5) + ".";
  text += static_cast<char>('0' + level / 10);
  text += static_cast<char>('0' + level % 10);
  text += is_high_tier ? "H." : "M.";
  text += is_twelve ? "12" : is_high_depth ? "10" : "08";
  return text;
}

}  // namespace

CodecRow av1_row() {
  return {Codec::kAv1, Kind::kVideo,    fourcc("av01"), fourcc("av1C"),
          parse,       codec_string_of, nullptr};
}

}  // namespace klive::cmaf
