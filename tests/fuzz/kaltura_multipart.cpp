// SPDX-License-Identifier: LGPL-2.1-or-later
// Multipart bodies: the content type on a line of its own, then the body.
#include <string_view>

#include "kaltura/multipart.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view text(reinterpret_cast<const char *>(data), size);
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return 0;
  const std::string_view body = text.substr(end + 1);
  const auto parts = klive::kaltura::parse_multipart(text.substr(0, end), body);
  if (!parts) return 0;
  for (const auto &part : *parts) {
    const bool is_inside = part.content.empty() ||
                           (part.content.data() >= body.data() &&
                            part.content.data() + part.content.size() <= body.data() + body.size());
    if (!is_inside || part.name.empty()) __builtin_trap();
  }
  return 0;
}
