// SPDX-License-Identifier: LGPL-2.1-or-later
// The streams of an entry on air as Kaltura's servers report them: KalturaLiveStreamParams.
#pragma once

#include <array>

#include "kaltura/value.h"
#include "manifest/presentation.h"

namespace klive::app {

/// What can be watched of each side now, primary and backup: an array of KalturaLiveStreamParams.
[[nodiscard]] std::array<kaltura::Value, 2> stream_params(
    const manifest::Presentation &presentation);

/// Whether a change is worth telling: another stream, 10 % of a bit rate, 15 % of a frame rate.
[[nodiscard]] bool streams_differ(const kaltura::Value &before, const kaltura::Value &after);

}  // namespace klive::app
