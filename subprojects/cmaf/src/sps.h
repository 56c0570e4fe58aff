// SPDX-License-Identifier: LGPL-2.1-or-later
// What an H.264 or HEVC sequence parameter set says about the picture.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace klive::cmaf {

/// Plain value.
struct SpsInfo {
  uint8_t profile = 0, compatibility = 0, level = 0;  ///< the bytes of RFC 6381's avc1.PPCCLL
  uint16_t width = 0, height = 0;                     ///< after cropping
  uint16_t sar_width = 1, sar_height = 1;             ///< shape of one pixel
  uint32_t frame_rate_num = 0, frame_rate_den = 1;    ///< 0 = not said
};

/// `nal` is a whole NAL unit of type 7 without start code or length. ISO 14496-10 7.3.2.1.1, E.1.1.
[[nodiscard]] base::Result<SpsInfo> parse_h264_sps(base::ByteView nal);

/// `nal` is a whole NAL unit of type 33; profile, compatibility and level are not filled in: hvcC
/// has them. ISO 23008-2 7.3.2.2.1, E.2.1.
[[nodiscard]] base::Result<SpsInfo> parse_hevc_sps(base::ByteView nal);

}  // namespace klive::cmaf
