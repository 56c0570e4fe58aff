// SPDX-License-Identifier: LGPL-2.1-or-later
// FormFields: named fields ("filter:idIn" = "a,b") become one Value.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "kaltura/value.h"
#include "percent.h"

namespace klive::kaltura {

/// A decoded name or value, or a refusal: what is no text never becomes a Value.
[[nodiscard]] base::Result<std::string> decode_text(std::string_view raw, Plus plus);

class FormFields {
 public:
  FormFields(size_t depth, size_t members) : depth_(depth), members_left_(members) {}

  /// The name's parts are separated by ':'. A later field replaces an earlier one.
  base::Result<void> set(std::string_view name, Value value);
  /// "a=1&b:c=2", percent-encoded.
  base::Result<void> set_encoded(std::string_view form);
  /// The members of an object that came as JSON, each under its name.
  base::Result<void> set_members(Value object);

  /// Objects of members 0, 1, 2, … become arrays, one of "-" alone an empty array; but not the
  /// outermost, whose numbers are the calls of a multirequest.
  [[nodiscard]] Value finish();

 private:
  size_t depth_, members_left_;
  Value root_ = Value::Object();
};

}  // namespace klive::kaltura
