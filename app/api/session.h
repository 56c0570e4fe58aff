// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is calling: a checked KS and what it allows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "backend/secrets.h"
#include "kaltura/api_error.h"
#include "kaltura/ks.h"

namespace klive::app::api {

/// The session in `text`, or INVALID_KS as Kaltura says it. An admin's session is signed with the
/// admin secret, a user's with either.
[[nodiscard]] std::variant<kaltura::Ks, kaltura::ApiError> check_session(const std::string &text,
                                                                         const Secrets &secrets,
                                                                         int64_t now);

/// May see where and with which token an entry is published to: an admin, or the privilege
/// "edit:<id>" or "edit:*".
[[nodiscard]] bool may_edit(const kaltura::Ks &ks, std::string_view entry);

}  // namespace klive::app::api
