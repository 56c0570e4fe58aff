// SPDX-License-Identifier: LGPL-2.1-or-later
// HLS and LL-HLS playlists of a Presentation (RFC 8216, draft-pantos-hls-rfc8216bis-20).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "manifest/presentation.h"

namespace klive::manifest {

/// The multivariant playlist. URIs are relative: "<track>/index.m3u8". Empty optional: nothing is
/// playable yet.
[[nodiscard]] std::optional<std::string> render_master(const Presentation &presentation);

struct MediaPlaylistOptions {
  bool low_latency =
      false;  ///< parts, preload hint, rendition reports, SERVER-CONTROL with blocking reload
  bool skip = false;  ///< _HLS_skip=YES: a delta update
};
[[nodiscard]] std::optional<std::string> render_media_playlist(const Presentation &presentation,
                                                               std::string_view track,
                                                               const MediaPlaylistOptions &options);

/// Whether the window is long enough to be played HOLD-BACK behind its live edge. Not yet while a
/// broadcast begins: who plays whole segments from its first picture on stands still when the short
/// first segments are followed by one of full length; who plays parts does not.
[[nodiscard]] bool fills_hold_back(const Presentation &presentation);

/// Whether the window is long enough to be played HOLD-BACK behind its live edge. Not yet while a
/// broadcast begins: who plays whole segments from its first picture on stands still when the short
/// first segments are followed by one of full length; who plays parts does not.
[[nodiscard]] bool fills_hold_back(const Presentation &presentation);

/// `_HLS_msn`, `_HLS_part`, `_HLS_skip` of a request.
struct DeliveryDirectives {
  std::optional<uint64_t> msn, part;
  bool skip = false;
};
[[nodiscard]] base::Result<DeliveryDirectives> parse_directives(std::string_view query);

enum class ReloadAnswer { kNow, kWait, kTooFar };
/// Whether a request can be answered now, must be held, or asks too far ahead (answer 400).
[[nodiscard]] ReloadAnswer check_reload(const Presentation &presentation, std::string_view track,
                                        const DeliveryDirectives &directives);

}  // namespace klive::manifest
