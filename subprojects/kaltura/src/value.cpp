// SPDX-License-Identifier: LGPL-2.1-or-later
// Value: scalars as the wire reads them, members, and JSON text.
#include "kaltura/value.h"

#include <charconv>
#include <cmath>

namespace klive::kaltura {
namespace {

std::string number_text(double number) {
  char text[64];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  return error == std::errc() ? std::string(text, end) : "0";
}

template <typename T>
std::optional<T> whole(const std::string &text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Recursion: values have bounded depth, whoever made them.
void append_json(std::string &out, const Value &value) {
  if (value.is_null()) {
    out += "null";
  } else if (const auto *object = value.object()) {
    const char *separator = "{";
    for (const auto &[name, member] : *object) {
      out += separator;
      separator = ",";
      append_json_text(out, name);
      out += ':';
      append_json(out, member);
    }
    out += object->empty() ? "{}" : "}";
  } else if (const auto *array = value.array()) {
    const char *separator = "[";
    for (const Value &item : *array) {
      out += separator;
      separator = ",";
      append_json(out, item);
    }
    out += array->empty() ? "[]" : "]";
  } else if (value.is_text()) {
    append_json_text(out, *value.text());
  } else if (value.is_flag()) {
    out += *value.flag() ? "true" : "false";
  } else {
    const std::string text = *value.text();
    out += text;
    // What was read as a number with a fraction stays one.
    if (!value.is_integer() && text.find_first_of(".e") == std::string::npos) out += ".0";
  }
}

}  // namespace

Value::Value() = default;
Value::Value(const Value &) = default;
Value::Value(Value &&) noexcept = default;
Value &Value::operator=(const Value &) = default;
Value &Value::operator=(Value &&) noexcept = default;
Value::~Value() = default;

Value Value::of_type(std::string_view object_type) {
  Value value;
  value["objectType"] = object_type;
  return value;
}

std::optional<std::string> Value::text() const {
  if (const auto *text = std::get_if<std::string>(&data_)) return *text;
  if (const auto *flag = std::get_if<bool>(&data_)) return *flag ? "1" : "0";
  if (const auto *integer = std::get_if<int64_t>(&data_)) return std::to_string(*integer);
  if (const auto *number = std::get_if<double>(&data_)) return number_text(*number);
  return std::nullopt;
}

std::optional<int64_t> Value::integer() const {
  if (const auto *integer = std::get_if<int64_t>(&data_)) return *integer;
  if (const auto *flag = std::get_if<bool>(&data_)) return *flag ? 1 : 0;
  if (const auto *number = std::get_if<double>(&data_)) {
    constexpr double kExact = 9007199254740992.0;  // 2^53
    if (std::trunc(*number) != *number || std::fabs(*number) > kExact) return std::nullopt;
    return static_cast<int64_t>(*number);
  }
  const auto *text = std::get_if<std::string>(&data_);
  if (text == nullptr) return std::nullopt;
  if (*text == "true") return 1;
  if (*text == "false") return 0;
  return whole<int64_t>(*text);
}

std::optional<double> Value::number() const {
  if (const auto *number = std::get_if<double>(&data_)) return *number;
  if (const auto *text = std::get_if<std::string>(&data_)) {
    const auto number = whole<double>(*text);
    return number && std::isfinite(*number) ? number : std::nullopt;
  }
  const auto integer = this->integer();
  return integer ? std::optional<double>(static_cast<double>(*integer)) : std::nullopt;
}

std::optional<bool> Value::flag() const {
  const auto number = integer();
  if (!number || *number < 0 || *number > 1) return std::nullopt;
  return *number == 1;
}

const Value *Value::find(std::string_view name) const {
  const Object *members = object();
  if (members == nullptr) return nullptr;
  const auto found = members->find(name);
  return found == members->end() ? nullptr : &found->second;
}

Value &Value::operator[](std::string_view name) {
  if (!is_object()) data_ = Object();
  Object &members = *object();
  const auto found = members.find(name);
  if (found != members.end()) return found->second;
  return members[std::string(name)];
}

void Value::push(Value item) {
  if (!is_array()) data_ = Array();
  array()->push_back(std::move(item));
}

void Value::erase(std::string_view name) {
  Object *members = object();
  if (members == nullptr) return;
  const auto found = members->find(name);
  if (found != members->end()) members->erase(found);
}

std::string Value::text_of(std::string_view name, std::string_view otherwise) const {
  const Value *member = find(name);
  auto text = member == nullptr ? std::nullopt : member->text();
  return text ? *std::move(text) : std::string(otherwise);
}

int64_t Value::integer_of(std::string_view name, int64_t otherwise) const {
  const Value *member = find(name);
  return member == nullptr ? otherwise : member->integer().value_or(otherwise);
}

void append_json_text(std::string &out, std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string write_json(const Value &value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace klive::kaltura
