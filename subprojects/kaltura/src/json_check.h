// SPDX-License-Identifier: LGPL-2.1-or-later
// A strict look at JSON text before a recursive parser gets it.
#pragma once

#include <string_view>

#include "base/result.h"

namespace klive::kaltura {

struct JsonLimits {
  size_t depth = 16;
  size_t members = 4096;  ///< of objects and arrays, in all
};

/// RFC 8259 and nothing more (json-glib also takes comments, and aborts at a lone surrogate): valid
/// UTF-8, one value, escapes that make valid text without NUL, numbers of at most 40 characters.
[[nodiscard]] base::Result<void> check_json(std::string_view text, const JsonLimits &limits);

}  // namespace klive::kaltura
