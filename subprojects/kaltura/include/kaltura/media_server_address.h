// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a media server of an installation is played from: the host and port that its
// KalturaMediaServerNode names for a protocol and a format.
//
//   "mediaServerPlaybackDomainConfig": [{"key": "http", "value": "media-1.example.org"},
//                                       {"key": "https-mpegdash", "value": "cdn.example.org"}]
//   "mediaServerPortConfig":           [{"key": "http", "value": "8080"}]
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kaltura/value.h"

namespace klive::kaltura {

/// Plain value.
struct MediaServerAddress {
  std::string protocol;  ///< "http", "https"
  std::string
      host;  ///< with the port, when it is not the protocol's: what addresses are signed for
};

/// The node's host name where it configures nothing. When it is configured for the other protocol
/// alone, that one. Nothing when what it says is no host.
[[nodiscard]] std::optional<MediaServerAddress> playback_address(const Value &node,
                                                                 std::string_view protocol,
                                                                 std::string_view format);

/// Puts "https://host:port" into a node, for all formats. False: it is no such address.
[[nodiscard]] bool set_playback_address(Value &node, std::string_view origin);

}  // namespace klive::kaltura
