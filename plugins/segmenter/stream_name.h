// SPDX-License-Identifier: LGPL-2.1-or-later
// What a stream-id says about a track: "<entry>/<side>/<flavor>/…/<kind>_<ordinal>".
#pragma once

#include <optional>
#include <string_view>

namespace klive::segmenter {

struct StreamName {
  unsigned flavor = 0;
  bool backup = false;
  /// The track's number among those of its kind in the flavor; nothing in foreign stream-ids.
  std::optional<unsigned> ordinal;
};

/// Any other stream-id is flavor 0 of the primary side.
[[nodiscard]] StreamName parse_stream_id(std::string_view stream_id);

}  // namespace klive::segmenter
