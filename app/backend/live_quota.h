// SPDX-License-Identifier: LGPL-2.1-or-later
// How many entries of a partner may be on air at once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "backend/entry_store.h"
#include "backend/profile_store.h"
#include "kaltura/api_error.h"

namespace klive::app {

/// 0 = no limit. Plain value.
struct LiveLimits {
  int64_t inputs = 0;                           ///< entries that are passed through
  int64_t outputs = 0;                          ///< entries that are transcoded
  std::map<std::string, int64_t> by_admin_tag;  ///< entries with an admin tag; 1 at least

  [[nodiscard]] bool are_none() const {
    return inputs == 0 && outputs == 0 && by_admin_tag.empty();
  }
};

/// What Kaltura says when one more entry on air would be one too many; `on_air` are the entries of
/// all partners that are.
[[nodiscard]] std::optional<kaltura::ApiError> check_live_quota(
    EntryStore &entries, ProfileStore &profiles, const LiveLimits &limits, const Entry &entry,
    const std::set<std::string> &on_air);

}  // namespace klive::app
