// SPDX-License-Identifier: LGPL-2.1-or-later
// Entry ↔ KalturaLiveStreamEntry.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/api_server.h"
#include "api/json_node.h"
#include "kaltura/api_error.h"

namespace klive::app::api {

/// What an entry's object says beyond the entry itself. Plain value, borrowed texts.
struct EntryView {
  const ApiSettings &settings;
  std::string_view host, origin;  ///< of the request
  int64_t partner = 0;
  bool is_live = false;
  bool with_secrets = false;  ///< streamPassword and publish URLs
};

[[nodiscard]] NodePtr entry_node(const Entry &entry, const EntryView &view);

/// Puts the fields that are there into `entry`; fields that klive does not know and those that only
/// the server writes are passed over. Says what a field breaks.
[[nodiscard]] std::optional<kaltura::ApiError> apply_fields(JsonObject *object, Entry &entry);

/// The first of the fields that may not change on air and differs, by Kaltura's name; null when
/// there is none.
[[nodiscard]] const char *frozen_field_changed(const Entry &before, const Entry &after);

/// A broken rule as Kaltura says it.
[[nodiscard]] std::optional<kaltura::ApiError> rule_error(const Entry &entry);

}  // namespace klive::app::api
