// SPDX-License-Identifier: LGPL-2.1-or-later
// Session strings: as they come, and with the input as the signed content of one.
#include <cstdlib>
#include <string>

#include "kaltura/ks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace klive::kaltura;
  const std::string text(reinterpret_cast<const char *>(data), size);
  constexpr char kSecret[] = "0123456789abcdef0123456789abcdef";
  (void)read_ks(text, kSecret, 0);
  (void)peek_ks_partner(text);

  // Behind the signature: fields that only a holder of the secret can write still have to be read
  // safely.
  const klive::base::Bytes random(16, 7);
  const Ks ks{.partner = 101, .expiry = 10, .user = text, .privileges = text};
  const auto v2 = read_ks(make_ks_v2(ks, kSecret, random), kSecret, 0);
  if (v2 && text.find('\0') == std::string::npos && v2->user != text) std::abort();
  (void)read_ks(make_ks_v1(ks, kSecret, text), kSecret, 0);
  return 0;
}
