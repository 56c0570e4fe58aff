// SPDX-License-Identifier: LGPL-2.1-or-later
// The video usability information that H.264 and HEVC share.
#include "vui.h"

#include <array>
#include <limits>
#include <numeric>

namespace klive::cmaf {
namespace {

// Table E-1.
constexpr std::array<std::array<uint16_t, 2>, 17> kAspects = {{{1, 1},
                                                               {1, 1},
                                                               {12, 11},
                                                               {10, 11},
                                                               {16, 11},
                                                               {40, 33},
                                                               {24, 11},
                                                               {20, 11},
                                                               {32, 11},
                                                               {80, 33},
                                                               {18, 11},
                                                               {15, 11},
                                                               {64, 33},
                                                               {160, 99},
                                                               {4, 3},
                                                               {3, 2},
                                                               {2, 1}}};
constexpr uint32_t kExtendedAspect = 255;

}  // namespace

void read_vui_front(BitReader &in, SpsInfo &info) {
  if (in.flag()) {
    const uint32_t aspect = in.bits(8);
    if (aspect == kExtendedAspect) {
      const auto width = static_cast<uint16_t>(in.bits(16));
      const auto height = static_cast<uint16_t>(in.bits(16));
      if (in.ok() && width != 0 && height != 0) {
        info.sar_width = width;
        info.sar_height = height;
      }
    } else if (aspect < kAspects.size()) {
      info.sar_width = kAspects[aspect][0];
      info.sar_height = kAspects[aspect][1];
    }
  }
  if (in.flag()) in.skip(1);  // overscan
  if (in.flag()) {            // video signal type
    in.skip(4);
    if (in.flag()) in.skip(24);
  }
  if (in.flag()) {  // chroma location
    in.ue();
    in.ue();
  }
}

void set_frame_rate(SpsInfo &info, uint64_t num, uint64_t den) {
  if (num == 0 || den == 0) return;
  const uint64_t divisor = std::gcd(num, den);
  num /= divisor;
  den /= divisor;
  constexpr uint64_t kMax = std::numeric_limits<uint32_t>::max();
  // 1000 Hz and 90 kHz are seen in the wild: filler.
  if (num > kMax || den > kMax || num > den * 480 || den > num * 10) return;
  info.frame_rate_num = static_cast<uint32_t>(num);
  info.frame_rate_den = static_cast<uint32_t>(den);
}

}  // namespace klive::cmaf
