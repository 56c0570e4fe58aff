// SPDX-License-Identifier: LGPL-2.1-or-later
// The H.264 row of the codec table.
#pragma once

#include "codecs.h"
#include "sps.h"

namespace klive::cmaf {

/// The first SPS inside an avcC.
[[nodiscard]] base::Result<SpsInfo> parse_avc_config(base::ByteView config);

[[nodiscard]] CodecRow h264_row();

}  // namespace klive::cmaf
