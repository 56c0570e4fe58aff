// SPDX-License-Identifier: LGPL-2.1-or-later
// Base64 in both alphabets (RFC 4648 sections 4 and 5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace klive::kaltura {

enum class Base64 { kStandard, kUrlSafe };  ///< "+/" or "-_"; padded either way

[[nodiscard]] std::string base64_encode(base::ByteView bytes, Base64 alphabet);
/// Takes both alphabets, with or without padding; nothing when any other character is there.
[[nodiscard]] std::optional<base::Bytes> base64_decode(std::string_view text);

}  // namespace klive::kaltura
