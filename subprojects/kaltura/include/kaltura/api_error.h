// SPDX-License-Identifier: LGPL-2.1-or-later
// KalturaAPIException: code, text with arguments filled in, arguments.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace klive::kaltura {

/// An API error as it goes over the wire. Plain value.
struct ApiError {
  std::string code;
  std::string message;
  std::vector<std::pair<std::string, std::string>> args;  ///< name, value
};

/// Fills the text of `code` (table of api_error.cpp: code → "Entry id \"@ENTRY_ID@\" not found")
/// with the arguments in order. An unknown code gives INTERNAL_SERVERL_ERROR (sic).
[[nodiscard]] ApiError make_api_error(std::string_view code,
                                      const std::vector<std::string> &values = {});

}  // namespace klive::kaltura
