// SPDX-License-Identifier: LGPL-2.1-or-later
// A profile as text: "Passthrough_Live" or "1=32,2=36,3=37:eng".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kaltura/flavor.h"

namespace klive::gst {

/// The system name of a profile that klive ships with, or NAME=ID[:LANGUAGE] separated by commas;
/// the error says which part is wrong.
[[nodiscard]] base::Result<std::vector<kaltura::IngestFlavor>> parse_profile(std::string_view text);

/// The stream name without its query and without "<entry>_" in front.
[[nodiscard]] std::string_view plain_stream_name(std::string_view stream_name);

}  // namespace klive::gst
