// SPDX-License-Identifier: LGPL-2.1-or-later
// Filters of lists: "idIn", "nameLike", "createdAtGreaterThanOrEqual", "orderBy", read by the table
// of object types.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kaltura/api_error.h"
#include "kaltura/object_type.h"
#include "kaltura/value.h"

namespace klive::kaltura {

enum class Operator {
  kEqual,
  kNotEqual,
  kIn,
  kNotIn,
  kLike,
  kLikeAny,  ///< MultiLikeOr
  kLikeAll,  ///< MultiLikeAnd
  kAtLeast,  ///< GreaterThanOrEqual
  kAtMost,   ///< LessThanOrEqual
};

/// One condition; `field` points into the table. Plain value.
struct Condition {
  const Field *field = nullptr;
  Operator op = Operator::kEqual;
  std::vector<Value> values;  ///< with the field's type; one unless the operator takes several
};

/// A condition of our own: the type has the field.
[[nodiscard]] Condition condition(std::string_view type, std::string_view field, Operator op,
                                  std::vector<Value> values);
[[nodiscard]] Condition is_equal(std::string_view type, std::string_view field, Value value);

/// Plain value.
struct Filter {
  std::vector<Condition> conditions;  ///< all of them must hold
  const Field *order_by = nullptr;    ///< null: createdAt, newest first
  bool is_descending = false;
  Value own = Value::Object();  ///< fields of the filter itself: "isLive"
};

/// What a filter that was sent asks for. A filter that is not understood is refused: it must not
/// look like one that matched everything.
[[nodiscard]] std::variant<Filter, ApiError> read_filter(const Value &given,
                                                         const ObjectType &filter_type);

}  // namespace klive::kaltura
