// SPDX-License-Identifier: LGPL-2.1-or-later
// Flavors of a conversion profile: which stream name an encoder may publish.
#include "kaltura/flavor.h"

#include <algorithm>

namespace klive::kaltura {

base::Result<IngestFlavor> map_stream_name(const std::vector<IngestFlavor> &profile,
                                           std::string_view stream_name, std::string_view entry) {
  const auto found = std::find_if(profile.begin(), profile.end(),
                                  [&](const auto &f) { return f.stream_name == stream_name; });
  if (found != profile.end()) return *found;
  std::string names;
  for (const auto &flavor : profile) {
    if (!names.empty()) names += ", ";
    names += flavor.stream_name;
  }
  return base::fail(base::ErrorCode::kRefused,
                    "Incorrect stream name/key " + std::string(stream_name) +
                        ": the conversion profile of entry " + std::string(entry) +
                        (names.empty() ? " takes no streams." : " takes " + names + "."));
}

}  // namespace klive::kaltura
