// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the request headers that decide what of a body is sent (RFC 9110).
#include "http/header_values.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace klive::app::http {
namespace {

constexpr std::string_view kSpace = " \t";

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::optional<uint64_t> read_number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

// Calls `visit` with each trimmed element of a comma-separated list until it returns true.
template <typename Visit>
bool any_element(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    if (visit(trim(list.substr(0, comma)))) return true;
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return false;
}

}  // namespace

// 14.1.2: "bytes=" first "-" [last] | "bytes=-" suffix-length. Several ranges would be answered as
// multipart, which no player needs and which multiplies work, so the whole body is sent instead
// (14.2 allows that).
ByteRange parse_range(std::string_view header, uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (header.size() <= kUnit.size() || !equals_ignoring_case(header.substr(0, kUnit.size()), kUnit))
    return {};
  const std::string_view range = trim(header.substr(kUnit.size()));
  const size_t dash = range.find('-');
  if (range.find(',') != std::string_view::npos || dash == std::string_view::npos) return {};
  const std::string_view from = range.substr(0, dash), to = range.substr(dash + 1);
  const auto last = read_number(to);
  if (!to.empty() && !last) return {};

  if (from.empty()) {
    if (!last) return {};
    if (*last == 0 || size == 0) return {ByteRange::What::kUnsatisfiable, 0, 0};
    return {ByteRange::What::kPart, size - std::min(*last, size), size - 1};
  }
  const auto first = read_number(from);
  if (!first || (last && *last < *first)) return {};
  if (*first >= size) return {ByteRange::What::kUnsatisfiable, 0, 0};
  return {ByteRange::What::kPart, *first, last ? std::min(*last, size - 1) : size - 1};
}

bool accepts_gzip(std::string_view accept_encoding) {
  return any_element(accept_encoding, [](std::string_view element) {
    const size_t semicolon = element.find(';');
    if (!equals_ignoring_case(trim(element.substr(0, semicolon)), "gzip")) return false;
    if (semicolon == std::string_view::npos) return true;
    // "q=0", "q=0.000": not wanted (12.4.2). Any other weight is a yes.
    const std::string_view weight = trim(element.substr(semicolon + 1));
    if (weight.size() < 3 || lower(weight[0]) != 'q' || weight[1] != '=') return true;
    return weight.substr(2).find_first_not_of("0.") != std::string_view::npos;
  });
}

bool matches_etag(std::string_view if_none_match, std::string_view etag) {
  if (etag.empty()) return false;
  return any_element(if_none_match, [etag](std::string_view element) {
    if (element.starts_with("W/")) element.remove_prefix(2);
    return element == etag || element == "*";
  });
}

}  // namespace klive::app::http
