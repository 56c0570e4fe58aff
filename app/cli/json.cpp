// SPDX-License-Identifier: LGPL-2.1-or-later
// Thin over json-glib, whose getters abort on a wrong type: everything here is checked first.
#include "cli/json.h"

#include "klive/ptr.h"

#include "kaltura/value.h"

namespace klive::app {
namespace {

/// A member that is a single value, read as the API's wire does it; null for everything else.
kaltura::Value scalar_of(JsonObject *object, const char *member) {
  JsonNode *node = object ? json_object_get_member(object, member) : nullptr;
  if (!node || !JSON_NODE_HOLDS_VALUE(node)) return {};
  switch (json_node_get_value_type(node)) {
    case G_TYPE_STRING:
      return json_node_get_string(node);
    case G_TYPE_BOOLEAN:
      return json_node_get_boolean(node) != FALSE;
    case G_TYPE_INT64:
      return json_node_get_int(node);
    default:
      return json_node_get_double(node);
  }
}

}  // namespace

base::Result<JsonPtr> parse_json(std::string_view text) {
  const auto parser = gst::Ptr<JsonParser>::take(json_parser_new_immutable());
  GError *failed = nullptr;
  if (!json_parser_load_from_data(parser.get(), text.data(), static_cast<gssize>(text.size()),
                                  &failed)) {
    const gst::ErrorPtr error(failed);
    return base::fail(base::ErrorCode::kInvalid, error->message);
  }
  JsonPtr root(json_parser_steal_root(parser.get()));
  if (!root) return base::fail(base::ErrorCode::kInvalid, "empty document");
  return root;
}

std::string to_text(JsonNode *node, bool pretty) {
  const gst::CharPtr text(json_to_string(node, pretty));
  return text.get();
}

JsonPtr to_node(JsonObjectPtr object) {
  JsonPtr node(json_node_new(JSON_NODE_OBJECT));
  json_node_take_object(node.get(), object.release());
  return node;
}

JsonObject *object_of(JsonNode *node) {
  return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : nullptr;
}

std::string text_of(JsonObject *object, const char *member) {
  return scalar_of(object, member).text().value_or("");
}

int64_t integer_of(JsonObject *object, const char *member, int64_t otherwise) {
  return scalar_of(object, member).integer().value_or(otherwise);
}

JsonObject *object_of(JsonObject *object, const char *member) {
  return json_object_has_member(object, member) ? object_of(json_object_get_member(object, member))
                                                : nullptr;
}

}  // namespace klive::app
