// SPDX-License-Identifier: LGPL-2.1-or-later
// The address of a live packager and its token.
#include "kaltura/packager_url.h"

#include <nettle/md5.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base64.h"

namespace klive::kaltura {
namespace {

constexpr size_t kMaxPath = 512, kMaxEntry = 64, kMaxFlavors = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}
bool is_word(std::string_view text, size_t most) {
  return !text.empty() && text.size() <= most &&
         std::all_of(text.begin(), text.end(), is_word_char);
}

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && is_digit(text.front()) ? std::optional(number) : std::nullopt;
}

/// Takes parts of a path off its front.
class Path {
 public:
  explicit Path(std::string_view path) : all_(path) {}

  /// The next part, which may be the last.
  [[nodiscard]] std::string_view next() const {
    const std::string_view left = all_.substr(at_);
    return left.substr(0, left.find('/'));
  }
  void skip() { at_ = std::min(at_ + next().size() + 1, all_.size()); }
  [[nodiscard]] bool take(std::string_view part) {
    if (next() != part || is_last()) return false;
    skip();
    return true;
  }
  [[nodiscard]] bool is_last() const { return at_ + next().size() >= all_.size(); }
  [[nodiscard]] size_t at() const { return at_; }
  [[nodiscard]] std::string_view left() const { return all_.substr(at_); }

 private:
  std::string_view all_;
  size_t at_ = 1;  // behind the first slash
};

/// What the value of a key means; false: nothing that there is.
bool take_pair(std::string_view key, std::string_view value, PackagerUrl &url) {
  if (key == "sd") {
    const auto duration = number_of<int64_t>(value);
    url.segment_duration = duration.value_or(0);
    return duration.has_value();
  }
  if (key == "tl" || key == "type") {
    url.is_main = value == (key == "tl" ? "main" : "admin");
    return url.is_main || value == (key == "tl" ? "viewer" : "user");
  }
  if (key == "st") {
    if (value != "0" && value != "1") return false;
    url.side = value == "0" ? Side::kPrimary : Side::kBackup;
    return true;
  }
  if (key == "ll") {
    url.is_low_latency = value == "1";
    return value == "0" || value == "1";
  }
  if (key == "container") return value == "fmp4" || value == "mpegts";
  return false;
}

constexpr std::array<std::string_view, 6> kKeys = {"sd", "tl", "type", "st", "ll", "container"};

/// "master-s32-s33.m3u8" and the like.
bool take_file(std::string_view name, PackagerUrl &url) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view ending = name.substr(dot);
  std::string_view stem = name.substr(0, dot);
  const std::string_view prefix = stem.substr(0, stem.find('-'));
  stem.remove_prefix(prefix.size());
  while (stem.starts_with("-s")) {
    stem.remove_prefix(2);
    const size_t end = std::min(stem.find('-'), stem.size());
    if (end == 0) return false;
    const auto flavor = number_of<uint32_t>(stem.substr(0, end));
    if (!flavor || url.flavors.size() == kMaxFlavors) return false;
    url.flavors.push_back(*flavor);
    stem.remove_prefix(end);
  }
  url.file = std::string(prefix) + std::string(ending);
  if (url.file == "master.m3u8" || url.file == "manifest.mpd") return stem.empty();
  if (url.file != "index.m3u8" || url.flavors.size() != 1) return false;
  url.is_audio = stem == "-a";
  return stem.empty() || stem == "-v" || stem == "-a";
}

bool take_head(Path &path, PackagerUrl &url) {
  if (path.next().starts_with("dc-") && number_of<uint32_t>(path.next().substr(3))) {
    path.skip();
  } else if (path.take("env")) {
    if (!is_word(path.next(), kMaxEntry)) return false;
    path.skip();
  }
  if (!path.take("live")) return false;
  url.is_dash = path.next() == "dash";
  if (!url.is_dash && path.next() != "hls") return false;
  path.skip();
  if (!path.take("p")) return false;
  const auto partner = path.next().empty() ? std::nullopt : number_of<int64_t>(path.next());
  if (!partner) return false;
  url.partner = *partner;
  path.skip();
  if (!path.take("e") || !is_word(path.next(), kMaxEntry)) return false;
  url.entry = path.next();
  path.skip();
  return true;
}

}  // namespace

std::optional<PackagerUrl> parse_packager_path(std::string_view whole) {
  if (whole.size() > kMaxPath || !whole.starts_with('/')) return std::nullopt;
  Path path(whole);
  PackagerUrl url;
  if (!take_head(path, url)) return std::nullopt;
  while (std::find(kKeys.begin(), kKeys.end(), path.next()) != kKeys.end()) {
    const std::string_view key = path.next();
    path.skip();
    const std::string_view value = path.next();
    if (value.empty() || path.is_last() || !take_pair(key, value, url)) return std::nullopt;
    path.skip();
  }
  url.signed_size = path.at();
  if (path.take("t")) {
    if (!is_word(path.next(), kMaxEntry) || path.is_last()) return std::nullopt;
    url.token = path.next();
    path.skip();
  }
  if (path.is_last()) {
    if (!take_file(path.next(), url)) return std::nullopt;
    return url;
  }
  url.track = path.next();
  path.skip();
  url.file = path.left();
  if (!path.is_last() || url.file.empty()) return std::nullopt;
  return url;
}

std::string packager_folder(const PackagerUrl &url) {
  std::string folder = url.is_dash ? "/live/dash/p/" : "/live/hls/p/";
  folder += std::to_string(url.partner) + "/e/" + url.entry + "/";
  if (url.segment_duration > 0) folder += "sd/" + std::to_string(url.segment_duration) + "/";
  folder += url.is_main ? "tl/main/" : "tl/viewer/";
  if (url.side) folder += *url.side == Side::kPrimary ? "st/0/" : "st/1/";
  if (url.is_low_latency) folder += "ll/1/";
  return folder;
}

std::string packager_file(const PackagerUrl &url) {
  std::string file = url.is_dash ? "manifest" : "master";
  for (const uint32_t flavor : url.flavors) file += "-s" + std::to_string(flavor);
  return file + (url.is_dash ? ".mpd" : ".m3u8");
}

std::string packager_token(std::string_view secret, std::string_view host,
                           std::string_view folder) {
  // A hash of this form can be extended by who knows one, with bytes that no address of ours has.
  md5_ctx context;
  md5_init(&context);
  for (const std::string_view part : {secret, std::string_view(" "), host, folder}) {
    md5_update(&context, part.size(), reinterpret_cast<const uint8_t *>(part.data()));
  }
  base::Bytes digest(MD5_DIGEST_SIZE);
  md5_digest(&context, digest.size(), digest.data());
  std::string token = base64_encode(digest, Base64::kUrlSafe);
  while (token.ends_with('=')) token.pop_back();
  return token;
}

}  // namespace klive::kaltura
