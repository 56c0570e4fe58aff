// SPDX-License-Identifier: LGPL-2.1-or-later
// Lines of segments.log: read, applied, rendered, written again.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "manifest/dash.h"
#include "manifest/hls.h"
#include "manifest/presentation.h"

using namespace klive::manifest;

namespace {

// The checksum made right, so that the fields behind it are reached.
std::string with_checksum(std::string_view line) {
  const std::string_view front = line.substr(0, line.rfind(" crc="));
  uint32_t crc = ~0u;
  for (const char c : front) {
    crc ^= static_cast<uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? 0xedb88320u ^ (crc >> 1) : crc >> 1;
  }
  char hex[9];
  std::snprintf(hex, sizeof hex, "%08x", ~crc);
  return std::string(front) + " crc=" + hex;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view text(reinterpret_cast<const char *>(data), size);
  Presentation presentation;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    (void)read_event(text.substr(0, end)).has_value();
    auto event = read_event(with_checksum(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!event) continue;
    auto again = read_event(write_event(*event));
    if (!again || !(*again == *event)) std::abort();
    (void)presentation.apply(*event).has_value();
  }
  (void)render_master(presentation);
  (void)render_dash(presentation, {});
  for (const auto &[name, track] : presentation.tracks) {
    (void)render_media_playlist(presentation, name, {.low_latency = true, .skip = true});
    (void)render_media_playlist(presentation, name, {});
    (void)check_reload(presentation, name, {presentation.next_segment, 0, false});
  }
  Presentation copy;
  for (const Event &event : snapshot(presentation)) {
    if (!copy.apply(event)) std::abort();
  }
  if (copy.next_segment != presentation.next_segment) std::abort();
  return 0;
}
