// SPDX-License-Identifier: LGPL-2.1-or-later
// Caps of a sink pad → the track's format.
#pragma once

#include <gst/gst.h>

#include "base/result.h"
#include "cmaf/track.h"

namespace klive::segmenter {

/// Fails with kInvalid when the decoder configuration cannot be used, with kRefused when there is
/// none.
[[nodiscard]] base::Result<cmaf::TrackFormat> format_of(GstCaps *caps);

}  // namespace klive::segmenter
