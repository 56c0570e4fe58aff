// SPDX-License-Identifier: LGPL-2.1-or-later
// What names and numbers of events may look like. Everything that ends up in a path, a playlist or
// an XML attribute has passed here.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "manifest/presentation.h"

namespace klive::manifest {

/// The whole text as a number: no sign in front of zero or unsigned, no leading zeros, no rest.
template <std::integral T>
[[nodiscard]] std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return {};
  const std::string_view digits = text.substr(text.front() == '-' ? 1 : 0);
  if (digits.front() == '0' && text.size() > 1) return {};
  return value;
}

/// Track names, [a-z0-9-]{1,32}.
[[nodiscard]] bool is_track_name(std::string_view name);

/// Checks ranges and spellings of one event by itself, so that no later arithmetic can overflow.
[[nodiscard]] base::Result<void> check_event(const Event &event);

}  // namespace klive::manifest
