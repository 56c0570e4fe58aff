// SPDX-License-Identifier: LGPL-2.1-or-later
// What a request path names. Nothing of the path itself reaches the file system: names are parsed
// here and built anew where a file is opened.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace klive::app::http {

enum class RouteKind {
  kUnknown,
  kMaster,
  kMediaPlaylist,
  kDash,
  kInit,
  kSegment,
  kFlavorPlaylist,  ///< the playlist of a flavor's picture or sound, whatever the track is called
  kTimeSegment,     ///< t-<start ticks>.m4s
  kChunk,
  kPlayManifest,
  kApi,
  kWatch,
  kEmbed,
  kConsole,
  kAsset,
  kHealth,
  kReady,
  kMetrics,
  kTime,
};

/// Plain value; which members mean something is told by `kind`.
struct Route {
  RouteKind kind = RouteKind::kUnknown;
  std::string entry;  ///< [0-9a-zA-Z_-]{1,64}
  std::string track;  ///< [a-z0-9-]{1,32}
  std::string asset;  ///< [0-9a-zA-Z._-]{1,64}, without a leading dot
  uint32_t number = 0, chunk = 0;
  int64_t time = 0;
  // Of a packager's address, whose last part is one of those of ours.
  std::optional<std::string> token;  ///< nothing: it is no packager's address; may be empty
  size_t signed_size = 0;            ///< of the path, signed by the token
  bool is_main = false;              ///< also what viewers are not shown
  bool is_audio = false;             ///< of kFlavorPlaylist
  std::optional<bool> is_backup;     ///< one side alone
  std::vector<uint32_t> flavors;     ///< empty = all
};

/// `path` as it was sent, still percent-encoded: no name of ours needs an escape, so an escaped
/// path names nothing.
[[nodiscard]] Route parse_route(std::string_view path);

/// The value of the label `kind` in metrics.
[[nodiscard]] const char *route_label(RouteKind kind);

}  // namespace klive::app::http
