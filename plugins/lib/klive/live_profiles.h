// SPDX-License-Identifier: LGPL-2.1-or-later
// The live params and conversion profiles that klive ships with: data/live/profiles.json.
#pragma once

#include <string_view>

#include "base/result.h"
#include "kaltura/live_profile.h"

namespace klive::gst {

/// Read once.
[[nodiscard]] const kaltura::LiveProfileObjects &shipped_profiles();
/// By its system name, "Passthrough_Live".
[[nodiscard]] base::Result<kaltura::ConversionProfile> shipped_profile(
    std::string_view system_name);

}  // namespace klive::gst
