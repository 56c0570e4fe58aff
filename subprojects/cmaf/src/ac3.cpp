// SPDX-License-Identifier: LGPL-2.1-or-later
// AC-3: AC3SpecificBox (ETSI TS 102 366 F.4).
//
//   2 fscod · 5 bsid · 3 bsmod · 3 acmod · 1 lfeon · 5 bit rate code · 5 reserved
#include "ac3.h"

#include <array>

#include "bit_reader.h"

namespace klive::cmaf {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

Result<void> parse(TrackFormat &format) {
  constexpr std::array<uint32_t, 4> kRates = {48000, 44100, 32000, 0};
  constexpr std::array<uint16_t, 8> kChannels = {2, 1, 2, 3, 3, 4, 4, 5};
  constexpr uint32_t kLastAc3 = 8;  // above are E-AC-3 and variants
  BitReader in(format.decoder_config);
  const uint32_t rate = kRates[in.bits(2)];
  const uint32_t version = in.bits(5);
  in.skip(3);
  const uint16_t channels = kChannels[in.bits(3)];
  const bool has_lfe = in.flag();
  in.skip(10);
  if (!in.ok() || in.remaining() != 0) return fail(ErrorCode::kInvalid, "dac3: not 3 bytes");
  if (rate == 0) return fail(ErrorCode::kInvalid, "dac3: reserved sample rate");
  if (version > kLastAc3) return fail(ErrorCode::kInvalid, "dac3: not AC-3");
  format.sample_rate = rate;
  format.timescale = rate;
  format.channels = static_cast<uint16_t>(channels + (has_lfe ? 1 : 0));
  return {};
}

std::string codec_string_of(const TrackFormat &) { return "ac-3"; }

}  // namespace

CodecRow ac3_row() {
  return {Codec::kAc3, Kind::kAudio,    fourcc("ac-3"), fourcc("dac3"),
          parse,       codec_string_of, nullptr};
}

}  // namespace klive::cmaf
