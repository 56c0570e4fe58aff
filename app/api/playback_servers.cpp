// SPDX-License-Identifier: LGPL-2.1-or-later
// Which media servers an entry can be played from.
#include "api/playback_servers.h"

#include <algorithm>
#include <utility>

#include "api/broadcast.h"

namespace klive::app::api {
namespace {

using kaltura::Value;

constexpr int64_t kMostNodes = 100;

bool is_playable(const Value &node, int64_t now) {
  return node.integer_of("status") == kNodePlayable && node.integer_of("isPlayableUser", 1) != 0 &&
         node.integer_of("seenAt") + kRegistrationTime > now;
}

}  // namespace

std::vector<PlaybackServer> playback_servers(ObjectStore &objects, const std::string &entry,
                                             int64_t now) {
  ObjectQuery query{.kind = kind::kEntryServerNode, .limit = kMostNodes};
  query.filter.conditions.push_back(
      {kaltura::find_field(*kaltura::find_type("KalturaLiveEntryServerNode"), "entryId"),
       kaltura::Operator::kEqual,
       {entry}});
  std::vector<PlaybackServer> servers;
  auto registered = objects.list(query);
  if (!registered) return servers;
  for (Value &node : registered->objects) {
    if (!is_playable(node, now)) continue;
    auto server = objects.get(kind::kServerNode, node.text_of("serverNodeId"));
    if (!server) continue;
    const bool is_backup = node.integer_of("serverType") == 1;
    servers.push_back({.server_node = *std::move(server),
                       .side = is_backup ? kaltura::Side::kBackup : kaltura::Side::kPrimary,
                       .streams = node["streams"].is_array() ? node["streams"] : Value::Array()});
  }
  std::stable_sort(
      servers.begin(), servers.end(),
      [](const PlaybackServer &a, const PlaybackServer &b) { return a.side < b.side; });
  return servers;
}

}  // namespace klive::app::api
