// SPDX-License-Identifier: LGPL-2.1-or-later
// A playManifest request.
#include "kaltura/play_manifest.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "percent.h"

namespace klive::kaltura {
namespace {

constexpr size_t kMaxEntry = 64, kMaxFlavors = 64;
constexpr int64_t kMaxBitrate = 1'000'000;  // kbit/s

using Keys = std::map<std::string, std::string, std::less<>>;

// Kaltura's short names.
struct Alias {
  std::string_view name, brief;
};
constexpr std::array kAliases = {
    Alias{"entryId", "e"},     Alias{"format", "f"},       Alias{"flavorIds", "fs"},
    Alias{"maxBitrate", "mb"}, Alias{"minBitrate", "mib"}, Alias{"flavorParamIds", "fps"},
    Alias{"protocol", "pt"},
};

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kMaxEntry &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '_' || c == '-';
         });
}

std::string_view value_of(const Keys &keys, std::string_view name) {
  for (const Alias &alias : kAliases) {
    if (alias.name != name) continue;
    if (const auto brief = keys.find(alias.brief); brief != keys.end()) return brief->second;
  }
  const auto found = keys.find(name);
  return found == keys.end() ? std::string_view() : found->second;
}

void add_query(std::string_view query, Keys &keys) {
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const size_t equals = std::min(pair.find('='), pair.size());
    auto key = percent_decode(pair.substr(0, equals), Plus::kIsSpace);
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), Plus::kIsSpace);
    if (key && value) keys[*std::move(key)] = *std::move(value);
  }
}

void add_path(std::string_view path, Keys &keys) {
  path.remove_prefix(
      std::min(path.find("/playManifest/") + sizeof "/playManifest/" - 1, path.size()));
  for (;;) {
    const size_t key_end = path.find('/');
    if (key_end == std::string_view::npos) return;  // the file's name
    const size_t value_end = std::min(path.find('/', key_end + 1), path.size());
    auto key = percent_decode(path.substr(0, key_end), Plus::kIsPlus);
    auto value = percent_decode(path.substr(key_end + 1, value_end - key_end - 1), Plus::kIsPlus);
    if (key && value) keys[*std::move(key)] = *std::move(value);
    if (value_end == path.size()) return;
    path.remove_prefix(value_end + 1);
  }
}

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
  return is_whole ? std::optional(number) : std::nullopt;
}

/// "32,33", or ids of live assets, which end with the flavor: "1_abcd1234_32". False: something
/// else.
bool read_flavors(std::string_view csv, std::vector<uint32_t> &flavors) {
  while (!csv.empty()) {
    const size_t end = std::min(csv.find(','), csv.size());
    std::string_view one = csv.substr(0, end);
    csv.remove_prefix(std::min(end + 1, csv.size()));
    if (one.empty()) continue;
    if (const size_t line = one.rfind('_'); line != std::string_view::npos) {
      one.remove_prefix(line + 1);
    }
    const auto flavor = number_of<uint32_t>(one);
    if (!flavor || flavors.size() == kMaxFlavors) return false;
    flavors.push_back(*flavor);
  }
  return true;
}

std::optional<PlayError> read_bitrates(const Keys &keys, PlayManifest &request) {
  const auto read = [&](std::string_view name, int64_t &to) {
    const std::string_view text = value_of(keys, name);
    if (text.empty()) return true;
    const auto number = number_of<int64_t>(text);
    to = number.value_or(0);
    return number && *number >= 0 && *number <= kMaxBitrate;
  };
  if (!read("maxBitrate", request.most_bitrate)) {
    return make_play_error(PlayErrorKind::kInvalidMaxBitrate);
  }
  if (!read("minBitrate", request.least_bitrate)) {
    return make_play_error(PlayErrorKind::kInvalidMinBitrate);
  }
  return std::nullopt;
}

std::optional<PlayError> read_side(const Keys &keys, PlayManifest &request) {
  const std::string_view type = value_of(keys, "streamType");
  if (type.empty()) return std::nullopt;
  if (type != "0" && type != "1") {
    return make_play_error(PlayErrorKind::kInvalidParameter, "streamType");
  }
  request.side = type == "0" ? Side::kPrimary : Side::kBackup;
  return std::nullopt;
}

PlayManifest::Response response_of(std::string_view format) {
  if (format == "jsonp") return PlayManifest::Response::kJsonp;
  return format == "json" ? PlayManifest::Response::kJson : PlayManifest::Response::kRedirect;
}

}  // namespace

PlayError make_play_error(PlayErrorKind kind, std::string_view parameter) {
  const auto with = [&](std::string sentence) {
    return PlayError{static_cast<int>(kind), std::move(sentence)};
  };
  const std::string name(parameter);
  switch (kind) {
    case PlayErrorKind::kEntryNotFound:
      return with("requested entry not found");
    case PlayErrorKind::kFlavorNotFound:
      return with("requested flavor was not found");
    case PlayErrorKind::kInvalidKs:
      return with("ks is not valid");
    case PlayErrorKind::kFormatNotAllowed:
      return with("Delivery method not allowed");
    case PlayErrorKind::kInvalidMaxBitrate:
      return with("max bitrate is not valid");
    case PlayErrorKind::kMissingParameter:
      return with("Request parameter [" + name + "] is missing");
    case PlayErrorKind::kEntryNotLive:
      return with("The given entry is not broadcasting");
    case PlayErrorKind::kInvalidMinBitrate:
      return with("min bitrate is not valid");
    case PlayErrorKind::kInvalidParameter:
      return with("Request parameter [" + name + "] is invalid");
  }
  return with("");
}

bool is_play_manifest(std::string_view path) {
  if (!path.starts_with("/p/")) return false;
  path.remove_prefix(3);
  const auto skip_number = [&path] {
    size_t digits = 0;
    while (digits < path.size() && path[digits] >= '0' && path[digits] <= '9') ++digits;
    path.remove_prefix(digits);
    return digits > 0;
  };
  if (!skip_number()) return false;
  if (path.starts_with("/sp/")) {
    path.remove_prefix(4);
    if (!skip_number()) return false;
  }
  return path.starts_with("/playManifest/");
}

std::variant<PlayManifest, PlayError> parse_play_manifest(std::string_view path,
                                                          std::string_view query) {
  Keys keys;
  add_query(query, keys);
  add_path(path, keys);
  PlayManifest request;
  request.entry = value_of(keys, "entryId");
  if (request.entry.empty()) {
    return make_play_error(PlayErrorKind::kMissingParameter, "entryId");
  }
  if (!is_word(request.entry)) return make_play_error(PlayErrorKind::kEntryNotFound);
  const std::string_view format = value_of(keys, "format");
  request.is_dash = format == "mpegdash";
  if (!request.is_dash && !format.empty() && format != "applehttp" && format != "hls") {
    return make_play_error(PlayErrorKind::kFormatNotAllowed);
  }
  request.is_https = value_of(keys, "protocol") == "https";
  for (const char *name : {"flavorIds", "flavorParamIds", "flavorId"}) {
    if (!read_flavors(value_of(keys, name), request.flavors)) {
      return make_play_error(PlayErrorKind::kFlavorNotFound);
    }
  }
  if (auto error = read_bitrates(keys, request)) return *std::move(error);
  if (auto error = read_side(keys, request)) return *std::move(error);
  request.response = response_of(value_of(keys, "responseFormat"));
  request.callback = value_of(keys, "callback");
  request.ks = value_of(keys, "ks");
  return request;
}

}  // namespace klive::kaltura
