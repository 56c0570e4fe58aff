// SPDX-License-Identifier: LGPL-2.1-or-later
// API requests: path, query and content type, one a line; the rest is the body.
#include <memory>
#include <string_view>

#include "kaltura/request.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace klive::kaltura;
  std::string_view text(reinterpret_cast<const char *>(data), size);
  std::string_view lines[3];
  for (auto &line : lines) {
    const size_t end = text.find('\n');
    line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  const auto request = parse_request(lines[0], lines[1], lines[2], text);
  if (!request) return 0;
  const std::unique_ptr<JsonNode, decltype(&json_node_unref)> node(json_node_new(JSON_NODE_OBJECT),
                                                                   &json_node_unref);
  json_node_set_object(node.get(), request->parameters);
  for (const int format : {1, 2, 9}) (void)write_result(node.get(), format, 0.5);
  (void)request->integer("entryId");
  return 0;
}
