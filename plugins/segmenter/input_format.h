// SPDX-License-Identifier: LGPL-2.1-or-later
// Caps of a sink pad → the track's format.
#pragma once

#include <gst/gst.h>

#include "base/bytes.h"
#include "base/result.h"
#include "cmaf/track.h"

namespace klive::segmenter {

/// Fails with kInvalid when the decoder configuration cannot be used, with kRefused when there is
/// none.
[[nodiscard]] base::Result<cmaf::TrackFormat> format_of(GstCaps *caps);

/// Whether the codec has no decoder configuration in caps: every frame says it all.
[[nodiscard]] bool describes_itself(GstCaps *caps);
/// The format that a frame of AC-3 declares (ETSI TS 102 366, 4.3 and F.4).
[[nodiscard]] base::Result<cmaf::TrackFormat> format_of_frame(base::ByteView frame);

}  // namespace klive::segmenter
