// SPDX-License-Identifier: LGPL-2.1-or-later
// Value: what JSON, form fields and the API's objects are made of.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace klive::kaltura {

/// Null, a flag, a number, a text, an array or an object. Plain value.
class Value {
 public:
  using Array = std::vector<Value>;
  using Object = std::map<std::string, Value, std::less<>>;

  Value();
  // Out of line: inlined, GCC 12 takes the alternatives that a moved variant does not have for
  // uninitialised (its bug 105562).
  Value(const Value &);
  Value(Value &&) noexcept;
  Value &operator=(const Value &);
  Value &operator=(Value &&) noexcept;
  ~Value();
  Value(bool flag) : data_(flag) {}  // NOLINT: implicit by design, here and below
  template <std::integral T>
  requires(!std::same_as<T, bool>) Value(T number)
      : data_(static_cast<int64_t>(number)) {}                // NOLINT
  Value(double number) : data_(number) {}                     // NOLINT
  Value(std::string text) : data_(std::move(text)) {}         // NOLINT
  Value(std::string_view text) : data_(std::string(text)) {}  // NOLINT
  Value(const char *text) : data_(std::string(text)) {}       // NOLINT
  Value(Array array) : data_(std::move(array)) {}             // NOLINT
  Value(Object object) : data_(std::move(object)) {}          // NOLINT
  /// An object of the API with nothing in it yet.
  [[nodiscard]] static Value of_type(std::string_view object_type);

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  [[nodiscard]] bool is_flag() const { return std::holds_alternative<bool>(data_); }
  [[nodiscard]] bool is_text() const { return std::holds_alternative<std::string>(data_); }
  [[nodiscard]] bool is_integer() const { return std::holds_alternative<int64_t>(data_); }
  [[nodiscard]] bool is_object() const { return std::holds_alternative<Object>(data_); }
  [[nodiscard]] bool is_array() const { return std::holds_alternative<Array>(data_); }
  [[nodiscard]] bool is_scalar() const { return !is_null() && !is_object() && !is_array(); }

  /// The members or items, null when it has none.
  [[nodiscard]] const Object *object() const { return std::get_if<Object>(&data_); }
  [[nodiscard]] Object *object() { return std::get_if<Object>(&data_); }
  [[nodiscard]] const Array *array() const { return std::get_if<Array>(&data_); }
  [[nodiscard]] Array *array() { return std::get_if<Array>(&data_); }

  /// A scalar read the way the wire does it: "1" is 1 and true, true is "1". Nothing when it
  /// cannot be.
  [[nodiscard]] std::optional<std::string> text() const;
  [[nodiscard]] std::optional<int64_t> integer() const;
  [[nodiscard]] std::optional<double> number() const;
  [[nodiscard]] std::optional<bool> flag() const;

  /// A member; null when there is none or this is no object.
  [[nodiscard]] const Value *find(std::string_view name) const;
  /// The member, made when it is not there; what is no object becomes one.
  Value &operator[](std::string_view name);
  /// Appends an item; what is no array becomes one.
  void push(Value item);
  void erase(std::string_view name);

  /// A member that may be missing, as text() and integer() read it.
  [[nodiscard]] std::string text_of(std::string_view name, std::string_view otherwise = {}) const;
  [[nodiscard]] int64_t integer_of(std::string_view name, int64_t otherwise = 0) const;

  bool operator==(const Value &) const = default;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> data_;
};

struct JsonLimits {
  size_t depth = 16;
  size_t members = 4096;  ///< of objects and arrays, in all
};

/// RFC 8259 and nothing more: valid UTF-8, one value, escapes that make valid text without NUL,
/// numbers of at most 40 characters. Of members with the same name the last counts.
[[nodiscard]] base::Result<Value> read_json(std::string_view text, const JsonLimits &limits = {});
/// Members of objects in the order of their names.
[[nodiscard]] std::string write_json(const Value &value);
void append_json_text(std::string &out, std::string_view text);  ///< with its quotes

}  // namespace klive::kaltura
