// SPDX-License-Identifier: LGPL-2.1-or-later
// Owning pointers of the JSON trees that answers are made of.
#pragma once

#include <json-glib/json-glib.h>

#include <memory>
#include <string>

namespace klive::app::api {

struct NodeUnref {
  void operator()(JsonNode *node) const { json_node_unref(node); }
};
using NodePtr = std::unique_ptr<JsonNode, NodeUnref>;

/// Takes the object.
[[nodiscard]] inline NodePtr node_of_object(JsonObject *object) {
  NodePtr node(json_node_new(JSON_NODE_OBJECT));
  json_node_take_object(node.get(), object);
  return node;
}
[[nodiscard]] inline NodePtr node_of_text(const std::string &text) {
  NodePtr node(json_node_new(JSON_NODE_VALUE));
  json_node_set_string(node.get(), text.c_str());
  return node;
}
[[nodiscard]] inline NodePtr node_of_flag(bool value) {
  NodePtr node(json_node_new(JSON_NODE_VALUE));
  json_node_set_boolean(node.get(), value);
  return node;
}

}  // namespace klive::app::api
