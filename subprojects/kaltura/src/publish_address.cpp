// SPDX-License-Identifier: LGPL-2.1-or-later
// PublishAddress: every spelling of a Kaltura publish address, as one value.
//
// What encoders send for the same address (seen on the wire; T is the token):
//
//   typed                          tcUrl         app              name      by
//   server h/kLive?e=E&t=T, key 1  rtmp://h/app  kLive?e=E&t=T    1         OBS, librtmp, rtmpsink
//   h/kLive?e=E&t=T/1              rtmp://h/app  kLive?e=E&t=T    1         ffmpeg, rtmp2sink
//   h/kLive/?e=E&t=T/1             rtmp://h/app  kLive/?e=E&t=T   1         ffmpeg, rtmp2sink
//   h/kLive/1?e=E&t=T              rtmp://h/app  kLive            1?e=E&t=T ffmpeg, rtmp2sink
//   h/kLive/?e=E&t=T               rtmp://h/app  kLive            ?e=E&t=T  ffmpeg
//   h/kLive/_definst_/?e=E&t=T/1   rtmp://h/app  kLive/_definst_  ?e=E&t=T/1 ffmpeg
//   h/kLive/e/E/t/T/1              rtmp://h/app  kLive/e          E/t/T/1   ffmpeg
//
// So app and name are read as one path with up to two queries:
// <app>[/_definst_][/key/value]…/<name>, and a '/' that is not escaped ends the value of a key:
// behind it is the name.
#include "kaltura/publish_address.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <vector>

#include "address_fields.h"
#include "percent.h"
#include "publish_host.h"

namespace klive::kaltura {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr size_t kMaxText = 2048;  // of each of the three texts
constexpr std::string_view kSuffixSeparator = "_";
constexpr std::string_view kUrl =
    "rtmp://HOST:1935/kLive?p=PARTNER&e=ENTRY&i=0&t=TOKEN with stream name/key 1";

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    auto [segment, rest] = split_at(path, '/');
    if (!segment.empty()) segments.push_back(segment);
    path = rest;
  }
  return segments;
}

bool is_key(std::string_view text) {
  return text == "p" || text == "e" || text == "i" || text == "t";
}

/// Collects what the three texts say, in the order they arrive.
class Collector {
 public:
  Result<void> take_host(std::string_view tc_url) {
    const PublishHost host = parse_publish_host(host_of(tc_url));
    host_side_ = host.side;
    return take_entry(host.entry, "the host name");
  }

  Result<void> take_query(std::string_view query) {
    while (!query.empty()) {
      auto [pair, rest] = split_at(query, '&');
      query = rest;
      auto [key, value] = split_at(pair, '=');
      if (!is_key(key)) continue;
      auto [plain, tail] = split_at(value, '/');
      if (auto taken = take_key(key[0], plain); !taken) return taken;
      tail = split_at(tail, '?').first;
      while (tail.ends_with('/')) tail.remove_suffix(1);
      if (!tail.empty()) query_name_ = tail;
    }
    return {};
  }

  /// The path behind the host, as far as it is known; `complete` once `publish` has come.
  Result<void> take_path(const std::vector<std::string_view> &path, bool complete) {
    size_t next = 1;
    if (next < path.size() && path[next] == "_definst_") ++next;
    for (; next + 1 < path.size() && is_key(path[next]); next += 2) {
      if (auto taken = take_key(path[next][0], path[next + 1]); !taken) return taken;
    }
    if (!complete) return {};
    for (; next < path.size(); ++next) {
      if (!name_.empty()) name_ += '/';
      name_ += path[next];
    }
    if (name_.empty()) name_ = query_name_;
    return {};
  }

  Result<void> take_entry(std::string_view entry, std::string_view from) {
    if (entry.empty()) return {};
    if (!entry_.empty() && entry_ != entry) {
      return refuse_two_entries(entry_from_, entry_, from, entry);
    }
    entry_ = entry;
    if (entry_from_.empty()) entry_from_ = from;
    return {};
  }

  [[nodiscard]] const std::string &entry() const { return entry_; }
  [[nodiscard]] const std::string &token() const { return token_; }
  [[nodiscard]] const std::string &name() const { return name_; }

  [[nodiscard]] PublishAddress address(std::string_view app) && {
    PublishAddress address;
    address.entry = std::move(entry_);
    address.side = side_ ? *side_ : host_side_.value_or(Side::kPrimary);
    address.token = std::move(token_);
    address.partner = partner_;
    address.app = app;
    return address;
  }

 private:
  Result<void> take_key(char key, std::string_view escaped) {
    const auto decoded = percent_decode(escaped, Plus::kIsPlus);
    if (!decoded) {
      return fail(ErrorCode::kInvalid, std::string("Invalid argument: the value of ") + key +
                                           "= has a '%' without two hexadecimal digits behind it. "
                                           "Write a percent sign as %25.");
    }
    switch (key) {
      case 'p':
        return take_partner(*decoded);
      case 'e':
        return take_entry_key(*decoded);
      case 'i':
        return take_index(*decoded);
      default:
        return take_token(*decoded);
    }
  }

  Result<void> take_partner(std::string_view text) {
    if (text.empty()) return {};
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
      return fail(ErrorCode::kInvalid,
                  "Invalid argument: partnerId. p= must be the number of the partner, p=101.");
    }
    partner_ = value;
    return {};
  }

  Result<void> take_entry_key(std::string_view text) {
    if (text.empty()) return {};
    const auto id = entry_id_of(text);
    if (!id) return refuse_entry("e");
    return take_entry(*id, "e=");
  }

  Result<void> take_index(std::string_view text) {
    if (text != "0" && text != "1") {
      return fail(
          ErrorCode::kInvalid,
          "Invalid argument: server index. i= must be 0 for the primary or 1 for the backup.");
    }
    side_ = text == "0" ? Side::kPrimary : Side::kBackup;
    return {};
  }

  Result<void> take_token(std::string_view text) {
    if (!is_token(text)) return refuse_token("t");
    if (!text.empty()) token_ = text;
    return {};
  }

  std::string entry_, entry_from_, token_, name_, query_name_;
  std::optional<Side> side_, host_side_;
  std::optional<int64_t> partner_;
};

/// The name as it may be repeated to the encoder: nothing that could hold the token.
std::string shown(std::string_view name, std::string_view token) {
  constexpr size_t kMaxShown = 40;
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-' || c == '%';
  });
  if (name.empty()) return "(empty)";
  if (!plain || name.size() > kMaxShown || name.find(token) != std::string_view::npos) return "…";
  return std::string(name);
}

/// "1", "<entry>_1", "<entry>" → "1".
Result<std::string> canonical_name(std::string_view name, std::string_view entry,
                                   std::string_view token) {
  std::string_view number = name;
  if (is_entry_id(name.substr(0, kEntrySize))) {
    const std::string_view own = name.substr(0, kEntrySize);
    const std::string_view rest = name.substr(kEntrySize);
    const bool names_an_entry = rest.empty() || rest.starts_with(kSuffixSeparator);
    if (names_an_entry && own != entry) {
      return fail(ErrorCode::kRefused, "Incorrect stream name/key " + shown(name, token) +
                                           ": it names another entry than the URL, " +
                                           std::string(entry) + ". Type 1 or " +
                                           std::string(entry) + "_1 instead.");
    }
    if (rest.empty()) return std::string("1");
    if (names_an_entry) number = rest.substr(1);
  }
  if (is_stream_number(number)) return std::string(number);

  std::string reason;
  if (number == "%i") reason = " (%i stands for a number)";
  if (number == "undefined") reason = " (the encoder had no stream name)";
  return fail(ErrorCode::kInvalid, "Incorrect stream name/key " + shown(name, token) + reason +
                                       ": type 1 or " + std::string(entry) +
                                       "_1 instead, 2, 3, … for further streams of the entry.");
}

struct Texts {
  std::string_view app_path, app_query;
  std::vector<std::string_view> path;  ///< of the app, behind the host
};

/// Host, tcUrl and app; what `connect` alone can say.
Result<Texts> take_connect(Collector &collector, std::string_view tc_url, std::string_view app) {
  if (tc_url.size() > kMaxText || app.size() > kMaxText) {
    return fail(ErrorCode::kTooLarge,
                "The URL is longer than 2048 characters. Type " + std::string(kUrl) + ".");
  }
  if (auto taken = collector.take_host(tc_url); !taken) return fail(taken.error());
  auto [tc_path, tc_query] = split_at(tc_url, '?');
  if (auto taken = collector.take_query(tc_query); !taken) return fail(taken.error());

  Texts texts;
  std::tie(texts.app_path, texts.app_query) = split_at(app, '?');
  if (texts.app_path.empty()) {  // an encoder that leaves the app to the tcUrl
    const size_t scheme = tc_path.find("://");
    if (scheme != std::string_view::npos) {
      texts.app_path = split_at(tc_path.substr(scheme + 3), '/').second;
    }
  }
  if (auto taken = collector.take_query(texts.app_query); !taken) return fail(taken.error());
  texts.path = segments_of(texts.app_path);
  if (texts.path.empty() || (texts.path[0] != "kLive" && texts.path[0] != "kLiveOTD")) {
    // The app is not repeated: it may be a token typed into the wrong place.
    return fail(ErrorCode::kRefused,
                "Unknown application: the server URL needs kLive (or kLiveOTD) behind the host. "
                "Type " +
                    std::string(kUrl) + ".");
  }
  return texts;
}

}  // namespace

std::string_view side_name(Side side) { return side == Side::kPrimary ? "primary" : "backup"; }

Result<PublishAddress> parse_connect(std::string_view tc_url, std::string_view app) {
  Collector collector;
  auto texts = take_connect(collector, tc_url, app);
  if (!texts) return fail(texts.error());
  if (auto taken = collector.take_path(texts->path, false); !taken) return fail(taken.error());
  return std::move(collector).address(texts->path[0]);
}

Result<PublishAddress> parse_publish(std::string_view tc_url, std::string_view app,
                                     std::string_view stream_name) {
  if (stream_name.size() > kMaxText) {
    return fail(ErrorCode::kTooLarge,
                "Incorrect stream name/key: it is longer than 2048 characters. Type 1 instead.");
  }
  Collector collector;
  auto texts = take_connect(collector, tc_url, app);
  if (!texts) return fail(texts.error());
  auto [name_path, name_query] = split_at(stream_name, '?');
  if (auto taken = collector.take_query(name_query); !taken) return fail(taken.error());
  auto path = texts->path;
  for (const auto segment : segments_of(name_path)) path.push_back(segment);
  if (auto taken = collector.take_path(path, true); !taken) return fail(taken.error());

  if (collector.token().empty()) {
    return fail(ErrorCode::kInvalid, "Missing argument: token. Put t=TOKEN into the server URL, " +
                                         std::string(kUrl) + ".");
  }
  if (collector.entry().empty()) {  // "<entry>_1" on a plain host
    const std::string name = collector.name();
    const std::string_view id = std::string_view(name).substr(0, kEntrySize);
    if (!is_entry_id(id) || (name.size() > kEntrySize && name[kEntrySize] != '_')) {
      return fail(
          ErrorCode::kInvalid,
          "Missing argument: entryId. Put e=ENTRY into the server URL, " + std::string(kUrl) + ".");
    }
    if (auto taken = collector.take_entry(id, "the stream name"); !taken) {
      return fail(taken.error());
    }
  }
  auto name = canonical_name(collector.name(), collector.entry(), collector.token());
  if (!name) return fail(name.error());
  PublishAddress address = std::move(collector).address(texts->path[0]);
  address.stream_name = *std::move(name);
  return address;
}

}  // namespace klive::kaltura
