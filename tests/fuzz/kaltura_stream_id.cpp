// SPDX-License-Identifier: LGPL-2.1-or-later
// SRT stream ids: as they come, and with the input as the passphrase of one.
#include <cstdlib>
#include <string>

#include "kaltura/srt_stream_id.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace klive::kaltura;
  const std::string text(reinterpret_cast<const char *>(data), size);
  const SrtPassKeys keys;
  const auto id = parse_srt_stream_id(text, keys);
  if (id) {
    if (!is_entry_id(id->entry) || id->token.empty() || id->stream_name.empty()) std::abort();
    if (!id->passphrase.empty() && (id->passphrase.size() < 10 || id->passphrase.size() > 79)) {
      std::abort();
    }
  }
  (void)redact(text);

  const std::string encrypted = encrypt_srt_pass(text, keys);
  const bool fits = text.size() < 240;
  if (fits && decrypt_srt_pass(encrypted, keys) != text) std::abort();
  const auto sealed = parse_srt_stream_id("#:::e=1_abcd1234,st=0,ep=" + encrypted, keys);
  if (sealed && sealed->passphrase != text) std::abort();
  return 0;
}
