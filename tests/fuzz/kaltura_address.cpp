// SPDX-License-Identifier: LGPL-2.1-or-later
// Publish addresses: tcUrl, app and stream name, one a line.
#include <cstdlib>
#include <string_view>

#include "kaltura/publish_address.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace klive::kaltura;
  std::string_view text(reinterpret_cast<const char *>(data), size);
  std::string_view parts[3];
  for (auto &part : parts) {
    const size_t end = text.find('\n');
    part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  const auto connected = parse_connect(parts[0], parts[1]);
  const auto address = parse_publish(parts[0], parts[1], parts[2]);
  if (address) {
    // Whatever is accepted is whole, and was not refused a step earlier.
    if (!connected || !is_entry_id(address->entry) || address->token.empty()) std::abort();
    if (address->stream_name.empty() || address->stream_name[0] == '0') std::abort();
  }
  for (const auto part : parts) (void)redact(part);
  return 0;
}
