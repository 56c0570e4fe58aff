// SPDX-License-Identifier: LGPL-2.1-or-later
// The object types and enumerations of Kaltura's API that klive speaks: one table, from which input
// is checked, answers are written, lists are filtered and the schema is made.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <variant>

#include "kaltura/api_error.h"
#include "kaltura/value.h"

namespace klive::kaltura {

enum class Kind : uint8_t { kText, kInteger, kNumber, kFlag, kObject, kArray, kFile };
enum class Access : uint8_t {
  kWritable,
  kInsertOnly,  ///< may be given when the object is made
  kReadOnly,    ///< said by the server alone; passed over when it is sent
};

/// A field of an object type, or a parameter of an action. Plain value.
struct Field {
  static constexpr int64_t kNoLeast = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kNoMost = std::numeric_limits<int64_t>::max();

  std::string_view name;
  Kind kind = Kind::kText;
  std::string_view of = {};  ///< enumeration of a text or integer, type of an object or of items
  Access access = Access::kWritable;
  int64_t least = kNoLeast, most = kNoMost;  ///< of a number, or of a text's characters
  bool is_for_editors = false;               ///< told only to those who may change the object
  bool is_for_admins = false;                ///< written only by them
  bool is_computed = false;                  ///< made when it is asked for, stored nowhere

  [[nodiscard]] constexpr Field read_only() const {
    Field field = *this;
    field.access = Access::kReadOnly;
    return field;
  }
  [[nodiscard]] constexpr Field computed() const {
    Field field = read_only();
    field.is_computed = true;
    return field;
  }
  [[nodiscard]] constexpr Field once() const {
    Field field = *this;
    field.access = Access::kInsertOnly;
    return field;
  }
  [[nodiscard]] constexpr Field bounded(int64_t from, int64_t to) const {
    Field field = *this;
    field.least = from;
    field.most = to;
    return field;
  }
  [[nodiscard]] constexpr Field for_editors() const {
    Field field = *this;
    field.is_for_editors = true;
    return field;
  }
  [[nodiscard]] constexpr Field for_admins() const {
    Field field = *this;
    field.is_for_admins = true;
    return field;
  }
};

struct ObjectType {
  std::string_view name;  ///< "KalturaLiveStreamEntry"
  std::string_view base;  ///< whose fields it has too; empty = none
  std::span<const Field> fields;
  bool is_abstract = false;
  std::string_view filters = {};  ///< a filter: by the fields of this type, with an operator behind
};

struct EnumValue {
  std::string_view name, value;
};
struct Enumeration {
  std::string_view name;
  bool is_text = false;  ///< its values are texts on the wire, be they numbers
  std::span<const EnumValue> values;
};

[[nodiscard]] const std::vector<ObjectType> &object_types();
[[nodiscard]] std::span<const Enumeration> enumerations();
/// Null when there is none.
[[nodiscard]] const ObjectType *find_type(std::string_view name);
[[nodiscard]] const Enumeration *find_enumeration(std::string_view name);
[[nodiscard]] const ObjectType *base_of(const ObjectType &type);
[[nodiscard]] bool is_a(const ObjectType &type, std::string_view base);
/// Of the type or of one of its bases.
[[nodiscard]] const Field *find_field(const ObjectType &type, std::string_view name);
/// All fields, the outermost base's first.
template <typename Visit>
void for_each_field(const ObjectType &type, const Visit &visit) {
  if (const ObjectType *base = base_of(type)) for_each_field(*base, visit);
  for (const Field &field : type.fields) visit(field);
}

enum class Purpose { kAdd, kUpdate, kOther };

/// An object that a caller sent, as the table wants it: members with the types of their fields,
/// "objectType" the type that it really is; what the type does not have is left out, a member that
/// shall be cleared is null. `type_name` is what was wanted; a type made from it is taken, too.
[[nodiscard]] std::variant<Value, ApiError> check_object(const Value &given,
                                                         std::string_view type_name,
                                                         Purpose purpose, bool is_admin);
/// A scalar, an object or an array of them that stands for `field`; `owner` is named by errors.
[[nodiscard]] std::variant<Value, ApiError> check_value(const Value &given, const Field &field,
                                                        std::string_view owner, Purpose purpose,
                                                        bool is_admin);

}  // namespace klive::kaltura
