// SPDX-License-Identifier: LGPL-2.1-or-later
// AAC: the AudioSpecificConfig inside esds (ISO 14496-1 7.2.6.5, ISO 14496-14 3.1.2).
//
//   esds  version 0
//     3 ES_Descriptor          ES_ID 16 · flags 8
//       4 DecoderConfig        0x40 · stream type 5 · buffer size 24 · peak 32 · average 32
//         5 DecoderSpecificInfo  AudioSpecificConfig
//       6 SLConfig             2 (MP4)
// A descriptor is tag 8 · length (7 bits a byte, high bit: more follows) · contents.
#include "mp4a.h"

#include "aac.h"

namespace klive::cmaf {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr uint8_t kEsTag = 3, kDecoderConfigTag = 4, kDecoderInfoTag = 5, kSlTag = 6;
constexpr uint8_t kAudioIso14496 = 0x40;
constexpr uint8_t kAudioStream = 5 << 2 | 1;  // 5 = audio, not upstream, reserved bit set

Result<void> parse(TrackFormat &format) {
  auto info = parse_audio_specific_config(format.decoder_config);
  if (!info) return fail(std::move(info).error());
  format.sample_rate = info->sample_rate;
  format.channels = info->channels;
  format.timescale = info->sample_rate;
  return {};
}

std::string codec_string_of(const TrackFormat &format) {
  const auto info = parse_audio_specific_config(format.decoder_config);
  return "mp4a.40." + std::to_string(info ? info->object_type : 2);
}

// Four-byte lengths: what every other writer does, and no need to know sizes beforehand.
void write_length(BoxWriter &out, size_t length) {
  for (int shift = 21; shift > 0; shift -= 7)
    out.u8(static_cast<uint8_t>(0x80 | (length >> shift & 0x7f)));
  out.u8(static_cast<uint8_t>(length & 0x7f));
}

void write(BoxWriter &out, const TrackFormat &format) {
  constexpr size_t kDescriptorHead = 5;
  const size_t info = format.decoder_config.size();
  const size_t config = 13 + kDescriptorHead + info;
  const auto box = out.box("esds");
  out.version_and_flags(0, 0);
  out.u8(kEsTag);
  write_length(out, 3 + kDescriptorHead + config + kDescriptorHead + 1);
  out.u16(0);
  out.u8(0);
  out.u8(kDecoderConfigTag);
  write_length(out, config);
  out.u8(kAudioIso14496);
  out.u8(kAudioStream);
  out.u24(0);
  out.u32(0);
  out.u32(0);
  out.u8(kDecoderInfoTag);
  write_length(out, info);
  out.bytes(format.decoder_config);
  out.u8(kSlTag);
  write_length(out, 1);
  out.u8(2);
}

// The contents of the next descriptor, which must have `tag`.
Result<base::ByteView> read_descriptor(base::ByteReader &in, uint8_t tag) {
  if (in.u8() != tag) return fail(ErrorCode::kInvalid, "esds: a descriptor is missing");
  size_t length = 0;
  for (int i = 0; i < 4; ++i) {
    const uint8_t byte = in.u8();
    length = length << 7 | (byte & 0x7f);
    if ((byte & 0x80) == 0) break;
  }
  const base::ByteView contents = in.bytes(length);
  if (!in.ok()) return fail(ErrorCode::kInvalid, "esds: a descriptor is cut off");
  return contents;
}

Result<base::Bytes> read(base::ByteView contents) {
  base::ByteReader in(contents);
  if (in.u32() != 0) return fail(ErrorCode::kInvalid, "esds: unknown version");
  auto es = read_descriptor(in, kEsTag);
  if (!es) return fail(std::move(es).error());
  base::ByteReader es_in(*es);
  es_in.u16();
  if (es_in.u8() >> 5 != 0) return fail(ErrorCode::kInvalid, "esds: depends on another stream");
  auto config = read_descriptor(es_in, kDecoderConfigTag);
  if (!config) return fail(std::move(config).error());
  base::ByteReader config_in(*config);
  if (config_in.u8() != kAudioIso14496) return fail(ErrorCode::kInvalid, "esds: not AAC");
  config_in.skip(12);
  auto info = read_descriptor(config_in, kDecoderInfoTag);
  if (!info) return fail(std::move(info).error());
  return base::Bytes(info->begin(), info->end());
}

}  // namespace

CodecRow aac_row() {
  return {Codec::kAac,    Kind::kAudio, fourcc("mp4a"),
          fourcc("esds"), parse,        codec_string_of,
          nullptr,        write,        read};
}

}  // namespace klive::cmaf
