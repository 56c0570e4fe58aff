// SPDX-License-Identifier: LGPL-2.1-or-later
// The AudioSpecificConfig (ISO 14496-3 1.6.2.1).
//
//   5 object type (31: +6) · 4 rate index (15: +24) · 4 channels
//   [type 5 or 29, "explicit": 4 SBR rate (15: +24) · object type of the core]
//   GASpecificConfig: frame length · core coder (+14 delay) · extension [channels 0: a program
//   config element that lists the channels]
//   [0x2b7 · object type 5 · SBR flag · rate · [0x548 · PS flag], "backward compatible"]
#include "aac.h"

#include <array>
#include <string>

#include "bit_reader.h"

namespace klive::cmaf {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr uint8_t kSbr = 5, kPs = 29, kErLowDelay = 23, kEld = 39, kUsac = 42;
constexpr uint32_t kMaxRate = 192'000;

uint8_t read_object_type(BitReader &in) {
  const uint32_t type = in.bits(5);
  return static_cast<uint8_t>(type == 31 ? 32 + in.bits(6) : type);
}

// 0 = reserved.
uint32_t read_rate(BitReader &in) {
  constexpr std::array<uint32_t, 13> kRates = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                               22050, 16000, 12000, 11025, 8000,  7350};
  const uint32_t index = in.bits(4);
  if (index == 15) return in.bits(24);
  return index < kRates.size() ? kRates[index] : 0;
}

// Table 1.19; 0 = reserved.
uint16_t channels_of(uint32_t configuration) {
  constexpr std::array<uint16_t, 16> kChannels = {0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8, 0};
  return kChannels[configuration & 15];
}

bool is_general_audio(uint8_t type) {
  return (type >= 1 && type <= 4) || type == 6 || type == 7 || type == 17 ||
         (type >= 19 && type <= kErLowDelay);
}

// 4.4.1.1: counts the channels of a program config element.
uint16_t read_program_config(BitReader &in) {
  in.skip(4 + 2 + 4);  // tag, profile, rate
  const uint32_t front = in.bits(4), side = in.bits(4), back = in.bits(4), lfe = in.bits(2);
  const uint32_t data = in.bits(3), coupling = in.bits(4);
  if (in.flag()) in.skip(4);
  if (in.flag()) in.skip(4);
  if (in.flag()) in.skip(3);
  uint16_t channels = static_cast<uint16_t>(lfe);
  for (uint32_t i = 0; i < front + side + back && in.ok(); ++i) {
    channels = static_cast<uint16_t>(channels + (in.flag() ? 2 : 1));
    in.skip(4);
  }
  in.skip(lfe * size_t{4} + data * size_t{4} + coupling * size_t{5});
  in.align();
  in.skip(size_t{8} * in.bits(8));  // comment
  return in.ok() ? channels : uint16_t{0};
}

}  // namespace

Result<AacInfo> parse_audio_specific_config(base::ByteView config) {
  BitReader in(config);
  AacInfo info;
  uint8_t type = read_object_type(in);
  info.sample_rate = read_rate(in);
  const uint32_t configuration = in.bits(4);
  info.object_type = type;
  bool is_explicit = false;
  if (type == kSbr || type == kPs) {
    is_explicit = true;
    info.sample_rate = read_rate(in);
    type = read_object_type(in);
  }
  if (!in.ok()) return fail(ErrorCode::kInvalid, "AudioSpecificConfig: cut off");
  if (!is_general_audio(type) && type != kEld && type != kUsac)
    return fail(ErrorCode::kInvalid,
                "AudioSpecificConfig: object type " + std::to_string(type) + " is not AAC");

  info.channels = channels_of(configuration);
  if (is_general_audio(type)) {
    in.skip(1);                  // frame length
    if (in.flag()) in.skip(14);  // core coder delay
    const bool extended = in.flag();
    if (configuration == 0) info.channels = read_program_config(in);
    if (type == 6 || type == 20) in.skip(3);
    if (extended) {
      if (type == 22) in.skip(16);
      if (type == 17 || type == 19 || type == 20 || type == kErLowDelay) in.skip(3);
      in.skip(1);
    }
    if (type >= 17) in.skip(2);  // error protection
    if (!in.ok()) return fail(ErrorCode::kInvalid, "AudioSpecificConfig: cut off");
    // Backward compatible signalling: older decoders stop reading before it.
    if (!is_explicit && in.remaining() >= 16 && in.bits(11) == 0x2b7 &&
        read_object_type(in) == kSbr && in.flag()) {
      const uint32_t rate = read_rate(in);
      if (in.ok() && rate != 0) {
        info.object_type = kSbr;
        info.sample_rate = rate;
        if (in.remaining() >= 12 && in.bits(11) == 0x548 && in.flag()) info.object_type = kPs;
      }
    }
  }
  if (info.channels == 0)
    return fail(ErrorCode::kInvalid, "AudioSpecificConfig: no channels (configuration " +
                                         std::to_string(configuration) + ")");
  if (info.object_type == kPs && info.channels == 1) info.channels = 2;
  if (info.sample_rate == 0 || info.sample_rate > kMaxRate)
    return fail(ErrorCode::kInvalid, "AudioSpecificConfig: reserved or impossible sample rate");
  return info;
}

}  // namespace klive::cmaf
