// SPDX-License-Identifier: LGPL-2.1-or-later
// Media servers, and what they have registered of entries.
#include "api/server_nodes.h"

#include <glib.h>

#include "api/broadcast.h"
#include "api/log.h"
#include "backend/broadcast_times.h"

namespace klive::app::api {
namespace {

using kaltura::Value;

constexpr int64_t kActive = 1, kMostNodes = 500;
constexpr const char *kNodeType = "KalturaLiveClusterMediaServerNode";
constexpr const char *kEntryNodeType = "KalturaLiveEntryServerNode";

base::Result<std::vector<Value>> nodes_of(const Call &call, const std::string &entry) {
  ObjectQuery query{.kind = kind::kEntryServerNode, .limit = kMostNodes};
  query.filter.conditions.push_back(kaltura::is_equal(kEntryNodeType, "entryId", entry));
  auto page = call.objects().list(query);
  if (!page) return base::fail(std::move(page).error());
  return std::move(page->objects);
}

bool is_same(const Value &node, const Registration &registration) {
  return node.integer_of("serverNodeId") == registration.server_node &&
         node.integer_of("serverType") == registration.side;
}

}  // namespace

void store_own_server_node(ObjectStore &objects) {
  Value node = Value::of_type(kNodeType);
  node["id"] = kOwnServerNode;
  node["partnerId"] = kNobodysPartner;
  node["name"] = g_get_host_name();
  node["systemName"] = "klive";
  node["hostName"] = g_get_host_name();
  node["status"] = kActive;
  node["type"] = "liveCluster.LIVE_CLUSTER_MEDIA_SERVER";
  node["dc"] = 0;
  if (auto done = objects.replace_shipped({{kind::kServerNode, {node}}}); !done) {
    GST_ERROR("%s", done.error().message.c_str());
  }
}

std::optional<Value> find_server_node(const Call &call, const std::string &host) {
  ObjectQuery query{.kind = kind::kServerNode, .limit = 1};
  if (!call.caller.sees_all && !call.caller.is_media_server) {
    query.partners = {call.caller.partner, kNobodysPartner};
  }
  query.filter.conditions.push_back(kaltura::is_equal(kNodeType, "hostName", host));
  auto page = call.objects().list(query);
  if (!page || page->objects.empty()) return std::nullopt;
  return std::move(page->objects.front());
}

base::Result<Value> register_node(const Call &call, const Registration &registration,
                                  int64_t status) {
  const auto nodes = nodes_of(call, registration.entry);
  if (!nodes) return base::fail(nodes.error());
  for (const Value &node : *nodes) {
    if (!is_same(node, registration)) continue;
    return call.objects().update(kind::kEntryServerNode, node.text_of("id"),
                                 [&](Value &document) -> base::Result<void> {
                                   document["status"] = status;
                                   document["seenAt"] = call.now;
                                   document["updatedAt"] = call.now;
                                   return {};
                                 });
  }
  Value node = Value::of_type(kEntryNodeType);
  node["entryId"] = registration.entry;
  node["partnerId"] = registration.partner;
  node["serverNodeId"] = registration.server_node;
  node["serverType"] = registration.side;
  node["status"] = status;
  node["createdAt"] = call.now;
  node["updatedAt"] = call.now;
  node["seenAt"] = call.now;
  node["isPlayableUser"] = true;
  return call.objects().add_numbered(kind::kEntryServerNode, std::move(node));
}

base::Result<bool> unregister_node(const Call &call, const Registration &registration) {
  const auto nodes = nodes_of(call, registration.entry);
  if (!nodes) return base::fail(nodes.error());
  for (const Value &node : *nodes) {
    if (!is_same(node, registration)) continue;
    if (auto done = call.objects().remove(kind::kEntryServerNode, node.text_of("id")); !done) {
      return base::fail(std::move(done).error());
    }
    return true;
  }
  return false;
}

base::Result<void> drop_expired(const Call &call, const std::string &entry) {
  const auto nodes = nodes_of(call, entry);
  if (!nodes) return base::fail(nodes.error());
  for (const Value &node : *nodes) {
    if (node.integer_of("seenAt") + kRegistrationTime > call.now) continue;
    if (auto done = call.objects().remove(kind::kEntryServerNode, node.text_of("id")); !done) {
      return done;
    }
    const bool was_playable = node.integer_of("status") == kNodePlayable;
    if (was_playable && !broadcast_of(call, entry).is_playable()) note_playable(call, entry, true);
  }
  return {};
}

void note_playable(const Call &call, const std::string &entry, bool was_playable) {
  auto done = was_playable ? note_broadcast_ended(call.entries(), entry, call.now)
                           : note_broadcast_began(call.entries(), entry, call.now);
  if (!done) GST_ERROR_ID(entry.c_str(), "%s", done.error().message.c_str());
}

}  // namespace klive::app::api
