// SPDX-License-Identifier: LGPL-2.1-or-later
// H.264: AVCDecoderConfigurationRecord (ISO 14496-15 5.3.3.1.2).
//
//   version 1 · profile · compatibility · level · 6 bits 1, length size - 1 · 3 bits 1, SPS count
//   · (size 16 · SPS)* · PPS count · (size 16 · PPS)* · [high profiles: chroma, depths, SPS ext.]
#include "avc.h"

#include "sps.h"

namespace klive::cmaf {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

// The first SPS.
Result<SpsInfo> parse_avc_config(base::ByteView config) {
  base::ByteReader in(config);
  const uint8_t version = in.u8();
  in.skip(3);
  const unsigned length_size = (in.u8() & 3) + 1u;
  const unsigned sps_count = in.u8() & 31;
  if (!in.ok()) return fail(ErrorCode::kInvalid, "cut off");
  if (version != 1) return fail(ErrorCode::kInvalid, "unknown version");
  if (length_size == 3) return fail(ErrorCode::kInvalid, "NAL units of 3-byte lengths");
  if (sps_count == 0) return fail(ErrorCode::kInvalid, "no SPS");
  base::ByteView first;
  for (unsigned i = 0; i < sps_count; ++i) {
    const base::ByteView sps = in.bytes(in.u16());
    if (!in.ok() || sps.empty()) return fail(ErrorCode::kInvalid, "SPS cut off");
    if ((sps[0] & 31) != 7) return fail(ErrorCode::kInvalid, "a NAL unit that is no SPS");
    if (i == 0) first = sps;
  }
  const unsigned pps_count = in.u8();
  if (!in.ok() || pps_count == 0) return fail(ErrorCode::kInvalid, "no PPS");
  for (unsigned i = 0; i < pps_count; ++i) {
    const base::ByteView pps = in.bytes(in.u16());
    if (!in.ok() || pps.empty()) return fail(ErrorCode::kInvalid, "PPS cut off");
    if ((pps[0] & 31) != 8) return fail(ErrorCode::kInvalid, "a NAL unit that is no PPS");
  }
  return parse_h264_sps(first);
}

Result<void> parse(TrackFormat &format) {
  auto sps = parse_avc_config(format.decoder_config);
  if (!sps) return fail(std::move(sps).error().wrap("avcC"));
  format.width = sps->width;
  format.height = sps->height;
  format.frame_rate_num = sps->frame_rate_num;
  format.frame_rate_den = sps->frame_rate_den;
  format.timescale = 90'000;
  return {};
}

// RFC 6381 3.3: the three bytes behind the version, which every parser has already checked.
std::string codec_string_of(const TrackFormat &format) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text = "avc1.";
  for (size_t i = 1; i < 4 && i < format.decoder_config.size(); ++i) {
    text += kHex[format.decoder_config[i] >> 4];
    text += kHex[format.decoder_config[i] & 15];
  }
  return text;
}

PixelShape pixel_shape(const TrackFormat &format) {
  const auto sps = parse_avc_config(format.decoder_config);
  if (!sps) return {};
  return {sps->sar_width, sps->sar_height};
}

}  // namespace

CodecRow h264_row() {
  return {Codec::kH264, Kind::kVideo,    fourcc("avc1"), fourcc("avcC"),
          parse,        codec_string_of, pixel_shape};
}

}  // namespace klive::cmaf
