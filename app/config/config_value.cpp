// SPDX-License-Identifier: LGPL-2.1-or-later
// Numbers with units, read strictly: nothing before, between or after.
#include "config/config_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "base/list_text.h"

namespace klive::app {
namespace {

struct Unit {
  std::string_view name;
  uint64_t factor;
};
// Largest first: writing takes the first that divides.
constexpr std::array<Unit, 4> kTimeUnits{
    {{"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}}};
constexpr std::array<Unit, 5> kSizeUnits{
    {{"T", 1ull << 40}, {"G", 1ull << 30}, {"M", 1ull << 20}, {"K", 1ull << 10}, {"", 1}}};

template <size_t N>
std::optional<uint64_t> parse_with_unit(std::string_view text, const std::array<Unit, N> &units) {
  uint64_t number = 0;
  const auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc()) return std::nullopt;
  const std::string_view suffix(rest, static_cast<size_t>(text.data() + text.size() - rest));
  if (number == 0 && suffix.empty()) return 0;
  for (const Unit &unit : units) {
    if (suffix != unit.name) continue;
    // Times are signed further on, so half the range is the bound for both.
    const uint64_t most = std::numeric_limits<int64_t>::max();
    if (number > most / unit.factor) return std::nullopt;
    return number * unit.factor;
  }
  return std::nullopt;
}

template <size_t N>
std::string format_with_unit(uint64_t value, const std::array<Unit, N> &units) {
  if (value == 0) return "0";
  for (const Unit &unit : units)
    if (value % unit.factor == 0) return std::to_string(value / unit.factor).append(unit.name);
  return std::to_string(value / units.back().factor).append(units.back().name);
}

}  // namespace

base::Result<base::MediaTime> parse_duration(std::string_view text) {
  if (const auto value = parse_with_unit(text, kTimeUnits))
    return base::MediaTime{static_cast<int64_t>(*value)};
  return base::fail(base::ErrorCode::kInvalid,
                    "\"" + std::string(text) + "\" is no duration; write 500ms, 6s, 10m or 2h");
}

std::string format_duration(base::MediaTime value) {
  return format_with_unit(static_cast<uint64_t>(value.ns), kTimeUnits);
}

base::Result<uint64_t> parse_size(std::string_view text) {
  if (const auto value = parse_with_unit(text, kSizeUnits)) return *value;
  return base::fail(base::ErrorCode::kInvalid,
                    "\"" + std::string(text) + "\" is no size; write 4096, 512M or 2G");
}

std::string format_size(uint64_t value) { return format_with_unit(value, kSizeUnits); }

base::Result<uint64_t> parse_number(std::string_view text, uint64_t least, uint64_t most) {
  uint64_t number = 0;
  const char *end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, number);
  if (problem == std::errc() && rest == end && number >= least && number <= most) return number;
  return base::fail(base::ErrorCode::kInvalid,
                    "\"" + std::string(text) + "\" is no whole number from " +
                        std::to_string(least) + " to " + std::to_string(most));
}

base::Result<Counts> parse_counts(std::string_view text) {
  Counts counts;
  for (const std::string_view item : base::split_list(text)) {
    const size_t colon = item.rfind(':');
    const auto name = item.substr(0, std::min(colon, item.size()));
    const auto number = colon == std::string_view::npos
                            ? base::Result<uint64_t>(base::fail(base::ErrorCode::kInvalid, ""))
                            : parse_number(item.substr(colon + 1), 1, 10'000'000);
    if (name.empty() || !number || counts.contains(std::string(name))) {
      return base::fail(base::ErrorCode::kInvalid,
                        "\"" + std::string(item) +
                            "\" is no name with a number of 1 to 10000000, "
                            "each name once; write webcast:5, lowlatency:2");
    }
    counts[std::string(name)] = static_cast<int64_t>(*number);
  }
  return counts;
}

std::string format_counts(const Counts &counts) {
  std::string text;
  for (const auto &[name, number] : counts) {
    text += (text.empty() ? "" : ",") + name + ":" + std::to_string(number);
  }
  return text;
}

}  // namespace klive::app
