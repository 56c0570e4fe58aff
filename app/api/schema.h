// SPDX-License-Identifier: LGPL-2.1-or-later
// /api_v3/schema: what the API has, in the form that Kaltura's client generators read.
#pragma once

#include <string>

namespace klive::app::api {

/// XML: enums, classes, services. Made of the tables that calls are checked by.
[[nodiscard]] std::string schema_text();

}  // namespace klive::app::api
