// SPDX-License-Identifier: LGPL-2.1-or-later
// Rate, channels and frame length out of the sound formats that FLV carries.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace klive::flvdemux {

struct SoundFormat {
  uint32_t rate = 0;  ///< Hz
  uint32_t channels = 0;
  uint32_t frame_samples = 0;  ///< per channel at `rate`; 0 = every packet says its own
};

/// ISO/IEC 14496-3, 1.6.2.1. With SBR the rate is that of the core, as are the samples.
[[nodiscard]] std::optional<SoundFormat> read_audio_specific_config(base::ByteView config);

struct OpusFormat {
  uint8_t channels = 2, family = 0, streams = 1, coupled = 1;
  std::array<uint8_t, 255> mapping{};
};
/// RFC 7845, 5.1.
[[nodiscard]] std::optional<OpusFormat> read_opus_head(base::ByteView head);
/// Samples at 48 kHz, RFC 6716, 3.1; 0 when the packet is malformed.
[[nodiscard]] uint32_t opus_packet_samples(base::ByteView packet);

/// A syncframe of AC-3 or E-AC-3: ETSI TS 102 366, 4.3 and E.1.2.
[[nodiscard]] std::optional<SoundFormat> read_ac3_frame(base::ByteView frame);

}  // namespace klive::flvdemux
