// SPDX-License-Identifier: LGPL-2.1-or-later
// The services serverNode and entryServerNode.
#include <algorithm>
#include <array>
#include <string>

#include "api/actions.h"
#include "api/broadcast.h"
#include "api/fields.h"
#include "api/objects.h"
#include "api/server_nodes.h"
#include "live/stream_params.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::make_api_error;
using kaltura::Purpose;
using kaltura::Value;

constexpr std::string_view kNotFound = "SERVER_NODE_NOT_FOUND", kNoObject = "INVALID_OBJECT_ID";
constexpr const char *kNode = "KalturaServerNode", *kEntryNode = "KalturaEntryServerNode";
// Kaltura's ServerNodeStatus.
constexpr int64_t kActive = 1, kDisabled = 2, kNotOperational = 5;
constexpr size_t kMostRecordings = 20;

/// What is known of a node type by the object that was sent.
const char *type_word(const std::string &object_type) {
  return object_type == "KalturaWowzaMediaServerNode" ? "wowza.WOWZA_MEDIA_SERVER"
                                                      : "liveCluster.LIVE_CLUSTER_MEDIA_SERVER";
}

Value node_view(const Call &call, Value node) {
  if (node.integer_of("id") == kOwnServerNode) node["heartbeatTime"] = call.now;
  return node;
}

ActionResult store_node(const Call &call, const Value &given, const std::string &host,
                        int64_t status) {
  Value node = Value::of_type(given.text_of("objectType"));
  if (auto error = merge(node, given, Purpose::kAdd)) return *std::move(error);
  if (!host.empty()) node["hostName"] = host;
  for (const char *name : {"name", "hostName"}) {
    if (node.text_of(name).empty()) {
      return make_api_error("PROPERTY_VALIDATION_CANNOT_BE_NULL",
                            {node.text_of("objectType") + "::" + name});
    }
  }
  if (find_server_node(call, node.text_of("hostName"))) {
    return make_api_error("INVALID_PARAMETER_VALUE",
                          {"hostName", "a server node with it exists already"});
  }
  // A media server that acts for nobody is everybody's.
  node["partnerId"] = call.caller.partner;
  node["type"] = type_word(node.text_of("objectType"));
  node["status"] = status;
  node["dc"] = 0;
  node["createdAt"] = call.now;
  node["updatedAt"] = call.now;
  auto added = call.objects().add_numbered(kind::kServerNode, std::move(node));
  if (!added) return store_error(added.error(), kNotFound, host);
  return *std::move(added);
}

ActionResult add_node(const Call &call) {
  return store_node(call, *call.object("serverNode"), {}, kActive);
}

std::variant<Value, ApiError> find_own_node(const Call &call, const std::string &id) {
  return find_own_object(call, kind::kServerNode, id, kNoObject);
}

ActionResult get_node(const Call &call) {
  auto found = find_object(call, kind::kServerNode, call.text("serverNodeId"), kNoObject);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  return node_view(call, std::move(*std::get_if<Value>(&found)));
}

ActionResult list_nodes(const Call &call) {
  auto result = list_objects(call, kind::kServerNode, "KalturaServerNodeFilter",
                             "KalturaServerNodeListResponse");
  if (auto *list = std::get_if<Value>(&result)) {
    for (Value &node : *(*list)["objects"].array()) node = node_view(call, std::move(node));
  }
  return result;
}

ActionResult change_node(const Call &call, const std::string &id,
                         const ObjectStore::Change &change) {
  auto changed = call.objects().update(kind::kServerNode, id, [&](Value &node) {
    node["updatedAt"] = call.now;
    return change(node);
  });
  if (!changed) return store_error(changed.error(), kNoObject, id);
  return node_view(call, *std::move(changed));
}

ActionResult update_node(const Call &call) {
  auto changed = changed_object(call, kind::kServerNode, call.text("serverNodeId"), kNoObject,
                                *call.object("serverNode"));
  if (auto *error = std::get_if<ApiError>(&changed)) return std::move(*error);
  Value &node = *std::get_if<Value>(&changed);
  node["updatedAt"] = call.now;
  return replace_object(call, kind::kServerNode, node, kNoObject);
}

ActionResult remove_node(const Call &call) {
  const std::string id = call.text("serverNodeId");
  auto found = find_own_node(call, id);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  return remove_object(call, kind::kServerNode, id, kNoObject);
}

ActionResult set_status(const Call &call, int64_t status) {
  const std::string id = call.text("serverNodeId");
  auto found = find_own_node(call, id);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  return change_node(call, id, [status](Value &document) -> base::Result<void> {
    document["status"] = status;
    return {};
  });
}
ActionResult enable(const Call &call) { return set_status(call, kActive); }
ActionResult disable(const Call &call) { return set_status(call, kDisabled); }
ActionResult mark_offline(const Call &call) { return set_status(call, kNotOperational); }

/// A server says that it lives. One that nobody knows is put down, for an operator to enable.
ActionResult report_status(const Call &call) {
  const std::string host = call.text("hostName");
  const auto known = find_server_node(call, host);
  if (!known) {
    const Value *given = call.object("serverNode");
    if (given == nullptr) return make_api_error(kNotFound, {host.substr(0, 64)});
    auto made = store_node(call, *given, host, kDisabled);
    const auto *node = std::get_if<Value>(&made);
    if (node == nullptr) return made;
    return change_node(call, node->text_of("id"), [&](Value &document) -> base::Result<void> {
      document["heartbeatTime"] = call.now;
      return {};
    });
  }
  if (known->integer_of("partnerId") == kNobodysPartner) return node_view(call, *known);
  const int64_t wanted = call.integer("serverNodeStatus");
  return change_node(call, known->text_of("id"), [&](Value &document) -> base::Result<void> {
    document["heartbeatTime"] = call.now;
    if (document.integer_of("status") == kNotOperational) document["status"] = wanted;
    return {};
  });
}

/// The address of an edge server behind its parents; nothing here is one.
ActionResult get_full_path(const Call &call) {
  const std::string host = call.text("hostName");
  const auto node = find_server_node(call, host);
  if (!node) return make_api_error(kNotFound, {host.substr(0, 64)});
  return not_carried_out(call, "this server has no edge servers");
}

// entryServerNode

/// An entry's node by its number: one that was registered, or one of this server's own.
std::variant<Value, ApiError> find_entry_node(const Call &call, const std::string &id) {
  for (const std::string &entry : call.parts.playable()) {
    for (Value &node : broadcast_of(call, entry).nodes) {
      if (node.text_of("id") == id && is_visible(call, node)) return std::move(node);
    }
  }
  return find_object(call, kind::kEntryServerNode, id, kNoObject);
}

ActionResult get_entry_node(const Call &call) {
  auto found = find_entry_node(call, call.text("id"));
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  return std::move(*std::get_if<Value>(&found));
}

/// Lists of one or a few entries, which is what is asked for; this server's own nodes are in no
/// table that could be listed.
ActionResult list_entry_nodes(const Call &call) {
  auto read = query_of(call, kind::kEntryServerNode, "KalturaEntryServerNodeFilter");
  if (auto *error = std::get_if<ApiError>(&read)) return std::move(*error);
  const ObjectQuery &query = *std::get_if<ObjectQuery>(&read);
  std::vector<std::string> entries;
  std::vector<int64_t> sides;
  for (const kaltura::Condition &condition : query.filter.conditions) {
    const bool is_choice =
        condition.op == kaltura::Operator::kEqual || condition.op == kaltura::Operator::kIn;
    for (const Value &value : condition.values) {
      if (is_choice && condition.field->name == "entryId") entries.push_back(*value.text());
      if (is_choice && condition.field->name == "serverType") sides.push_back(*value.integer());
    }
  }
  if (entries.empty()) {
    return make_api_error("PROPERTY_VALIDATION_CANNOT_BE_NULL",
                          {"KalturaEntryServerNodeFilter::entryIdEqual/"
                           "KalturaEntryServerNodeFilter::entryIdIn"});
  }
  Value::Array nodes;
  for (const std::string &entry : entries) {
    if (auto done = drop_expired(call, entry); !done) {
      return store_error(done.error(), "ENTRY_ID_NOT_FOUND", entry);
    }
    for (Value &node : broadcast_of(call, entry).nodes) {
      const bool is_wanted =
          sides.empty() ||
          std::find(sides.begin(), sides.end(), node.integer_of("serverType")) != sides.end();
      if (is_wanted && is_visible(call, node)) nodes.push_back(std::move(node));
    }
  }
  const auto total = static_cast<int64_t>(nodes.size());
  return list_of("KalturaEntryServerNodeListResponse", std::move(nodes), total);
}

ActionResult change_entry_node(const Call &call, const ObjectStore::Change &change) {
  const std::string id = call.text("id");
  auto found = find_object(call, kind::kEntryServerNode, id, kNoObject);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  auto updated = call.objects().update(kind::kEntryServerNode, id, [&](Value &node) {
    node["updatedAt"] = call.now;
    return change(node);
  });
  if (!updated) return store_error(updated.error(), kNoObject, id);
  return *std::move(updated);
}

ActionResult update_entry_node(const Call &call) {
  Value given = *call.object("entryServerNode");
  const Value *recordings = given.find("recordingInfo");
  if (recordings != nullptr && recordings->is_array() &&
      recordings->array()->size() > kMostRecordings) {
    return make_api_error("INVALID_PARAMETER_VALUE",
                          {"recordingInfo", "at most 20 recordings were needed"});
  }
  return change_entry_node(call, [&](Value &node) -> base::Result<void> {
    const Value *streams = given.find("streams");
    // Small changes of rates are not worth a write.
    if (streams != nullptr && !streams_differ(node["streams"], *streams)) given.erase("streams");
    for (const auto &[name, member] : *given.object()) {
      if (name != "objectType") node[name] = member;
    }
    return {};
  });
}

ActionResult update_status(const Call &call) {
  return change_entry_node(call, [&](Value &node) -> base::Result<void> {
    node["status"] = call.integer("status");
    return {};
  });
}

ActionResult validate_entry_node(const Call &call) {
  const std::string id = call.text("id");
  auto found = find_object(call, kind::kEntryServerNode, id, kNoObject);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  if (auto done = drop_expired(call, std::get_if<Value>(&found)->text_of("entryId")); !done) {
    return store_error(done.error(), kNoObject, id);
  }
  return Value();
}

constexpr Parameter kNodeId[] = {required(integer_field("serverNodeId"))};
constexpr Parameter kAddNode[] = {required(object_field("serverNode", kNode))};
constexpr Parameter kUpdateNode[] = {required(integer_field("serverNodeId")),
                                     required(object_field("serverNode", kNode))};
constexpr Parameter kListNodes[] = {optional(object_field("filter", "KalturaServerNodeFilter")),
                                    kPager};
constexpr Parameter kReport[] = {
    required(text_field("hostName").bounded(0, 256)),
    optional(object_field("serverNode", kNode)),
    optional(choice_field("serverNodeStatus", "KalturaServerNodeStatus"), "1"),
};
constexpr Parameter kFullPath[] = {
    required(text_field("hostName").bounded(0, 256)),
    optional(text_field("protocol").bounded(0, 16), "http"),
    optional(text_field("deliveryFormat").bounded(0, 64)),
    optional(text_field("deliveryType").bounded(0, 64)),
};
constexpr Parameter kId[] = {required(integer_field("id"))};
constexpr Parameter kListEntryNodes[] = {
    optional(object_field("filter", "KalturaEntryServerNodeFilter")), kPager};
constexpr Parameter kUpdateEntryNode[] = {required(integer_field("id")),
                                          required(object_field("entryServerNode", kEntryNode))};
constexpr Parameter kUpdateStatus[] = {
    required(integer_field("id")),
    required(choice_field("status", "KalturaEntryServerNodeStatus"))};

constexpr std::array kActions = {
    Action{"serverNode", "add", Allowed::kMediaServer, kAddNode, kNode, add_node},
    Action{"serverNode", "get", Allowed::kMediaServer, kNodeId, kNode, get_node},
    Action{"serverNode", "list", Allowed::kMediaServer, kListNodes, "KalturaServerNodeListResponse",
           list_nodes},
    Action{"serverNode", "update", Allowed::kMediaServer, kUpdateNode, kNode, update_node},
    Action{"serverNode", "delete", Allowed::kMediaServer, kNodeId, "", remove_node},
    Action{"serverNode", "enable", Allowed::kMediaServer, kNodeId, kNode, enable},
    Action{"serverNode", "disable", Allowed::kMediaServer, kNodeId, kNode, disable},
    Action{"serverNode", "markOffline", Allowed::kMediaServer, kNodeId, kNode, mark_offline},
    Action{"serverNode", "reportStatus", Allowed::kMediaServer, kReport, kNode, report_status},
    Action{"serverNode", "getFullPath", Allowed::kMediaServer, kFullPath, "string", get_full_path},
    Action{"entryServerNode", "get", Allowed::kMediaServer, kId, kEntryNode, get_entry_node},
    Action{"entryServerNode", "list", Allowed::kMediaServer, kListEntryNodes,
           "KalturaEntryServerNodeListResponse", list_entry_nodes},
    Action{"entryServerNode", "update", Allowed::kMediaServer, kUpdateEntryNode, kEntryNode,
           update_entry_node},
    Action{"entryServerNode", "updateStatus", Allowed::kMediaServer, kUpdateStatus, kEntryNode,
           update_status},
    Action{"entryServerNode", "validateRegisteredEntryServerNode", Allowed::kMediaServer, kId, "",
           validate_entry_node},
};

}  // namespace

std::span<const Action> server_node_actions() { return kActions; }

}  // namespace klive::app::api
