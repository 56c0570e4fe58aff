// SPDX-License-Identifier: LGPL-2.1-or-later
// The address of a live packager, which Kaltura's playManifest sends players to, and its token.
//
//   [/dc-0 | /env/<node>] /live/<hls|dash> /p/101 /e/1_abcd1234
//       /sd/6000 /tl/<main|viewer> /st/<0|1> /ll/1 /container/fmp4 /type/<admin|user>
//       /t/<token> /master[-s<flavor>…].m3u8 | manifest[-s<flavor>…].mpd |
//       index-s<flavor>[-v|-a].m3u8
//                  | <track>/<file>
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaltura/publish_address.h"

namespace klive::kaltura {

/// Plain value.
struct PackagerUrl {
  bool is_dash = false;
  int64_t partner = 0;
  std::string entry;
  int64_t segment_duration = 0;  ///< ms; 0 = not said
  bool is_main = false;          ///< all of it, as editors see it, and not what viewers were shown
  std::optional<Side> side;      ///< nothing = both
  bool is_low_latency = false;
  std::string token;              ///< empty = none
  std::vector<uint32_t> flavors;  ///< empty = all
  std::string file;               ///< "master.m3u8", "index.m3u8": what it is without the flavors
  bool is_audio = false;          ///< "-a" of an index
  std::optional<std::string> track;  ///< of a file that is in a track's folder
  size_t signed_size = 0;            ///< so many bytes of the path, up to "t/", does the token sign
};

/// Nothing when the path is no such address. Escapes are in none of them: an escaped path is none.
[[nodiscard]] std::optional<PackagerUrl> parse_packager_path(std::string_view path);

/// The path up to where "t/" follows.
[[nodiscard]] std::string packager_folder(const PackagerUrl &url);
/// "master-s32-s33.m3u8", "manifest.mpd".
[[nodiscard]] std::string packager_file(const PackagerUrl &url);
/// The token of "host:port" and folder: url-safe base64 of the MD5 of the secret, a space, and
/// both.
[[nodiscard]] std::string packager_token(std::string_view secret, std::string_view host,
                                         std::string_view folder);

}  // namespace klive::kaltura
