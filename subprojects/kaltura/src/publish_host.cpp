// SPDX-License-Identifier: LGPL-2.1-or-later
// What the host name of a publish address says: an entry and a side, or nothing.
//
//   1_abcd1234 . p . kpublish.kaltura.com      the entry id as it is
//     abcd1234 . b . kpublish.kaltura.com      "1_" left out, for DNS knows no underscore
//   0-abcd1234 . p . us.kpublish.kaltura.com   '_' written as '-'; any labels after the side
//   x-abcd1234 . p . kpublish.kaltura.com      <backend>- in front of any of these
//       149119 . p . kpublish.kaltura.com      a number that is no entry: the side only
#include "publish_host.h"

#include <algorithm>

namespace klive::kaltura {
namespace {

constexpr size_t kIdSize = 8;  // of an entry id behind its "1_"

bool is_lower_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }

std::string entry_of_label(std::string_view label) {
  if (label.size() < kIdSize) return {};
  const std::string_view id = label.substr(label.size() - kIdSize);
  std::string_view front = label.substr(0, label.size() - kIdSize);
  if (!std::all_of(id.begin(), id.end(), is_lower_alnum)) return {};

  char generation = '1';
  if (front.size() >= 2 && (front.back() == '_' || front.back() == '-')) {
    const char c = front[front.size() - 2];
    const bool alone = front.size() == 2 || front[front.size() - 3] == '-';
    if ((c == '0' || c == '1') && alone) {
      generation = c;
      front.remove_suffix(2);
    }
  }
  if (!front.empty()) {  // what is left is a backend prefix
    if (front.size() < 2 || front.back() != '-') return {};
    front.remove_suffix(1);
    const bool is_name = std::all_of(front.begin(), front.end(),
                                     [](char c) { return is_lower_alnum(c) || c == '-'; });
    if (!is_name) return {};
  }
  return std::string(1, generation) + '_' + std::string(id);
}

}  // namespace

std::string_view host_of(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  const size_t at = host.rfind('@');
  if (at != std::string_view::npos) host.remove_prefix(at + 1);
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

PublishHost parse_publish_host(std::string_view host) {
  std::string lower(host);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::string_view text = lower;
  const size_t dot = text.find('.');
  // "<label>.p.<one more at least>"
  if (dot == std::string_view::npos || text.size() < dot + 4 || text[dot + 2] != '.') return {};
  const char side = text[dot + 1];
  if (side != 'p' && side != 'b') return {};

  const std::string_view label = text.substr(0, dot);
  PublishHost found;
  found.entry = entry_of_label(label);
  const bool is_number = !label.empty() && std::all_of(label.begin(), label.end(),
                                                       [](char c) { return c >= '0' && c <= '9'; });
  // Any other first label is a plain host in a domain that happens to be called "p" or "b".
  if (!found.entry.empty() || is_number) found.side = side == 'p' ? Side::kPrimary : Side::kBackup;
  return found;
}

}  // namespace klive::kaltura
