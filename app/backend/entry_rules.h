// SPDX-License-Identifier: LGPL-2.1-or-later
// The rules that an entry's fields keep; store and API say the same about them.
#pragma once

#include <optional>
#include <string>

#include "backend/entry_store.h"

namespace klive::app {

/// A rule that a field breaks. Plain value.
struct BrokenRule {
  enum class Kind { kMinLength, kMaxLength, kMinValue, kMaxValue, kForm };
  const char *field = "";  ///< Kaltura's name of it
  Kind kind = Kind::kForm;
  int64_t bound = 0;   ///< of lengths and values
  std::string needed;  ///< what the form has to be

  [[nodiscard]] std::string sentence() const;
};

/// The first rule that is broken. Id and token may be empty: they are made then.
[[nodiscard]] std::optional<BrokenRule> broken_rule(const Entry &entry);

}  // namespace klive::app
