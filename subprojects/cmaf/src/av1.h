// SPDX-License-Identifier: LGPL-2.1-or-later
// The AV1 row of the codec table.
#pragma once

#include "codecs.h"

namespace klive::cmaf {

[[nodiscard]] CodecRow av1_row();

}  // namespace klive::cmaf
