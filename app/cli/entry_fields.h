// SPDX-License-Identifier: LGPL-2.1-or-later
// What `klive entry add` and `update` say about an entry, as options and as a
// KalturaLiveStreamEntry.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

#include "cli/json.h"
#include "cli/options.h"

namespace klive::app {

/// Only what was given is sent. Plain value.
struct EntryFields {
  std::optional<std::string> name, description, profile, dvr, record, admin_tags, id, token;
  std::optional<int64_t> dvr_window_minutes;
  std::optional<std::string> segment_duration;
  bool low_latency = false;

  /// `is_new`: an id and a token may be chosen only when the entry is made.
  void declare(Options &options, bool is_new);
  /// The API object, or the sentence about a value that no entry can have. Without the profile:
  /// its name is known to the service alone.
  [[nodiscard]] base::Result<JsonObjectPtr> to_object() const;
};

}  // namespace klive::app
