// SPDX-License-Identifier: LGPL-2.1-or-later
// What an AudioSpecificConfig says about the sound.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace klive::cmaf {

/// Plain value.
struct AacInfo {
  uint8_t object_type = 0;   ///< for "mp4a.40.N": 2 LC, 5 with SBR, 29 with SBR and PS
  uint32_t sample_rate = 0;  ///< of the decoder's output, Hz: with SBR the doubled one
  uint16_t channels = 0;     ///< as declared; parametric stereo makes one channel two
};

/// ISO 14496-3 1.6.2.1. Refuses what no decoder could use: no channels, reserved rates, types that
/// are not AAC.
[[nodiscard]] base::Result<AacInfo> parse_audio_specific_config(base::ByteView config);

}  // namespace klive::cmaf
