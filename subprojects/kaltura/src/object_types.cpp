// SPDX-License-Identifier: LGPL-2.1-or-later
// The whole table of object types, and finding things in it.
#include <map>

#include "types.h"

namespace klive::kaltura {

const std::vector<ObjectType> &object_types() {
  static const std::vector<ObjectType> kAll = [] {
    std::vector<ObjectType> all;
    for (const auto &part :
         {types::account_types(), types::entry_types(), types::profile_types(),
          types::server_types(), types::playback_types(), types::event_types()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return kAll;
}

const ObjectType *find_type(std::string_view name) {
  static const std::map<std::string_view, const ObjectType *> kByName = [] {
    std::map<std::string_view, const ObjectType *> by_name;
    for (const ObjectType &type : object_types()) by_name.emplace(type.name, &type);
    return by_name;
  }();
  const auto found = kByName.find(name);
  return found == kByName.end() ? nullptr : found->second;
}

const ObjectType *base_of(const ObjectType &type) {
  return type.base.empty() ? nullptr : find_type(type.base);
}

bool is_a(const ObjectType &type, std::string_view base) {
  for (const ObjectType *each = &type; each != nullptr; each = base_of(*each)) {
    if (each->name == base) return true;
  }
  return false;
}

const Field *find_field(const ObjectType &type, std::string_view name) {
  for (const ObjectType *each = &type; each != nullptr; each = base_of(*each)) {
    for (const Field &field : each->fields) {
      if (field.name == name) return &field;
    }
  }
  return nullptr;
}

const Enumeration *find_enumeration(std::string_view name) {
  for (const Enumeration &each : enumerations()) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

}  // namespace klive::kaltura
