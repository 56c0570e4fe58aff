// SPDX-License-Identifier: LGPL-2.1-or-later
// Thin over json-glib, whose getters abort on a wrong type: everything here is checked first.
#include "cli/json.h"

#include "kaltura/request.h"
#include "klive/ptr.h"

namespace klive::app {

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
  return kaltura::member_text(object, member).value_or("");
}

int64_t integer_of(JsonObject *object, const char *member) {
  return kaltura::member_integer(object, member).value_or(0);
}

JsonObject *object_of(JsonObject *object, const char *member) {
  return json_object_has_member(object, member) ? object_of(json_object_get_member(object, member))
                                                : nullptr;
}

}  // namespace klive::app
