// SPDX-License-Identifier: LGPL-2.1-or-later
// The live params and conversion profiles that klive ships with, compiled in.
#include "klive/live_profiles.h"

#include <cstdlib>

#include "live_profiles_json.h"

namespace klive::gst {

const kaltura::LiveProfileObjects &shipped_profiles() {
  static const kaltura::LiveProfileObjects kShipped = [] {
    auto read = kaltura::read_live_profiles(kLiveProfilesJson, {});
    if (!read) std::abort();  // a file of the source tree, held sound by a test
    return *std::move(read);
  }();
  return kShipped;
}

base::Result<kaltura::ConversionProfile> shipped_profile(std::string_view system_name) {
  return kaltura::find_profile(shipped_profiles(), system_name);
}

}  // namespace klive::gst
