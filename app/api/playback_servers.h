// SPDX-License-Identifier: LGPL-2.1-or-later
// Which media servers an entry can be played from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/object_store.h"
#include "kaltura/publish_address.h"
#include "kaltura/value.h"

namespace klive::app {

/// One side of an entry on a media server of its own. Plain value.
struct PlaybackServer {
  kaltura::Value server_node;  ///< KalturaMediaServerNode
  kaltura::Side side = kaltura::Side::kPrimary;
  kaltura::Value streams = kaltura::Value::Array();  ///< KalturaLiveStreamParams; may be empty
};

namespace api {

/// Those that registered the entry as playable, in the order in which they are to be tried: the
/// primary side first. This server itself is none of them. `now` in Unix seconds.
[[nodiscard]] std::vector<PlaybackServer> playback_servers(ObjectStore &objects,
                                                           const std::string &entry, int64_t now);

}  // namespace api
}  // namespace klive::app
