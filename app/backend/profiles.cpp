// SPDX-License-Identifier: LGPL-2.1-or-later
// The conversion profiles that ship with klive, with Kaltura's flavor-params ids.
#include <algorithm>

#include "backend/entry_store.h"

namespace klive::app {

const std::vector<Profile> &profiles() {
  static const std::vector<Profile> kProfiles = {
      {.id = 1,
       .system_name = "Passthrough_Live",
       .name = "Passthrough",
       .ingest = {{.stream_name = "1", .id = 32},
                  {.stream_name = "2", .id = 36},
                  {.stream_name = "3", .id = 37}}},
      {.id = 2,
       .system_name = "Default_Live",
       .name = "Cloud transcode",
       .ingest = {{.stream_name = "1", .id = 32}}},
  };
  return kProfiles;
}

const Profile *find_profile(std::string_view system_name) {
  const auto found = std::find_if(profiles().begin(), profiles().end(),
                                  [&](const Profile &p) { return p.system_name == system_name; });
  return found == profiles().end() ? nullptr : &*found;
}

}  // namespace klive::app
