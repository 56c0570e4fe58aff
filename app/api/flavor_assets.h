// SPDX-License-Identifier: LGPL-2.1-or-later
// The live assets of an entry: one for each flavor of its profile.
#pragma once

#include "api/actions.h"
#include "backend/entry_store.h"

namespace klive::app::api {

/// KalturaLiveAsset objects; a recording has none yet.
[[nodiscard]] kaltura::Value::Array flavor_assets_of(const Call &call, const Entry &entry);

}  // namespace klive::app::api
