// SPDX-License-Identifier: LGPL-2.1-or-later
// Media servers, and what they have registered of entries.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "api/actions.h"
#include "kaltura/value.h"

namespace klive::app::api {

/// Puts this server among the server nodes, with number kOwnServerNode.
void store_own_server_node(ObjectStore &objects);

/// The media server of that host which the caller may speak for; nothing when there is none.
[[nodiscard]] std::optional<kaltura::Value> find_server_node(const Call &call,
                                                             const std::string &host);

/// Which entry is on which side of which server.
struct Registration {
  std::string entry;
  int64_t partner = 0;  ///< of the entry
  int64_t server_node = 0;
  int64_t side = 0;
};
/// Makes or renews an entry server node.
[[nodiscard]] base::Result<kaltura::Value> register_node(const Call &call,
                                                         const Registration &registration,
                                                         int64_t status);
/// False when there was none.
[[nodiscard]] base::Result<bool> unregister_node(const Call &call,
                                                 const Registration &registration);
/// Forgets what was not renewed in time.
[[nodiscard]] base::Result<void> drop_expired(const Call &call, const std::string &entry);

/// What the entry remembers when the last playable node goes, or a playable one comes.
void note_playable(const Call &call, const std::string &entry, bool was_playable);

}  // namespace klive::app::api
