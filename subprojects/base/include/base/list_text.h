// SPDX-License-Identifier: LGPL-2.1-or-later
// Lists written as text: "a, b,c".
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace klive::base {

/// The items, without the spaces around them; empty ones are left out. They borrow from `text`.
[[nodiscard]] inline std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> items;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    std::string_view item = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (!item.empty()) items.push_back(item);
  }
  return items;
}

/// Whether an item of the list is exactly this.
[[nodiscard]] inline bool list_has(std::string_view text, std::string_view item) {
  const auto items = split_list(text);
  return std::find(items.begin(), items.end(), item) != items.end();
}

}  // namespace klive::base
