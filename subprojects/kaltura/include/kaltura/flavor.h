// SPDX-License-Identifier: LGPL-2.1-or-later
// Flavors of a conversion profile: which stream name an encoder may publish and which flavor it
// becomes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace klive::kaltura {

/// One ingest flavor of a profile. Plain value.
struct IngestFlavor {
  std::string stream_name;  ///< "1", "2", … "1000"
  uint32_t id = 0;          ///< flavor-params id, 32 = source
  bool audio_only = false;
  std::string language;  ///< ISO 639-2, empty = unknown
};

/// The flavor of a stream name, or a refusal that lists the names the profile has.
[[nodiscard]] base::Result<IngestFlavor> map_stream_name(const std::vector<IngestFlavor> &profile,
                                                         std::string_view stream_name,
                                                         std::string_view entry);

}  // namespace klive::kaltura
