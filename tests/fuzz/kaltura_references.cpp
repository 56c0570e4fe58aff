// SPDX-License-Identifier: LGPL-2.1-or-later
// References of a multirequest: the results as JSON on the first line, then the parameters.
#include <string_view>

#include "kaltura/request.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace klive::kaltura;
  const std::string_view text(reinterpret_cast<const char *>(data), size);
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return 0;
  const auto results = read_json(text.substr(0, end));
  auto parameters = read_json(text.substr(end + 1));
  if (!results || !results->is_array() || !parameters) return 0;
  (void)resolve_references(*parameters, *results->array());
  return 0;
}
