// SPDX-License-Identifier: LGPL-2.1-or-later
// The AC-3 row of the codec table.
#pragma once

#include "codecs.h"

namespace klive::cmaf {

[[nodiscard]] CodecRow ac3_row();

}  // namespace klive::cmaf
