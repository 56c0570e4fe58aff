// SPDX-License-Identifier: LGPL-2.1-or-later
// The broadcast of an entry as Kaltura sees it: one entry server node for each side on each media
// server, those of this server and those that others registered.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/actions.h"
#include "backend/showing.h"
#include "kaltura/value.h"

namespace klive::app::api {

// Kaltura's EntryServerNodeStatus.
inline constexpr int64_t kNodeStopped = 0, kNodePlayable = 1, kNodeBroadcasting = 2,
                         kNodeAuthenticated = 3;
// Kaltura's RecordingStatus.
inline constexpr int64_t kRecordingActive = 2;

inline constexpr int64_t kOwnServerNode = 1;
/// A registration that is not renewed for so long is over (seconds).
inline constexpr int64_t kRegistrationTime = 120;

/// Plain value.
struct Broadcast {
  std::vector<kaltura::Value> nodes;  ///< KalturaLiveEntryServerNode

  /// The best of the nodes: playable before broadcasting before authenticated.
  [[nodiscard]] int64_t status() const;
  /// Of one side: 0 primary, 1 backup.
  [[nodiscard]] int64_t status_of(int64_t side) const;
  [[nodiscard]] int64_t since() const;  ///< Unix seconds; 0 when off air
  [[nodiscard]] int64_t primary_server_node() const;
  [[nodiscard]] bool is_playable() const { return status() == kNodePlayable; }
  /// On media servers alone.
  [[nodiscard]] bool is_elsewhere() const;
};

[[nodiscard]] Broadcast broadcast_of(const Call &call, const std::string &entry);
[[nodiscard]] Broadcast broadcast_of(const Call &call, const Entry &entry);
/// Whether the caller may see a preview of it, which is for editors alone.
[[nodiscard]] bool may_preview(const Caller &caller, const Entry &entry);
/// Whether the caller may watch it now.
[[nodiscard]] bool may_watch(const Call &call, const Entry &entry);

}  // namespace klive::app::api
