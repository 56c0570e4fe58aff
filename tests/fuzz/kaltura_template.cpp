// SPDX-License-Identifier: LGPL-2.1-or-later
// Transcode templates of a foreign installation: the entry on a line of its own, then the XML.
#include <set>
#include <string_view>

#include "kaltura/transcode_plan.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace klive::kaltura;
  const std::string_view text(reinterpret_cast<const char *>(data), size);
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return 0;
  const auto plan = read_transcode_template(text.substr(end + 1), text.substr(0, end));
  if (!plan) return 0;
  std::set<uint32_t> flavors;
  for (const PlannedStream &stream : plan->streams) {
    if (stream.flavor == 0 || !flavors.insert(stream.flavor).second) __builtin_trap();
    if (stream.width < 0 || stream.video_bitrate < 0) __builtin_trap();
  }
  if (flavors.empty() || flavors.size() > kMostPlannedStreams) __builtin_trap();
  return 0;
}
