// SPDX-License-Identifier: LGPL-2.1-or-later
// Publish addresses without their secrets, for logs.
#include <algorithm>
#include <array>

#include "kaltura/publish_address.h"

namespace klive::kaltura {
namespace {

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Whether a key may begin at `at`: at the beginning, behind punctuation or behind an escape.
bool begins_key(std::string_view text, size_t at) {
  if (at == 0 || !is_word(text[at - 1])) return true;
  return at >= 3 && text[at - 3] == '%' && is_hex(text[at - 2]) && is_hex(text[at - 1]);
}

/// The partner's p= stands behind '?' or '&', the token's (SRT) behind ',' or ':'.
bool is_partner(std::string_view text, size_t at) {
  return at == 0 || text[at - 1] == '?' || text[at - 1] == '&';
}

/// The size of a secret's key and its '=' at `at`; 0 when there is none.
size_t secret_key_at(std::string_view text, size_t at) {
  constexpr std::array<std::string_view, 6> kKeys = {"t", "p", "ep", "token", "passphrase", "ks"};
  if (!begins_key(text, at)) return 0;
  for (const auto key : kKeys) {
    if (text.substr(at, key.size()) != key) continue;
    if (key == "p" && is_partner(text, at)) continue;
    const std::string_view rest = text.substr(at + key.size());
    if (rest.starts_with('=')) return key.size() + 1;
    if (rest.starts_with("%3D") || rest.starts_with("%3d")) return key.size() + 3;
    if (key == "t" && at > 0 && text[at - 1] == '/' && rest.starts_with('/')) return 2;  // "/t/T"
  }
  return 0;
}

}  // namespace

std::string redact(std::string_view url) {
  std::string out;
  size_t at = 0;
  while (at < url.size()) {
    const size_t key = secret_key_at(url, at);
    if (key == 0) {
      out.push_back(url[at++]);
      continue;
    }
    out += url.substr(at, key);
    out += "…";
    at = std::min(url.find_first_of("&, \t\r\n\"'", at + key), url.size());
  }
  return out;
}

}  // namespace klive::kaltura
