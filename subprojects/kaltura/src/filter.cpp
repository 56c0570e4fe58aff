// SPDX-License-Identifier: LGPL-2.1-or-later
// Filters of lists, read by the table of object types.
#include "kaltura/filter.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/list_text.h"

namespace klive::kaltura {
namespace {

constexpr size_t kMostValues = 500;  // of "idIn" and the like
constexpr size_t kShown = 64;

struct OperatorName {
  std::string_view suffix;
  Operator op;
  bool takes_several;
};
constexpr std::array kOperators = {
    OperatorName{"Equal", Operator::kEqual, false},
    OperatorName{"NotEqual", Operator::kNotEqual, false},
    OperatorName{"In", Operator::kIn, true},
    OperatorName{"NotIn", Operator::kNotIn, true},
    OperatorName{"Like", Operator::kLike, false},
    OperatorName{"MultiLikeOr", Operator::kLikeAny, true},
    OperatorName{"MultiLikeAnd", Operator::kLikeAll, true},
    OperatorName{"GreaterThanOrEqual", Operator::kAtLeast, false},
    OperatorName{"LessThanOrEqual", Operator::kAtMost, false},
};

bool is_stored_scalar(const Field &field) {
  return !field.is_computed && field.kind != Kind::kObject && field.kind != Kind::kArray &&
         field.kind != Kind::kFile;
}

ApiError not_understood(std::string_view name, const std::string &needed) {
  return make_api_error("INVALID_PARAMETER_VALUE",
                        {"filter:" + std::string(name.substr(0, kShown)), needed});
}

struct Parsed {
  const Field *field = nullptr;
  const OperatorName *op = nullptr;
};

/// "statusNotIn" → status, NotIn.
Parsed parse_name(std::string_view name, const ObjectType &of) {
  for (const OperatorName &each : kOperators) {
    if (!name.ends_with(each.suffix)) continue;
    const Field *field = find_field(of, name.substr(0, name.size() - each.suffix.size()));
    if (field != nullptr && is_stored_scalar(*field)) return {field, &each};
  }
  return {};
}

/// "1_a, 1_b" without empty ones; a list that has no item matches nothing.
std::vector<Value> split(std::string_view csv) {
  const auto items = base::split_list(csv);
  return {items.begin(), items.end()};
}

/// A value as the field has it; a text that is no number of a numeric field matches nothing.
std::optional<Value> converted(const Value &value, const Field &field) {
  switch (field.kind) {
    case Kind::kInteger:
    case Kind::kFlag:
      if (const auto number = value.integer()) return Value(*number);
      return std::nullopt;
    case Kind::kNumber:
      if (const auto number = value.number()) return Value(*number);
      return std::nullopt;
    default:
      if (auto text = value.text()) return Value(*std::move(text));
      return std::nullopt;
  }
}

std::variant<Condition, ApiError> make_condition(std::string_view name, const Value &given,
                                                 const Parsed &parsed) {
  if (!given.is_scalar()) return not_understood(name, "a single value was needed");
  std::vector<Value> values;
  if (parsed.op->takes_several) {
    values = split(*given.text());
  } else {
    values.push_back(given);
  }
  if (values.size() > kMostValues) {
    return not_understood(name, "at most " + std::to_string(kMostValues) + " values were needed");
  }
  Condition condition{parsed.field, parsed.op->op, {}};
  for (const Value &value : values) {
    auto one = converted(value, *parsed.field);
    if (!one) {
      return make_api_error("PROPERTY_VALIDATION_NUMERIC_VALUE", {std::string(name)});
    }
    condition.values.push_back(*std::move(one));
  }
  return condition;
}

std::optional<ApiError> read_order(const Value &given, const ObjectType &of, Filter &filter) {
  std::string order = given.text().value_or("");
  if (order.empty()) return std::nullopt;
  // A '+' that was not escaped arrives as a space.
  const bool has_sign = order[0] == '+' || order[0] == '-' || order[0] == ' ';
  const Field *field = has_sign ? find_field(of, std::string_view(order).substr(1)) : nullptr;
  if (field == nullptr || !is_stored_scalar(*field)) {
    return make_api_error("INVALID_ENUM_VALUE",
                          {order.substr(0, kShown), "orderBy", std::string(of.name) + "OrderBy"});
  }
  filter.order_by = field;
  filter.is_descending = order[0] == '-';
  return std::nullopt;
}

}  // namespace

Condition condition(std::string_view type, std::string_view field, Operator op,
                    std::vector<Value> values) {
  return {find_field(*find_type(type), field), op, std::move(values)};
}

Condition is_equal(std::string_view type, std::string_view field, Value value) {
  return condition(type, field, Operator::kEqual, {std::move(value)});
}

std::variant<Filter, ApiError> read_filter(const Value &given, const ObjectType &filter_type) {
  Filter filter;
  const ObjectType *type = &filter_type;
  const ObjectType *said = find_type(given.text_of("objectType"));
  if (said != nullptr && is_a(*said, type->name)) type = said;
  const ObjectType *of = find_type(type->filters);
  if (of == nullptr) return make_api_error("OBJECT_TYPE_ABSTRACT", {std::string(type->name)});
  if (!given.is_object()) return filter;
  for (const auto &[name, member] : *given.object()) {
    if (name == "objectType" || member.is_null()) continue;
    if (name == "orderBy") {
      if (auto error = read_order(member, *of, filter)) return *std::move(error);
      continue;
    }
    if (const Field *field = find_field(*type, name)) {
      auto value = check_value(member, *field, type->name, Purpose::kOther, false);
      if (auto *error = std::get_if<ApiError>(&value)) return std::move(*error);
      filter.own[name] = std::move(*std::get_if<Value>(&value));
      continue;
    }
    const Parsed parsed = parse_name(name, *of);
    if (parsed.field == nullptr) {
      return not_understood(name, "a field of " + std::string(of->name) +
                                      " with Equal, In, Like or another operator was needed");
    }
    auto condition = make_condition(name, member, parsed);
    if (auto *error = std::get_if<ApiError>(&condition)) return std::move(*error);
    filter.conditions.push_back(std::move(*std::get_if<Condition>(&condition)));
  }
  return filter;
}

}  // namespace klive::kaltura
