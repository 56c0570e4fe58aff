// SPDX-License-Identifier: LGPL-2.1-or-later
// A query for objects as SQL. Names come from the table of object types, values are bound.
#pragma once

#include <string>

#include "backend/object_store.h"
#include "backend/sqlite.h"

namespace klive::app {

/// " WHERE …" of a query.
[[nodiscard]] std::string where_of(const ObjectQuery &query);
/// " ORDER BY …": createdAt, newest first, unless the filter says something else.
[[nodiscard]] std::string order_of(const ObjectQuery &query);
/// Binds what where_of() left open, in its order.
void bind_query(Statement &statement, const ObjectQuery &query);

}  // namespace klive::app
