// SPDX-License-Identifier: LGPL-2.1-or-later
// JSON text: what is taken is written as text that is taken again and means the same.
#include <string_view>

#include "kaltura/live_profile.h"
#include "kaltura/value.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace klive::kaltura;
  const std::string_view text(reinterpret_cast<const char *>(data), size);
  (void)read_live_profiles(text, {});
  const auto value = read_json(text);
  if (!value) return 0;
  const auto again = read_json(write_json(*value));
  if (!again || !(*again == *value)) __builtin_trap();
  return 0;
}
