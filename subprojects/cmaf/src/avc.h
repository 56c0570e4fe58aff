// SPDX-License-Identifier: LGPL-2.1-or-later
// The H.264 row of the codec table.
#pragma once

#include "codecs.h"

namespace klive::cmaf {

[[nodiscard]] CodecRow h264_row();

}  // namespace klive::cmaf
