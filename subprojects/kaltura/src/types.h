// SPDX-License-Identifier: LGPL-2.1-or-later
// The parts of the table of object types, and short words to write them with.
#pragma once

#include <span>

#include "kaltura/object_type.h"

namespace klive::kaltura::types {

[[nodiscard]] std::span<const ObjectType> entry_types();
[[nodiscard]] std::span<const ObjectType> profile_types();
[[nodiscard]] std::span<const ObjectType> server_types();
[[nodiscard]] std::span<const ObjectType> playback_types();
[[nodiscard]] std::span<const ObjectType> event_types();
[[nodiscard]] std::span<const ObjectType> account_types();

constexpr Field text(std::string_view name) { return {.name = name}; }
constexpr Field integer(std::string_view name) { return {.name = name, .kind = Kind::kInteger}; }
constexpr Field number(std::string_view name) { return {.name = name, .kind = Kind::kNumber}; }
constexpr Field flag(std::string_view name) { return {.name = name, .kind = Kind::kFlag}; }
/// An enumeration whose values are numbers.
constexpr Field choice(std::string_view name, std::string_view enumeration) {
  return {.name = name, .kind = Kind::kInteger, .of = enumeration};
}
/// An enumeration whose values are texts.
constexpr Field word(std::string_view name, std::string_view enumeration) {
  return {.name = name, .kind = Kind::kText, .of = enumeration};
}
constexpr Field object(std::string_view name, std::string_view type) {
  return {.name = name, .kind = Kind::kObject, .of = type};
}
constexpr Field array(std::string_view name, std::string_view type) {
  return {.name = name, .kind = Kind::kArray, .of = type};
}
/// A filter by the fields of a type, with fields of its own.
constexpr ObjectType filter(std::string_view name, std::string_view base, std::string_view type,
                            std::span<const Field> fields = {}) {
  return {.name = name, .base = base, .fields = fields, .filters = type};
}

}  // namespace klive::kaltura::types
