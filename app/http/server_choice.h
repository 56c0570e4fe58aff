// SPDX-License-Identifier: LGPL-2.1-or-later
// ServerChoice: the media server that a player is sent to for an entry that this server does not
// have on air itself (sections 5.1 and 9.3 of the Kaltura notes).
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/api_server.h"
#include "kaltura/packager_url.h"
#include "kaltura/play_manifest.h"

namespace klive::app::http {

/// Plain value.
struct ServerChoice {
  std::string protocol, host;  ///< "https", "media-1.example.org:8443"
  kaltura::PackagerUrl url;    ///< without its token
};

/// `may_sign`: the secret of the packager's addresses is known to the media servers too, so that a
/// preview can be opened by its address.
[[nodiscard]] std::variant<ServerChoice, kaltura::PlayError> choose_server(
    const kaltura::PlayManifest &request, const Viewing &viewing, bool may_sign);

/// The bit rate of a flavor. Plain value.
struct RatedFlavor {
  int64_t rate = 0;  ///< bit/s
  uint32_t flavor = 0;
};
/// The flavors in the rates that a request wishes, in order; when there is none, the one that comes
/// nearest: a player wants something.
[[nodiscard]] std::vector<uint32_t> flavors_in(std::vector<RatedFlavor> all,
                                               const kaltura::PlayManifest &request);

}  // namespace klive::app::http
