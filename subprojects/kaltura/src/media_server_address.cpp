// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a media server of an installation is played from.
#include "kaltura/media_server_address.h"

#include <algorithm>
#include <charconv>

namespace klive::kaltura {
namespace {

constexpr const char *kDomains = "mediaServerPlaybackDomainConfig";
constexpr const char *kPorts = "mediaServerPortConfig";
constexpr size_t kLongestHost = 255;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A name, or an address in brackets; never a port.
bool is_host(std::string_view host) {
  const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (is_bracketed) host = host.substr(1, host.size() - 2);
  return !host.empty() && host.size() <= kLongestHost &&
         std::all_of(host.begin(), host.end(), [is_bracketed](char c) {
           return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_' ||
                  (is_bracketed && c == ':');
         });
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0 && port < 65536;
}

std::optional<std::string> value_of(const Value &node, const char *list, std::string_view key) {
  const Value *pairs = node.find(list);
  if (pairs == nullptr || !pairs->is_array()) return std::nullopt;
  for (const Value &pair : *pairs->array()) {
    if (pair.text_of("key") == key) return pair.text_of("value");
  }
  return std::nullopt;
}

std::optional<std::string> configured(const Value &node, const char *list,
                                      std::string_view protocol, std::string_view format) {
  auto found = value_of(node, list, std::string(protocol) + "-" + std::string(format));
  return found ? found : value_of(node, list, protocol);
}

bool is_configured(const Value &node, std::string_view protocol, std::string_view format) {
  return configured(node, kDomains, protocol, format) || configured(node, kPorts, protocol, format);
}

Value pairs_of(std::string_view key, std::string_view value) {
  Value pair = Value::of_type("KalturaKeyValue");
  pair["key"] = key;
  pair["value"] = value;
  Value pairs = Value::Array();
  pairs.push(std::move(pair));
  return pairs;
}

}  // namespace

std::optional<MediaServerAddress> playback_address(const Value &node, std::string_view protocol,
                                                   std::string_view format) {
  const std::string_view other = protocol == "https" ? "http" : "https";
  if (!is_configured(node, protocol, format) && is_configured(node, other, format))
    protocol = other;
  MediaServerAddress address;
  address.protocol = protocol;
  address.host = configured(node, kDomains, protocol, format).value_or(node.text_of("hostName"));
  if (!is_host(address.host)) return std::nullopt;
  const std::string port = configured(node, kPorts, protocol, format).value_or("");
  const bool is_usual = port.empty() || port == (protocol == "https" ? "443" : "80");
  if (is_usual) return address;
  if (!is_port(port)) return std::nullopt;
  address.host += ":" + port;
  return address;
}

bool set_playback_address(Value &node, std::string_view origin) {
  const size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view protocol = origin.substr(0, scheme);
  if (protocol != "http" && protocol != "https") return false;
  std::string_view host = origin.substr(scheme + 3);
  std::string_view port = protocol == "https" ? "443" : "80";
  const size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  if (!is_host(host) || !is_port(port)) return false;
  node[kDomains] = pairs_of(protocol, host);
  node[kPorts] = pairs_of(protocol, port);
  return true;
}

}  // namespace klive::kaltura
