// SPDX-License-Identifier: LGPL-2.1-or-later
// API answers: a result or an error as JSON, JSONP or XML text.
//
//   JSON  the bare value; objects carry objectType; members that are null are left out
//   XML   <xml><result>…</result><executionTime>…</executionTime></xml>; <item> for array members,
//         booleans 1 and 0, objectType first
#include <charconv>
#include <memory>

#include "kaltura/request.h"

namespace klive::kaltura {
namespace {

constexpr const char *kObjectType = "objectType";

std::string seconds_text(double seconds) {
  char text[64];
  const auto [end, error] =
      std::to_chars(text, text + sizeof text, seconds, std::chars_format::fixed, 6);
  return error == std::errc() ? std::string(text, end) : "0";
}

void append_xml_text(std::string &out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&apos;";
        break;
      case '\t':
      case '\n':
        out += c;
        break;
      default:
        // XML 1.0 section 2.2 knows no other control characters, not even escaped.
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
  }
}

bool is_xml_name(std::string_view name) {
  if (name.empty() || !(g_ascii_isalpha(name[0]) || name[0] == '_')) return false;
  for (const char c : name) {
    if (!g_ascii_isalnum(c) && c != '_') return false;
  }
  return true;
}

void append_xml_node(std::string &out, JsonNode *node);

void append_xml_element(std::string &out, std::string_view name, JsonNode *node) {
  if (node == nullptr || JSON_NODE_HOLDS_NULL(node) || !is_xml_name(name)) return;
  out.append("<").append(name).append(">");
  append_xml_node(out, node);
  out.append("</").append(name).append(">");
}

// Recursion: over results that klive built itself, a few levels deep.
void append_xml_node(std::string &out, JsonNode *node) {
  if (node == nullptr || JSON_NODE_HOLDS_NULL(node)) return;
  if (JSON_NODE_HOLDS_OBJECT(node)) {
    JsonObject *object = json_node_get_object(node);
    append_xml_element(out, kObjectType, json_object_get_member(object, kObjectType));
    JsonObjectIter iter;
    json_object_iter_init_ordered(&iter, object);
    const char *name = nullptr;
    JsonNode *member = nullptr;
    while (json_object_iter_next_ordered(&iter, &name, &member)) {
      if (std::string_view(name) != kObjectType) append_xml_element(out, name, member);
    }
  } else if (JSON_NODE_HOLDS_ARRAY(node)) {
    JsonArray *array = json_node_get_array(node);
    for (guint i = 0; i < json_array_get_length(array); ++i) {
      append_xml_element(out, "item", json_array_get_element(array, i));
    }
  } else {
    const std::unique_ptr<JsonObject, decltype(&json_object_unref)> box(json_object_new(),
                                                                        &json_object_unref);
    json_object_set_member(box.get(), "v", json_node_copy(node));
    append_xml_text(out, member_text(box.get(), "v").value_or(""));
  }
}

std::string xml_envelope(const std::string &result, double execution_seconds) {
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml><result>" + result +
         "</result><executionTime>" + seconds_text(execution_seconds) + "</executionTime></xml>";
}

std::string json_text(JsonNode *node) {
  if (node == nullptr) return "null";
  const std::unique_ptr<char, decltype(&g_free)> text(json_to_string(node, FALSE), &g_free);
  return text.get();
}

std::string with_callback(std::string json, int format, std::string_view callback) {
  if (format != 9) return json;
  // The comment keeps the first bytes ours: nobody can make the answer look like another format.
  return "/**/" + std::string(callback) + "(" + json + ");";
}

struct NodeFree {
  void operator()(JsonNode *node) const { json_node_unref(node); }
};

std::unique_ptr<JsonNode, NodeFree> error_node(const ApiError &error) {
  std::unique_ptr<JsonNode, NodeFree> node(json_node_new(JSON_NODE_OBJECT));
  JsonObject *object = json_object_new();
  json_object_set_string_member(object, "code", error.code.c_str());
  json_object_set_string_member(object, "message", error.message.c_str());
  json_object_set_string_member(object, kObjectType, "KalturaAPIException");
  JsonObject *args = json_object_new();
  for (const auto &[name, value] : error.args) {
    json_object_set_string_member(args, name.c_str(), value.c_str());
  }
  json_object_set_object_member(object, "args", args);
  json_node_take_object(node.get(), object);
  return node;
}

}  // namespace

std::string write_result(JsonNode *result, int format, double execution_seconds,
                         std::string_view callback) {
  if (format != 2) return with_callback(json_text(result), format, callback);
  std::string out;
  append_xml_node(out, result);
  return xml_envelope(out, execution_seconds);
}

std::string write_error(const ApiError &error, int format, double execution_seconds,
                        std::string_view callback) {
  if (format != 2) return with_callback(json_text(error_node(error).get()), format, callback);
  std::string out = "<error><code>";
  append_xml_text(out, error.code);
  out += "</code><message>";
  append_xml_text(out, error.message);
  out += "</message><objectType>KalturaAPIException</objectType><args>";
  for (const auto &[name, value] : error.args) {
    out += "<item><objectType>KalturaApiExceptionArg</objectType><name>";
    append_xml_text(out, name);
    out += "</name><value>";
    append_xml_text(out, value);
    out += "</value></item>";
  }
  out += "</args></error>";
  return xml_envelope(out, execution_seconds);
}

}  // namespace klive::kaltura
