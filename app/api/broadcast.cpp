// SPDX-License-Identifier: LGPL-2.1-or-later
// The broadcast of an entry as Kaltura sees it.
#include "api/broadcast.h"

#include <algorithm>

namespace klive::app::api {
namespace {

using kaltura::Value;

constexpr int64_t kMaxNodes = 100;

/// A number of its own for each side of each entry on this server, beyond those of the database.
int64_t own_node_id(const std::string &entry, int64_t side) {
  uint32_t hash = 2166136261u;  // FNV-1a
  for (const char c : entry + (side == 0 ? "/0" : "/1")) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  }
  return (int64_t{1} << 32) + hash;
}

Value own_node(const std::string &entry, int64_t partner, int64_t side, const LiveSide &live,
               bool is_playable) {
  Value node = Value::of_type("KalturaLiveEntryServerNode");
  node["id"] = own_node_id(entry, side);
  node["entryId"] = entry;
  node["serverNodeId"] = kOwnServerNode;
  node["partnerId"] = partner;
  node["createdAt"] = live.since;
  node["updatedAt"] = live.since;
  node["status"] = is_playable ? kNodePlayable : kNodeBroadcasting;
  node["serverType"] = side;
  node["streams"] = live.streams;
  node["isPlayableUser"] = true;
  return node;
}

/// 0 is off air; of the others the smaller is the better.
int64_t better(int64_t a, int64_t b) {
  if (a == kNodeStopped || b == kNodeStopped) return std::max(a, b);
  return std::min(a, b);
}

}  // namespace

int64_t Broadcast::status() const {
  int64_t best = kNodeStopped;
  for (const Value &node : nodes) best = better(best, node.integer_of("status"));
  return best;
}

int64_t Broadcast::status_of(int64_t side) const {
  int64_t best = kNodeStopped;
  for (const Value &node : nodes) {
    if (node.integer_of("serverType") == side) best = better(best, node.integer_of("status"));
  }
  return best;
}

int64_t Broadcast::since() const {
  int64_t since = 0;
  for (const Value &node : nodes) {
    const int64_t created = node.integer_of("createdAt");
    since = since == 0 ? created : std::min(since, created);
  }
  return since;
}

bool Broadcast::is_elsewhere() const {
  return is_playable() && std::none_of(nodes.begin(), nodes.end(), [](const Value &node) {
           return node.integer_of("serverNodeId") == kOwnServerNode;
         });
}

int64_t Broadcast::primary_server_node() const {
  for (const Value &node : nodes) {
    if (node.integer_of("serverType") == 0) return node.integer_of("serverNodeId");
  }
  return 0;
}

namespace {

Broadcast broadcast_of(const Call &call, const std::string &entry, int64_t partner) {
  Broadcast broadcast;
  const LiveInfo live = call.parts.live(entry);
  for (size_t side = 0; side < live.sides.size(); ++side) {
    // What is still to be seen after the encoder went is played from the primary.
    const bool is_there = live.sides[side].is_publishing ||
                          (live.is_playable && side == 0 && !live.sides[1].is_publishing);
    if (!is_there) continue;
    broadcast.nodes.push_back(
        own_node(entry, partner, static_cast<int64_t>(side), live.sides[side], live.is_playable));
  }
  ObjectQuery query{.kind = kind::kEntryServerNode, .limit = kMaxNodes};
  query.filter.conditions.push_back(
      kaltura::is_equal("KalturaLiveEntryServerNode", "entryId", entry));
  auto registered = call.objects().list(query);
  if (!registered) return broadcast;
  for (Value &node : registered->objects) {
    if (node.integer_of("seenAt") + kRegistrationTime <= call.now) continue;
    broadcast.nodes.push_back(std::move(node));
  }
  return broadcast;
}

}  // namespace

Broadcast broadcast_of(const Call &call, const std::string &entry) {
  const auto stored = call.entries().get(entry);
  return broadcast_of(call, entry, stored ? stored->partner : kNobodysPartner);
}

Broadcast broadcast_of(const Call &call, const Entry &entry) {
  return broadcast_of(call, entry.id, entry.partner);
}

bool may_preview(const Caller &caller, const Entry &entry) {
  if (!caller.sees(entry.partner)) return false;
  if (caller.is_admin() && !caller.is_media_server) return true;
  const bool is_known = caller.is_media_server || caller.may_edit(entry);
  return is_known && !caller.has_privilege("restrictexplicitliveview");
}

bool may_watch(const Call &call, const Entry &entry) {
  if (entry.more.integer_of("explicitLive") != 1) return true;
  if (entry.more.integer_of("viewMode", kViewPreview) == kViewAllowAll) return true;
  return may_preview(call.caller, entry);
}

}  // namespace klive::app::api
