// SPDX-License-Identifier: LGPL-2.1-or-later
// A playManifest request: where a player begins.
//
//   /p/101/sp/10100/playManifest/entryId/1_abcd1234/protocol/https/format/applehttp/a.m3u8?ks=…
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kaltura/publish_address.h"

namespace klive::kaltura {

/// Why a request is refused: Kaltura's number and words. Plain value.
struct PlayError {
  int number = 0;
  std::string sentence;
};
enum class PlayErrorKind {
  kEntryNotFound = 1,
  kFlavorNotFound = 6,
  kInvalidKs = 7,
  kFormatNotAllowed = 18,
  kInvalidMaxBitrate = 19,
  kMissingParameter = 20,
  kEntryNotLive = 36,
  kInvalidMinBitrate = 49,
  kInvalidParameter = 50,
};
/// `parameter` is named by the kinds that speak of one.
[[nodiscard]] PlayError make_play_error(PlayErrorKind kind, std::string_view parameter = {});

/// Plain value.
struct PlayManifest {
  enum class Response { kRedirect, kJson, kJsonp };

  std::string entry;
  bool is_dash = false;
  bool is_https = false;                        ///< of what it leads to
  std::vector<uint32_t> flavors;                ///< empty = all
  int64_t least_bitrate = 0, most_bitrate = 0;  ///< kbit/s; 0 = any
  std::optional<Side> side;
  Response response = Response::kRedirect;
  std::string callback;  ///< of JSONP, as given
  std::string ks;
};

/// Keys and values in turn in the path, the file last; the query counts less than the path. What a
/// packager has no use for is passed over.
[[nodiscard]] std::variant<PlayManifest, PlayError> parse_play_manifest(std::string_view path,
                                                                        std::string_view query);
/// Whether the path is one of those.
[[nodiscard]] bool is_play_manifest(std::string_view path);

}  // namespace klive::kaltura
