// SPDX-License-Identifier: LGPL-2.1-or-later
// The DASH manifest of a Presentation (ISO/IEC 23009-1, live profile; DASH-IF restricted timing
// model).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "manifest/presentation.h"

namespace klive::manifest {

struct DashOptions {
  std::string utc_timing_url = "/time";  ///< urn:mpeg:dash:utc:http-xsdate:2014, served by klive
  int64_t publish_time_ns = 0;           ///< Unix time of the change that this text shows
};
/// Media URLs are "<track>/t-$Time$.m4s": the number is found from the time. Empty optional:
/// nothing is playable yet.
[[nodiscard]] std::optional<std::string> render_dash(const Presentation &presentation,
                                                     const DashOptions &options);

/// "t-540000.m4s" → 540000. Strict.
[[nodiscard]] std::optional<int64_t> parse_time_name(std::string_view name);
/// The segment of a track that starts at `time` ticks, in the window.
[[nodiscard]] const Segment *find_segment_at(const Track &track, int64_t time);

}  // namespace klive::manifest
