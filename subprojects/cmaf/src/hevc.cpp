// SPDX-License-Identifier: LGPL-2.1-or-later
// HEVC: HEVCDecoderConfigurationRecord (ISO 14496-15 8.3.3.1.2).
//
//   version 1 · space 2, tier 1, profile 5 · compatibility 32 · constraints 48 · level 8
//   · 8 bytes of segmentation, parallelism, chroma, depths, frame rate · 6 bits, length size - 1
//   · arrays 8 · (completeness 2, NAL type 6 · count 16 · (size 16 · NAL unit)*)*
#include "hevc.h"

#include <array>

#include "sps.h"

namespace klive::cmaf {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr unsigned kVps = 32, kSps = 33, kPps = 34;

// The first SPS. hvc1 promises that all parameter sets are here.
Result<SpsInfo> parse_hevc_config(base::ByteView config) {
  base::ByteReader in(config);
  const uint8_t version = in.u8();
  in.skip(1 + 4 + 6 + 1 + 8);
  const unsigned length_size = (in.u8() & 3) + 1u;
  const unsigned arrays = in.u8();
  if (!in.ok()) return fail(ErrorCode::kInvalid, "cut off");
  if (version != 1) return fail(ErrorCode::kInvalid, "unknown version");
  if (length_size == 3) return fail(ErrorCode::kInvalid, "NAL units of 3-byte lengths");
  base::ByteView sps;
  bool has_vps = false, has_pps = false;
  for (unsigned i = 0; i < arrays; ++i) {
    const unsigned type = in.u8() & 63;
    const unsigned count = in.u16();
    for (unsigned n = 0; n < count && in.ok(); ++n) {
      const base::ByteView nal = in.bytes(in.u16());
      has_vps |= type == kVps;
      has_pps |= type == kPps;
      if (type == kSps && sps.empty()) sps = nal;
    }
  }
  if (!in.ok()) return fail(ErrorCode::kInvalid, "cut off");
  if (sps.empty() || !has_vps || !has_pps) return fail(ErrorCode::kInvalid, "no VPS, SPS or PPS");
  return parse_hevc_sps(sps);
}

Result<void> parse(TrackFormat &format) {
  auto sps = parse_hevc_config(format.decoder_config);
  if (!sps) return fail(std::move(sps).error().wrap("hvcC"));
  format.width = sps->width;
  format.height = sps->height;
  format.frame_rate_num = sps->frame_rate_num;
  format.frame_rate_den = sps->frame_rate_den;
  format.timescale = 90'000;
  return {};
}

std::string hex_of(uint32_t value) {
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) {
    const char digit = "0123456789ABCDEF"[value >> shift & 15];
    if (digit != '0' || !text.empty() || shift == 0) text += digit;
  }
  return text;
}

// ISO 14496-15 E.3: hvc1.<space profile>.<compatibility, bits reversed>.<tier level>.<constraints
// without trailing zero bytes>
std::string codec_string_of(const TrackFormat &format) {
  base::ByteReader in(format.decoder_config);
  in.u8();
  const uint8_t profile = in.u8();
  const uint32_t compatibility = in.u32();
  const base::ByteView constraints = in.bytes(6);
  const uint8_t level = in.u8();
  if (!in.ok()) return "hvc1";  // make_format() makes no such format
  uint32_t reversed = 0;
  for (unsigned bit = 0; bit < 32; ++bit) reversed |= (compatibility >> bit & 1u) << (31 - bit);
  std::string text = "hvc1.";
  constexpr std::array<std::string_view, 4> kSpaces = {"", "A", "B", "C"};
  text += kSpaces[profile >> 6];
  text += std::to_string(profile & 31) + "." + hex_of(reversed);
  text += (profile & 32) != 0 ? ".H" : ".L";
  text += std::to_string(level);
  size_t used = constraints.size();
  while (used > 0 && constraints[used - 1] == 0) --used;
  for (size_t i = 0; i < used; ++i) text += "." + hex_of(constraints[i]);
  return text;
}

PixelShape pixel_shape(const TrackFormat &format) {
  const auto sps = parse_hevc_config(format.decoder_config);
  if (!sps) return {};
  return {sps->sar_width, sps->sar_height};
}

}  // namespace

CodecRow hevc_row() {
  return {Codec::kHevc, Kind::kVideo,    fourcc("hvc1"), fourcc("hvcC"),
          parse,        codec_string_of, pixel_shape};
}

}  // namespace klive::cmaf
