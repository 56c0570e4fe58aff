// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of media files: made and, strictly, read.
#include <string>

#include "fields.h"
#include "manifest/dash.h"
#include "manifest/presentation.h"
#include "text.h"

namespace klive::manifest {
namespace {

// Takes a prefix or suffix off; tells whether it was there.
bool take_front(std::string_view &text, std::string_view front) {
  if (!text.starts_with(front)) return false;
  text.remove_prefix(front.size());
  return true;
}
bool take_back(std::string_view &text, std::string_view back) {
  if (!text.ends_with(back)) return false;
  text.remove_suffix(back.size());
  return true;
}
template <typename T>
std::optional<T> number(std::string_view text) {
  if (text.empty() || text.front() == '-') return {};
  return parse_number<T>(text);
}
// Eight digits at least; more only when the number needs them.
std::optional<uint32_t> padded_number(std::string_view text) {
  if (text.size() < 8 || text.size() > 10 || (text.size() > 8 && text.front() == '0')) return {};
  uint32_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return {};
  return value;
}

}  // namespace

std::string segment_name(uint32_t segment) {
  std::string name = "seg-";
  add_padded(name, segment, 8);
  return name += ".m4s";
}

std::string init_name(uint32_t init) {
  std::string name;
  add(name, "init-", init, ".mp4");
  return name;
}

std::string chunk_name(uint32_t segment, uint32_t chunk) {
  std::string name = "seg-";
  add_padded(name, segment, 8);
  add(name, ".", chunk, ".m4s");
  return name;
}

std::optional<MediaName> parse_media_name(std::string_view name) {
  if (take_front(name, "init-")) {
    if (!take_back(name, ".mp4")) return {};
    const auto init = number<uint32_t>(name);
    if (!init) return {};
    return MediaName{MediaName::What::kInit, *init, 0};
  }
  if (!take_front(name, "seg-") || !take_back(name, ".m4s")) return {};
  const size_t dot = name.find('.');
  const auto segment = padded_number(name.substr(0, dot));
  if (!segment) return {};
  if (dot == std::string_view::npos) return MediaName{MediaName::What::kSegment, *segment, 0};
  const auto chunk = number<uint32_t>(name.substr(dot + 1));
  if (!chunk) return {};
  return MediaName{MediaName::What::kChunk, *segment, *chunk};
}

std::optional<int64_t> parse_time_name(std::string_view name) {
  if (!take_front(name, "t-") || !take_back(name, ".m4s")) return {};
  return number<int64_t>(name);
}

}  // namespace klive::manifest
