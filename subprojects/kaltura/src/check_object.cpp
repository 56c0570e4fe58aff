// SPDX-License-Identifier: LGPL-2.1-or-later
// What callers send, checked by the table of object types.
#include <glib.h>

#include <algorithm>
#include <cmath>

#include "kaltura/object_type.h"

namespace klive::kaltura {
namespace {

constexpr size_t kShown = 64;                 // of a caller's text in an error
constexpr int64_t kMostCharacters = 100'000;  // of a text whose field says nothing
constexpr std::string_view kNull = "__null";  // behind a name: clears the field

using Checked = std::variant<Value, ApiError>;

std::string shown(const Value &value) { return value.text().value_or("").substr(0, kShown); }

std::string property(std::string_view owner, std::string_view name) {
  return owner.empty() ? std::string(name) : std::string(owner) + "::" + std::string(name);
}

Checked check_text(std::string text, const Field &field, std::string_view owner) {
  // XML 1.0 section 2.2 has no place for the others, and an answer may have to be XML.
  const bool is_xml = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r';
  });
  if (!is_xml) return make_api_error("INVALID_PARAMETER_CHAR", {std::string(field.name)});
  const int64_t length = g_utf8_strlen(text.data(), static_cast<gssize>(text.size()));
  const int64_t most = field.most == Field::kNoMost ? kMostCharacters : field.most;
  if (length < field.least) {
    return make_api_error("PROPERTY_VALIDATION_MIN_LENGTH",
                          {property(owner, field.name), std::to_string(field.least)});
  }
  if (length > most) {
    return make_api_error("PROPERTY_VALIDATION_MAX_LENGTH",
                          {property(owner, field.name), std::to_string(most)});
  }
  return Value(std::move(text));
}

template <typename Number>
Checked check_number(Number number, const Field &field, std::string_view owner) {
  if (field.least != Field::kNoLeast && number < static_cast<Number>(field.least)) {
    return make_api_error("PROPERTY_VALIDATION_MIN_VALUE",
                          {property(owner, field.name), std::to_string(field.least)});
  }
  if (field.most != Field::kNoMost && number > static_cast<Number>(field.most)) {
    return make_api_error("PROPERTY_VALIDATION_MAX_VALUE",
                          {property(owner, field.name), std::to_string(field.most)});
  }
  return Value(number);
}

Checked not_numeric(const Field &field, std::string_view owner) {
  return make_api_error("PROPERTY_VALIDATION_NUMERIC_VALUE", {property(owner, field.name)});
}

Checked check_enumeration(const Value &given, const Field &field) {
  const Enumeration *enumeration = find_enumeration(field.of);
  const auto text = field.kind == Kind::kInteger && given.integer()
                        ? std::optional(std::to_string(*given.integer()))
                        : given.text();
  const bool is_known = enumeration != nullptr && text &&
                        std::any_of(enumeration->values.begin(), enumeration->values.end(),
                                    [&](const EnumValue &value) { return value.value == *text; });
  if (!is_known) {
    return make_api_error("INVALID_ENUM_VALUE",
                          {shown(given), std::string(field.name), std::string(field.of)});
  }
  return field.kind == Kind::kInteger ? Value(*given.integer()) : Value(*text);
}

Checked check_scalar(const Value &given, const Field &field, std::string_view owner) {
  if (!given.is_scalar()) {
    return make_api_error("INVALID_PARAMETER_VALUE",
                          {std::string(field.name), "a single value was needed"});
  }
  if (!field.of.empty()) return check_enumeration(given, field);
  switch (field.kind) {
    case Kind::kInteger:
      if (const auto number = given.integer()) return check_number(*number, field, owner);
      return not_numeric(field, owner);
    case Kind::kNumber:
      if (const auto number = given.number()) return check_number(*number, field, owner);
      return not_numeric(field, owner);
    case Kind::kFlag:
      if (const auto flag = given.flag()) return Value(*flag);
      return make_api_error("INVALID_PARAMETER_VALUE",
                            {std::string(field.name), "true or false was needed"});
    default:
      return check_text(*given.text(), field, owner);
  }
}

/// The type to read an object as: what it says, when it can stand for what is wanted.
const ObjectType *type_of(const Value &given, const ObjectType &wanted) {
  const ObjectType *said = find_type(given.text_of("objectType"));
  return said != nullptr && is_a(*said, wanted.name) ? said : &wanted;
}

}  // namespace

Checked check_value(const Value &given, const Field &field, std::string_view owner, Purpose purpose,
                    bool is_admin) {
  if (field.kind == Kind::kObject) {
    if (given.is_object()) return check_object(given, field.of, purpose, is_admin);
    return make_api_error("INVALID_PARAMETER_VALUE",
                          {std::string(field.name), "an object was needed"});
  }
  if (field.kind != Kind::kArray) return check_scalar(given, field, owner);
  if (!given.is_array()) {
    return make_api_error("INVALID_PARAMETER_VALUE",
                          {std::string(field.name), "an array was needed"});
  }
  Value checked = Value::Array();
  for (const Value &item : *given.array()) {
    if (!item.is_object()) {
      return make_api_error("INVALID_PARAMETER_VALUE",
                            {std::string(field.name), "an array of objects was needed"});
    }
    auto one = check_object(item, field.of, Purpose::kOther, is_admin);
    if (std::holds_alternative<ApiError>(one)) return one;
    checked.push(std::move(*std::get_if<Value>(&one)));
  }
  return checked;
}

// Recursion: the depth of what was sent is bounded.
Checked check_object(const Value &given, std::string_view type_name, Purpose purpose,
                     bool is_admin) {
  const ObjectType *wanted = find_type(type_name);
  if (wanted == nullptr || !given.is_object()) return make_api_error("INTERNAL_SERVERL_ERROR");
  const ObjectType *type = type_of(given, *wanted);
  if (type->is_abstract) {
    return make_api_error("OBJECT_TYPE_ABSTRACT", {std::string(type->name)});
  }
  Value checked = Value::of_type(type->name);
  for (const auto &[given_name, member] : *given.object()) {
    std::string_view name = given_name;
    const bool is_cleared = name.ends_with(kNull);
    if (is_cleared) name.remove_suffix(kNull.size());
    const Field *field = find_field(*type, name);
    if (field == nullptr || (member.is_null() && !is_cleared)) continue;
    if (field->access == Access::kReadOnly && purpose != Purpose::kOther) continue;
    if (field->is_for_admins && !is_admin) {
      return make_api_error("PROPERTY_VALIDATION_ADMIN_PROPERTY", {property(type->name, name)});
    }
    if (is_cleared) {
      checked[name] = Value();
      continue;
    }
    auto value = check_value(member, *field, type->name, purpose, is_admin);
    if (std::holds_alternative<ApiError>(value)) return value;
    checked[name] = std::move(*std::get_if<Value>(&value));
  }
  return checked;
}

}  // namespace klive::kaltura
