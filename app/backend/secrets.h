// SPDX-License-Identifier: LGPL-2.1-or-later
// ROOT/secrets.json: the partner and the secrets that sessions (KS) are signed with. Made at the
// first start, mode 0600.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace klive::app {

/// Of partners beside the first. Plain value.
struct PartnerSecrets {
  int64_t id = 0;
  std::string admin_secret, user_secret;
};

/// A secret may be several, separated by commas: sessions are signed with the first, and those that
/// any of them signed are taken. Plain value.
struct Secrets {
  int64_t partner_id = 101;
  std::string admin_secret, user_secret;
  std::string media_server_secret = {};  ///< of partner -5, which media servers are; empty = none
  std::vector<PartnerSecrets> more_partners = {};
};

/// "a,b" → a, b.
[[nodiscard]] std::vector<std::string> each_secret(const std::string &secrets);
/// What a new session is signed with.
[[nodiscard]] std::string first_secret(const std::string &secrets);

[[nodiscard]] base::Result<Secrets> load_secrets(const std::string &root);
/// Loads, or makes them when the file is missing.
[[nodiscard]] base::Result<Secrets> load_or_make_secrets(const std::string &root);

}  // namespace klive::app
