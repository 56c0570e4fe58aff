// SPDX-License-Identifier: LGPL-2.1-or-later
// Percent-encoding of URLs and forms (RFC 3986 section 2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace klive::kaltura {

enum class Plus { kIsPlus, kIsSpace };  ///< what '+' stands for: itself in URLs, a space in forms

/// Nothing when an escape is not '%' and two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, Plus plus);
/// As HTML forms do it: letters, digits and "-_." stay, a space is '+'.
[[nodiscard]] std::string form_encode(std::string_view text);

}  // namespace klive::kaltura
