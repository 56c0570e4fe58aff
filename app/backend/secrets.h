// SPDX-License-Identifier: LGPL-2.1-or-later
// ROOT/secrets.json: the partner and the secrets that sessions (KS) are signed with. Made at the
// first start, mode 0600.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace klive::app {

struct Secrets {
  int64_t partner_id = 101;
  std::string admin_secret, user_secret;
};

[[nodiscard]] base::Result<Secrets> load_secrets(const std::string &root);
/// Loads, or makes them when the file is missing.
[[nodiscard]] base::Result<Secrets> load_or_make_secrets(const std::string &root);

}  // namespace klive::app
