// SPDX-License-Identifier: LGPL-2.1-or-later
// Answers of a foreign API: whatever comes is a value, an error with a code, or refused.
#include <string_view>

#include "kaltura/client.h"
#include "kaltura/media_server_address.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace klive::kaltura;
  const auto read = read_answer({reinterpret_cast<const char *>(data), size});
  if (!read) return 0;
  if (const auto *error = std::get_if<ApiError>(&*read); error && error->code.empty()) {
    __builtin_trap();
  }
  // A server node is such an answer: what it says goes into addresses.
  const auto *value = std::get_if<Value>(&*read);
  if (value == nullptr || !value->is_object()) return 0;
  for (const char *protocol : {"http", "https"}) {
    const auto address = playback_address(*value, protocol, "applehttp");
    if (address && address->host.find_first_of("/ \r\n\"<>@?#") != std::string::npos) {
      __builtin_trap();
    }
  }
  return 0;
}
