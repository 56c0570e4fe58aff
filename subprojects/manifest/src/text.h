// SPDX-License-Identifier: LGPL-2.1-or-later
// Appends numbers, times and dates to a text; no streams, no locale, no allocation of its own.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/media_time.h"

namespace klive::manifest {

inline void add(std::string &out, std::string_view text) { out += text; }
template <std::integral T>
void add(std::string &out, T value) {
  char digits[24];
  const auto result = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, result.ptr);
}
/// Seconds with one to six decimals: "6.0", "1.002667".
inline void add(std::string &out, base::MediaTime time) {
  int64_t us = (time.ns + (time.ns < 0 ? -500 : 500)) / 1000;
  if (us < 0) {
    out += '-';
    us = -us;
  }
  add(out, us / 1'000'000);
  char decimals[7] = {'.'};
  int64_t rest = us % 1'000'000;
  for (int i = 6; i > 0; --i, rest /= 10) decimals[i] = static_cast<char>('0' + rest % 10);
  size_t size = 7;
  while (size > 2 && decimals[size - 1] == '0') --size;
  out.append(decimals, size);
}
template <typename First, typename Second, typename... Rest>
void add(std::string &out, const First &first, const Second &second, const Rest &...rest) {
  add(out, first);
  add(out, second);
  if constexpr (sizeof...(rest) > 0) (add(out, rest), ...);
}

/// `value` with leading zeros up to `width` digits.
void add_padded(std::string &out, uint64_t value, int width);
/// ISO 8601 in UTC with milliseconds: "2026-11-20T10:45:21.250Z".
void add_date(std::string &out, int64_t unix_ns);

}  // namespace klive::manifest
