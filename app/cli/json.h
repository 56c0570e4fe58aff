// SPDX-License-Identifier: LGPL-2.1-or-later
// JSON trees of the command line: owning pointers, reading, printing.
#pragma once

#include <json-glib/json-glib.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace klive::app {

struct JsonNodeFree {
  void operator()(JsonNode *node) const { json_node_unref(node); }
};
using JsonPtr = std::unique_ptr<JsonNode, JsonNodeFree>;
struct JsonObjectFree {
  void operator()(JsonObject *object) const { json_object_unref(object); }
};
using JsonObjectPtr = std::unique_ptr<JsonObject, JsonObjectFree>;

[[nodiscard]] base::Result<JsonPtr> parse_json(std::string_view text);
/// Pretty for people, one line for the wire.
[[nodiscard]] std::string to_text(JsonNode *node, bool pretty);
/// Takes the object.
[[nodiscard]] JsonPtr to_node(JsonObjectPtr object);

/// The object in a node, borrowed; null when it is something else.
[[nodiscard]] JsonObject *object_of(JsonNode *node);
/// A member as text, numbers too; empty when it is not there.
[[nodiscard]] std::string text_of(JsonObject *object, const char *member);
[[nodiscard]] int64_t integer_of(JsonObject *object, const char *member,
                                 int64_t otherwise = 0);
/// A member that is an object, borrowed; null when it is not.
[[nodiscard]] JsonObject *object_of(JsonObject *object, const char *member);

}  // namespace klive::app
