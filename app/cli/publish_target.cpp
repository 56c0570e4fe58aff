// SPDX-License-Identifier: LGPL-2.1-or-later
// No general URL parser: those put a query behind the path, RTMP has it in the middle.
#include "cli/publish_target.h"

#include "config/config_value.h"

namespace klive::app {
namespace {

constexpr uint16_t kRtmpPort = 1935;
constexpr uint16_t kRtmpsPort = 443;

base::Failure malformed(const char *what) {
  return base::fail(
      base::ErrorCode::kInvalid,
      std::string("a publish URL is rtmp://HOST[:PORT]/APPLICATION/STREAM; this one ") + what);
}

}  // namespace

base::Result<PublishTarget> parse_publish_url(std::string_view url) {
  PublishTarget target;
  if (url.starts_with("rtmp://")) {
    url.remove_prefix(7);
  } else if (url.starts_with("rtmps://")) {
    url.remove_prefix(8);
    target.is_secure = true;
  } else {
    return malformed("has another scheme");
  }
  target.port = target.is_secure ? kRtmpsPort : kRtmpPort;

  const size_t slash = url.find('/');
  if (slash == std::string_view::npos) return malformed("has no application");
  std::string_view authority = url.substr(0, slash);
  const std::string_view path = url.substr(slash + 1);

  // The colons of an IPv6 address stand in brackets; the port's stands behind them.
  const size_t bracket = authority.find(']');
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const auto port = parse_number(authority.substr(colon + 1), 1, 65535);
    if (!port) return malformed("has a bad port");
    target.port = static_cast<uint16_t>(*port);
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']'))
    authority = authority.substr(1, authority.size() - 2);
  if (authority.empty()) return malformed("has no host");
  target.host = authority;

  const size_t last = path.rfind('/');
  if (last == std::string_view::npos || last == 0) return malformed("has no application");
  target.application = path.substr(0, last);
  target.stream = path.substr(last + 1);
  if (target.stream.empty()) return malformed("has no stream name behind its last slash");
  return target;
}

}  // namespace klive::app
