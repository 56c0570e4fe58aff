// SPDX-License-Identifier: LGPL-2.1-or-later
// KS, the Kaltura session string, versions 1 and 2: made and checked. Layout in ks.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace klive::kaltura {

enum class KsType { kNone = -1, kUser = 0, kWidget = 1, kAdmin = 2 };

/// A session's content. Plain value.
struct Ks {
  int64_t partner = 0;
  KsType type = KsType::kUser;
  int64_t expiry = 0;  ///< Unix seconds; valid while expiry > now
  std::string user;
  std::string privileges;  ///< "disableentitlement,edit:1_abc", as given

  [[nodiscard]] bool is_admin() const { return type == KsType::kAdmin; }
};

/// Version 2: AES-128-CBC. `random` is 16 bytes.
[[nodiscard]] std::string make_ks_v2(const Ks &ks, std::string_view secret, base::ByteView random);
/// Version 1: signed clear text. `random` is any text.
[[nodiscard]] std::string make_ks_v1(const Ks &ks, std::string_view secret,
                                     std::string_view random);

/// Either version, checked against one secret. Expiry is checked against `now` (Unix seconds): the
/// message of an error begins with Kaltura's code, "-5,EXPIRED".
[[nodiscard]] base::Result<Ks> read_ks(std::string_view text, std::string_view secret, int64_t now);
/// The partner a KS says it belongs to, unchecked; to find the secret to check it with.
[[nodiscard]] base::Result<int64_t> peek_ks_partner(std::string_view text);

/// True when both are the same, in a time that depends on their lengths only.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace klive::kaltura
