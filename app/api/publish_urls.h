// SPDX-License-Identifier: LGPL-2.1-or-later
// The URLs that are handed out for an entry.
#pragma once

#include <string>
#include <string_view>

#include "api/api_server.h"
#include "kaltura/publish_address.h"

namespace klive::app::api {

/// Where an encoder publishes: on one machine all four keys in the query, with a broadcast domain
/// the entry and the side in the host. `request_host` counts when the settings name no host.
[[nodiscard]] std::string publish_url(const ApiSettings &settings, std::string_view request_host,
                                      int64_t partner, const Entry &entry, kaltura::Side side);

/// Where a player begins: Kaltura's playManifest, `format` is "applehttp" or "mpegdash".
[[nodiscard]] std::string play_manifest_url(std::string_view origin, const Entry &entry,
                                            std::string_view format);

}  // namespace klive::app::api
