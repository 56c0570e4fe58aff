// SPDX-License-Identifier: LGPL-2.1-or-later
// Base64 in both alphabets (RFC 4648 sections 4 and 5).
#include "base64.h"

#include <algorithm>

namespace klive::kaltura {
namespace {

int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

}  // namespace

std::string base64_encode(base::ByteView bytes, Base64 alphabet) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const auto letter = [&](uint32_t six) {
    if (six < kLetters.size()) return kLetters[six];
    if (six == 62) return alphabet == Base64::kStandard ? '+' : '-';
    return alphabet == Base64::kStandard ? '/' : '_';
  };
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < count ? bytes[i + k] : 0u);
    for (size_t k = 0; k < 4; ++k) {
      out.push_back(k <= count ? letter(bits >> (18 - 6 * k) & 63) : '=');
    }
  }
  return out;
}

std::optional<base::Bytes> base64_decode(std::string_view text) {
  for (int pads = 0; pads < 2 && text.ends_with('='); ++pads) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  base::Bytes out;
  out.reserve(text.size() * 3 / 4);
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = value_of(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<uint32_t>(value)) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<uint8_t>(bits >> count));
    }
  }
  return out;
}

}  // namespace klive::kaltura
