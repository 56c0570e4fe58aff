// SPDX-License-Identifier: LGPL-2.1-or-later
// The AAC row of the codec table.
#pragma once

#include "codecs.h"

namespace klive::cmaf {

[[nodiscard]] CodecRow aac_row();

}  // namespace klive::cmaf
