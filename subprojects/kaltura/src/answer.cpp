// SPDX-License-Identifier: LGPL-2.1-or-later
// API answers: a result or an error as JSON, JSONP or XML text.
//
//   JSON  the bare value; objects carry objectType; members that are null are left out
//   XML   <xml><result>…</result><executionTime>…</executionTime></xml>; <item> for array members,
//         booleans 1 and 0, objectType first
//
// Members of a known type come in the order of its fields.
#include "kaltura/answer.h"

#include <glib.h>

#include <algorithm>
#include <charconv>

#include "base/markup.h"
#include "kaltura/object_type.h"

namespace klive::kaltura {
namespace {

constexpr std::string_view kObjectType = "objectType";

std::string seconds_text(double seconds) {
  char text[64];
  const auto [end, error] =
      std::to_chars(text, text + sizeof text, seconds, std::chars_format::fixed, 6);
  return error == std::errc() ? std::string(text, end) : "0";
}

bool is_xml_name(std::string_view name) {
  if (name.empty() || !(g_ascii_isalpha(name[0]) || name[0] == '_')) return false;
  for (const char c : name) {
    if (!g_ascii_isalnum(c) && c != '_') return false;
  }
  return true;
}

/// The type that an object says it has; nothing when it says none.
std::string type_name_of(const Value &object) { return object.text_of(kObjectType); }

/// Calls visit(name, member) for the members that are not null, in the order of the type.
template <typename Visit>
void for_each_member(const Value &object, const Visit &visit) {
  const ObjectType *type = find_type(type_name_of(object));
  if (type != nullptr) {
    for_each_field(*type, [&](const Field &field) {
      const Value *member = object.find(field.name);
      if (member != nullptr && !member->is_null()) visit(field.name, *member);
    });
    return;
  }
  for (const auto &[name, member] : *object.object()) {
    if (name != kObjectType && !member.is_null()) visit(std::string_view(name), member);
  }
}

// Recursion in both writers: results are klive's own, a few levels deep.
void append_xml(std::string &out, const Value &value) {
  const auto element = [&out](std::string_view name, const Value &member) {
    if (!is_xml_name(name)) return;
    out.append("<").append(name).append(">");
    append_xml(out, member);
    out.append("</").append(name).append(">");
  };
  if (value.is_object()) {
    const std::string type = type_name_of(value);
    if (!type.empty()) element(kObjectType, type);
    for_each_member(value, element);
  } else if (const auto *items = value.array()) {
    for (const Value &item : *items) element("item", item);
  } else if (!value.is_null()) {
    base::append_markup(out, *value.text());
  }
}

void append_json(std::string &out, const Value &value) {
  if (value.is_object()) {
    const char *separator = "{";
    for_each_member(value, [&](std::string_view name, const Value &member) {
      out += separator;
      separator = ",";
      append_json_text(out, name);
      out += ':';
      append_json(out, member);
    });
    if (const std::string type = type_name_of(value); !type.empty()) {
      out.append(separator).append("\"objectType\":");
      append_json_text(out, type);
      separator = ",";
    }
    out += *separator == '{' ? "{}" : "}";
  } else if (const auto *items = value.array()) {
    const char *separator = "[";
    for (const Value &item : *items) {
      out += separator;
      separator = ",";
      append_json(out, item);
    }
    out += items->empty() ? "[]" : "]";
  } else {
    out += write_json(value);
  }
}

void append_json(std::string &out, const ApiError &error) {
  out += "{\"code\":";
  append_json_text(out, error.code);
  out += ",\"message\":";
  append_json_text(out, error.message);
  out += ",\"objectType\":\"KalturaAPIException\",\"args\":{";
  const char *separator = "";
  for (const auto &[name, value] : error.args) {
    out += separator;
    separator = ",";
    append_json_text(out, name);
    out += ':';
    append_json_text(out, value);
  }
  out += "}}";
}

void append_xml(std::string &out, const ApiError &error) {
  out += "<error><code>";
  base::append_markup(out, error.code);
  out += "</code><message>";
  base::append_markup(out, error.message);
  out += "</message><objectType>KalturaAPIException</objectType><args>";
  for (const auto &[name, value] : error.args) {
    out += "<item><objectType>KalturaApiExceptionArg</objectType><name>";
    base::append_markup(out, name);
    out += "</name><value>";
    base::append_markup(out, value);
    out += "</value></item>";
  }
  out += "</args></error>";
}

void append(std::string &out, const Outcome &outcome, Format format) {
  const auto append_one = [&](const auto &one) {
    if (format == Format::kXml) {
      append_xml(out, one);
    } else {
      append_json(out, one);
    }
  };
  std::visit(append_one, outcome);
}

std::string enveloped(std::string text, Format format, double execution_seconds,
                      std::string_view callback) {
  switch (format) {
    case Format::kJson:
      break;
    case Format::kXml:
      return "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml><result>" + text +
             "</result><executionTime>" + seconds_text(execution_seconds) +
             "</executionTime></xml>";
    case Format::kJsonp:
      // The comment keeps the first bytes ours: nobody can make the answer look like another
      // format.
      return "/**/" + std::string(callback) + "(" + text + ");";
  }
  return text;
}

}  // namespace

std::string safe_callback(std::string_view name) {
  constexpr size_t kMaxCallback = 128;
  const bool ok = !name.empty() && name.size() <= kMaxCallback &&
                  std::all_of(name.begin(), name.end(), [](char c) {
                    return g_ascii_isalnum(c) || c == '_' || c == '.' || c == '$';
                  });
  return std::string(ok ? name : "callback");
}

std::string write_answer(const Outcome &outcome, Format format, double execution_seconds,
                         std::string_view callback) {
  std::string text;
  append(text, outcome, format);
  return enveloped(std::move(text), format, execution_seconds, callback);
}

std::string write_batch(std::span<const Outcome> outcomes, Format format, double execution_seconds,
                        std::string_view callback) {
  const bool is_xml = format == Format::kXml;
  std::string text = is_xml ? "" : "[";
  for (size_t i = 0; i < outcomes.size(); ++i) {
    text += is_xml ? "<item>" : i > 0 ? "," : "";
    append(text, outcomes[i], format);
    if (is_xml) text += "</item>";
  }
  if (!is_xml) text += "]";
  return enveloped(std::move(text), format, execution_seconds, callback);
}

}  // namespace klive::kaltura
