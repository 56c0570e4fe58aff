// SPDX-License-Identifier: LGPL-2.1-or-later
// The URLs that are handed out for an entry.
#include "api/publish_urls.h"

#include <glib.h>

#include <algorithm>
#include <memory>

namespace klive::app::api {
namespace {

// The Host header is the caller's: what is no host name goes into no URL.
bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
    return g_ascii_isalnum(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' ||
           c == ']';
  });
}

std::string bracketed(std::string_view host) {
  const bool is_bare_ipv6 = host.find(':') != std::string_view::npos && !host.starts_with('[');
  return is_bare_ipv6 ? "[" + std::string(host) + "]" : std::string(host);
}

std::string escaped(const std::string &text) {
  const std::unique_ptr<char, decltype(&g_free)> out(
      g_uri_escape_string(text.c_str(), nullptr, FALSE), &g_free);
  return out.get();
}

}  // namespace

std::string publish_url(const ApiSettings &settings, std::string_view request_host, int64_t partner,
                        const Entry &entry, kaltura::Side side) {
  const bool is_primary = side == kaltura::Side::kPrimary;
  const std::string port = ":" + std::to_string(settings.rtmp_port);
  if (!settings.broadcast_domain.empty()) {
    return "rtmp://" + entry.id + (is_primary ? ".p." : ".b.") + settings.broadcast_domain + port +
           "/kLive?t=" + escaped(entry.token);
  }
  std::string host = "127.0.0.1";
  if (!settings.rtmp_host.empty()) {
    host = bracketed(settings.rtmp_host);
  } else if (is_host(request_host)) {
    host = bracketed(request_host);
  }
  return "rtmp://" + host + port + "/kLive?p=" + std::to_string(partner) + "&e=" + entry.id +
         "&i=" + (is_primary ? "0" : "1") + "&t=" + escaped(entry.token);
}

std::string play_manifest_url(std::string_view origin, const Entry &entry,
                              std::string_view format) {
  const std::string partner = std::to_string(entry.partner);
  const std::string_view protocol = origin.starts_with("https") ? "https" : "http";
  return std::string(origin) + "/p/" + partner + "/sp/" + partner + "00/playManifest/entryId/" +
         entry.id + "/protocol/" + std::string(protocol) + "/format/" + std::string(format) +
         (format == "mpegdash" ? "/manifest.mpd" : "/a.m3u8");
}

}  // namespace klive::app::api
