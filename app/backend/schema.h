// SPDX-License-Identifier: LGPL-2.1-or-later
// The schema of ROOT/klive.db and the steps from each version to the next.
#pragma once

#include <string>

#include "backend/sqlite.h"

namespace klive::app {

/// The version that this klive writes; it stands in PRAGMA user_version.
[[nodiscard]] int64_t schema_version();

/// Takes a database, an empty one too, to schema_version(), each step in a transaction of its own.
/// One that is newer is refused and not touched.
[[nodiscard]] base::Result<void> migrate(Database &database);

}  // namespace klive::app
