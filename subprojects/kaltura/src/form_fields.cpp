// SPDX-License-Identifier: LGPL-2.1-or-later
// FormFields: named fields become one Value.
#include "form_fields.h"

#include <glib.h>

#include <utility>

namespace klive::kaltura {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

/// Whether an object stands for an array, and if so, the array in its place.
void make_array(Value &value) {
  Value::Object *members = value.object();
  if (members == nullptr || members->empty()) return;
  if (members->size() == 1 && members->begin()->first == "-") {
    value = Value::Array();
    return;
  }
  Value::Array items;
  for (size_t i = 0; i < members->size(); ++i) {
    const auto found = members->find(std::to_string(i));
    if (found == members->end()) return;
    items.push_back(found->second);
  }
  value = std::move(items);
}

// Recursion: set() bounds the depth.
void make_arrays(Value &value) {
  if (Value::Object *members = value.object()) {
    for (auto &[name, member] : *members) {
      make_arrays(member);
      make_array(member);
    }
  }
}

base::Failure too_many() { return fail(ErrorCode::kTooLarge, "too many parameters"); }

}  // namespace

Result<std::string> decode_text(std::string_view raw, Plus plus) {
  auto text = percent_decode(raw, plus);
  if (!text) return fail(ErrorCode::kInvalid, "a '%' without two hexadecimal digits behind it");
  if (!g_utf8_validate_len(text->data(), text->size(), nullptr)) {
    return fail(ErrorCode::kInvalid, "a parameter is not UTF-8 text");
  }
  return *std::move(text);
}

Result<void> FormFields::set(std::string_view name, Value value) {
  constexpr size_t kShown = 64;
  Value *at = &root_;
  for (size_t depth = 1;; ++depth) {
    if (depth > depth_) {
      return fail(ErrorCode::kTooLarge,
                  "a parameter nests deeper than " + std::to_string(depth_) + " levels");
    }
    if (members_left_ == 0) return too_many();
    const size_t colon = name.find(':');
    const std::string_view part = name.substr(0, colon);
    if (part.empty()) return fail(ErrorCode::kInvalid, "a parameter has an empty name");
    const bool is_new = at->find(part) == nullptr;
    if (is_new || colon == std::string_view::npos) --members_left_;
    Value &member = (*at)[part];
    if (colon == std::string_view::npos) {
      member = std::move(value);
      return {};
    }
    if (is_new) member = Value::Object();
    if (!member.is_object()) {
      return fail(ErrorCode::kInvalid, "parameter " + std::string(part.substr(0, kShown)) +
                                           " is given twice, once as a value");
    }
    at = &member;
    name.remove_prefix(colon + 1);
  }
}

Result<void> FormFields::set_encoded(std::string_view form) {
  while (!form.empty()) {
    const size_t ampersand = form.find('&');
    const std::string_view field = form.substr(0, ampersand);
    form.remove_prefix(ampersand == std::string_view::npos ? form.size() : ampersand + 1);
    if (field.empty()) continue;
    const size_t equals = field.find('=');
    const auto name = decode_text(field.substr(0, equals), Plus::kIsSpace);
    if (!name) return fail(name.error());
    auto value = decode_text(
        equals == std::string_view::npos ? std::string_view() : field.substr(equals + 1),
        Plus::kIsSpace);
    if (!value) return fail(value.error());
    if (auto done = set(*name, *std::move(value)); !done) return done;
  }
  return {};
}

Result<void> FormFields::set_members(Value object) {
  for (auto &[name, member] : *object.object()) {
    if (members_left_ == 0) return too_many();
    --members_left_;
    // Some clients write "filter:idIn" in JSON too; nothing else has a ':' in its name.
    if (name.find(':') != std::string::npos) {
      if (auto done = set(name, std::move(member)); !done) return done;
    } else {
      root_[name] = std::move(member);
    }
  }
  return {};
}

Value FormFields::finish() {
  make_arrays(root_);
  return std::move(root_);
}

}  // namespace klive::kaltura
