// SPDX-License-Identifier: LGPL-2.1-or-later
// What H.264 and HEVC share of the video usability information.
#pragma once

#include <cstdint>

#include "bit_reader.h"
#include "sps.h"

namespace klive::cmaf {

/// Aspect ratio, overscan, colour and chroma location: ISO 14496-10 E.1.1, ISO 23008-2 E.2.1.
void read_vui_front(BitReader &in, SpsInfo &info);

/// num / den frames a second, reduced; left out where it is nothing that a camera does.
void set_frame_rate(SpsInfo &info, uint64_t num, uint64_t den);

}  // namespace klive::cmaf
