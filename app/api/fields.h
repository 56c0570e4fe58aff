// SPDX-License-Identifier: LGPL-2.1-or-later
// Short words to write the parameters of actions with.
#pragma once

#include <string_view>

#include "api/actions.h"

namespace klive::app::api {

constexpr kaltura::Field text_field(std::string_view name) { return {.name = name}; }
constexpr kaltura::Field integer_field(std::string_view name) {
  return {.name = name, .kind = kaltura::Kind::kInteger};
}
constexpr kaltura::Field number_field(std::string_view name) {
  return {.name = name, .kind = kaltura::Kind::kNumber};
}
constexpr kaltura::Field flag_field(std::string_view name) {
  return {.name = name, .kind = kaltura::Kind::kFlag};
}
constexpr kaltura::Field choice_field(std::string_view name, std::string_view enumeration) {
  return {.name = name, .kind = kaltura::Kind::kInteger, .of = enumeration};
}
constexpr kaltura::Field word_field(std::string_view name, std::string_view enumeration) {
  return {.name = name, .of = enumeration};
}
constexpr kaltura::Field object_field(std::string_view name, std::string_view type) {
  return {.name = name, .kind = kaltura::Kind::kObject, .of = type};
}
constexpr kaltura::Field file_field(std::string_view name) {
  return {.name = name, .kind = kaltura::Kind::kFile};
}
inline constexpr Parameter kPager = optional(object_field("pager", "KalturaFilterPager"));

}  // namespace klive::app::api
