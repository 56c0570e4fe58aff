// SPDX-License-Identifier: LGPL-2.1-or-later
// Reading stream-ids.
#include "stream_name.h"

#include <charconv>

namespace klive::segmenter {
namespace {

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size() && !text.empty();
  return whole ? std::optional(value) : std::nullopt;
}

/// Cuts the part before the next slash off.
std::string_view next_part(std::string_view &rest) {
  const auto slash = rest.find('/');
  const auto part = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  return part;
}

}  // namespace

StreamName parse_stream_id(std::string_view stream_id) {
  std::string_view rest = stream_id;
  const auto entry = next_part(rest);
  const auto side = next_part(rest);
  const auto flavor = number(next_part(rest));
  if (entry.empty() || !flavor || (side != "primary" && side != "backup")) return {};

  StreamName name{.flavor = *flavor, .backup = side == "backup", .ordinal = 0};
  const auto last = stream_id.substr(stream_id.rfind('/') + 1);
  if (!rest.empty() && last.find('_') != std::string_view::npos) {
    name.ordinal = number(last.substr(last.rfind('_') + 1)).value_or(0);
  }
  return name;
}

}  // namespace klive::segmenter
