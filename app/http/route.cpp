// SPDX-License-Identifier: LGPL-2.1-or-later
// What a request path names.
//
//   /live/<entry>/master.m3u8 | manifest.mpd
//   /live/<entry>/<track>/index.m3u8 | init-N.mp4 | seg-NNNNNNNN.m4s | seg-NNNNNNNN.K.m4s | t-T.m4s
//   /live/hls/p/<partner>/e/<entry>/[key/value/…]t/<token>/ and any of the above behind the entry
//   /p/<partner>/sp/<partner>00/playManifest/[key/value/…]<file>
//   /watch/<entry> | /embed/<entry> | /assets/<name> | / | /api_v3… | /healthz | /readyz | /metrics
#include "http/route.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "kaltura/packager_url.h"
#include "kaltura/play_manifest.h"
#include "manifest/dash.h"
#include "manifest/presentation.h"

namespace klive::app::http {
namespace {

constexpr size_t kMaxPath = 512;
constexpr size_t kMaxEntry = 64, kMaxTrack = 32, kMaxAsset = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

template <typename Allowed>
bool is_made_of(std::string_view text, size_t most, Allowed allowed) {
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), allowed);
}
bool is_entry(std::string_view text) {
  return is_made_of(text, kMaxEntry,
                    [](char c) { return is_digit(c) || is_letter(c) || c == '_' || c == '-'; });
}
bool is_track(std::string_view text) {
  return is_made_of(text, kMaxTrack, [](char c) { return is_digit(c) || is_lower(c) || c == '-'; });
}
bool is_asset(std::string_view text) {
  return is_made_of(text, kMaxAsset,
                    [](char c) {
                      return is_digit(c) || is_letter(c) || c == '_' || c == '-' || c == '.';
                    }) &&
         text.front() != '.';
}

// "/a/b/" gives "a", "b", "".
std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  path.remove_prefix(1);
  for (;;) {
    const size_t slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

void parse_track_file(std::string_view name, Route &route) {
  if (name == "index.m3u8") {
    route.kind = RouteKind::kMediaPlaylist;
    return;
  }
  if (const auto time = manifest::parse_time_name(name)) {
    route.kind = RouteKind::kTimeSegment;
    route.time = *time;
    return;
  }
  const auto media = manifest::parse_media_name(name);
  if (!media) return;
  route.number = media->number;
  route.chunk = media->chunk;
  switch (media->what) {
    case manifest::MediaName::What::kInit:
      route.kind = RouteKind::kInit;
      break;
    case manifest::MediaName::What::kSegment:
      route.kind = RouteKind::kSegment;
      break;
    case manifest::MediaName::What::kChunk:
      route.kind = RouteKind::kChunk;
      break;
  }
}

void parse_live(const std::vector<std::string_view> &parts, Route &route) {
  if (parts.size() < 3 || parts.size() > 4 || !is_entry(parts[1])) return;
  route.entry = parts[1];
  if (parts.size() == 3) {
    if (parts[2] == "master.m3u8") route.kind = RouteKind::kMaster;
    if (parts[2] == "manifest.mpd") route.kind = RouteKind::kDash;
    return;
  }
  if (!is_track(parts[2])) return;
  route.track = parts[2];
  parse_track_file(parts[3], route);
}

// The same things under the address of a packager (section 9.3 of the Kaltura notes).
void parse_packager(const kaltura::PackagerUrl &url, Route &route) {
  route.entry = url.entry;
  route.token = url.token;
  route.signed_size = url.signed_size;
  route.is_main = url.is_main;
  route.is_audio = url.is_audio;
  if (url.side) route.is_backup = *url.side == kaltura::Side::kBackup;
  route.flavors = url.flavors;
  if (url.track) {
    if (!is_track(*url.track)) return;
    route.track = *url.track;
    parse_track_file(url.file, route);
  } else if (url.file == "master.m3u8") {
    route.kind = RouteKind::kMaster;
  } else if (url.file == "manifest.mpd") {
    route.kind = RouteKind::kDash;
  } else {
    route.kind = RouteKind::kFlavorPlaylist;
  }
}

RouteKind fixed_kind(std::string_view path) {
  if (path == "/") return RouteKind::kConsole;
  if (path == "/healthz") return RouteKind::kHealth;
  if (path == "/readyz") return RouteKind::kReady;
  if (path == "/metrics") return RouteKind::kMetrics;
  if (path == "/time") return RouteKind::kTime;
  return RouteKind::kUnknown;
}

}  // namespace

Route parse_route(std::string_view path) {
  Route route;
  // The API reads its own path, which may carry parameters of any length that a request line has.
  if (path == "/api_v3" || path.starts_with("/api_v3/") || path == "/api" ||
      path.starts_with("/api/")) {
    route.kind = RouteKind::kApi;
    return route;
  }
  // So does playManifest.
  if (kaltura::is_play_manifest(path)) {
    route.kind = RouteKind::kPlayManifest;
    return route;
  }
  if (path.empty() || path.front() != '/' || path.size() > kMaxPath) return route;
  route.kind = fixed_kind(path);
  if (route.kind != RouteKind::kUnknown) return route;

  const auto parts = split(path);
  if (const auto packager = kaltura::parse_packager_path(path)) {
    parse_packager(*packager, route);
  } else if (parts[0] == "live") {
    parse_live(parts, route);
  } else if (parts.size() == 2 && parts[0] == "assets" && is_asset(parts[1])) {
    route.kind = RouteKind::kAsset;
    route.asset = parts[1];
  } else if (parts.size() == 2 && is_entry(parts[1])) {
    route.entry = parts[1];
    if (parts[0] == "watch") route.kind = RouteKind::kWatch;
    if (parts[0] == "embed") route.kind = RouteKind::kEmbed;
  }
  return route;
}

const char *route_label(RouteKind kind) {
  switch (kind) {
    case RouteKind::kUnknown:
      return "unknown";
    case RouteKind::kMaster:
      return "master";
    case RouteKind::kMediaPlaylist:
    case RouteKind::kFlavorPlaylist:
      return "playlist";
    case RouteKind::kDash:
      return "dash";
    case RouteKind::kInit:
      return "init";
    case RouteKind::kSegment:
    case RouteKind::kTimeSegment:
      return "segment";
    case RouteKind::kChunk:
      return "chunk";
    case RouteKind::kPlayManifest:
      return "playmanifest";
    case RouteKind::kApi:
      return "api";
    case RouteKind::kWatch:
    case RouteKind::kEmbed:
    case RouteKind::kConsole:
      return "page";
    case RouteKind::kAsset:
      return "asset";
    case RouteKind::kHealth:
    case RouteKind::kReady:
      return "health";
    case RouteKind::kMetrics:
      return "metrics";
    case RouteKind::kTime:
      return "time";
  }
  return "unknown";
}

}  // namespace klive::app::http
