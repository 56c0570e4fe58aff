// SPDX-License-Identifier: LGPL-2.1-or-later
// The encrypted SRT passphrase ("ep=") of Kaltura's stream ids, which is also taken as a token.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace klive::kaltura {

/// Shared by a platform and its media servers. What is shorter than 32 and 16 bytes is filled up
/// with zeros, what is longer is cut.
struct SrtPassKeys {
  std::string key = "klive";
  std::string iv;
};

/// AES-256-CBC with PKCS#7 padding, base64url without its padding.
[[nodiscard]] std::string encrypt_srt_pass(std::string_view pass, const SrtPassKeys &keys);
/// Nothing when it was not made with these keys.
[[nodiscard]] std::optional<std::string> decrypt_srt_pass(std::string_view encrypted,
                                                          const SrtPassKeys &keys);

}  // namespace klive::kaltura
