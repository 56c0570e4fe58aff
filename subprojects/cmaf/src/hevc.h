// SPDX-License-Identifier: LGPL-2.1-or-later
// The HEVC row of the codec table.
#pragma once

#include "codecs.h"

namespace klive::cmaf {

[[nodiscard]] CodecRow hevc_row();

}  // namespace klive::cmaf
