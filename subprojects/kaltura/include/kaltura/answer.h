// SPDX-License-Identifier: LGPL-2.1-or-later
// Answers of the API as text: JSON, JSONP and XML, by the table of object types.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "kaltura/api_error.h"
#include "kaltura/request.h"
#include "kaltura/value.h"

namespace klive::kaltura {

/// The function that JSONP calls: a name or a path of names, nothing that could be a script by
/// itself; "callback" in the place of what is none.
[[nodiscard]] std::string safe_callback(std::string_view name);

/// A result (null: none) or what went wrong.
using Outcome = std::variant<Value, ApiError>;

/// JSONP calls `callback`, which the caller has checked.
[[nodiscard]] std::string write_answer(const Outcome &outcome, Format format,
                                       double execution_seconds,
                                       std::string_view callback = "callback");
/// The answer to a multirequest: an array with an error in the place of what failed.
[[nodiscard]] std::string write_batch(std::span<const Outcome> outcomes, Format format,
                                      double execution_seconds,
                                      std::string_view callback = "callback");

}  // namespace klive::kaltura
