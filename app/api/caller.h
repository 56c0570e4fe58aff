// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is calling: a checked session (KS) and what it allows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "backend/entry_store.h"
#include "backend/secrets.h"
#include "kaltura/api_error.h"
#include "kaltura/ks.h"

namespace klive::app::api {

inline constexpr int64_t kMediaServerPartner = -5;

/// Plain value.
struct Caller {
  std::optional<kaltura::Ks> ks;
  int64_t partner = 0;           ///< whom it acts for
  bool sees_all = false;         ///< of every partner: a media server that acts for none, or nobody
  bool is_media_server = false;  ///< partner -5

  [[nodiscard]] bool is_admin() const { return ks && ks->is_admin(); }
  [[nodiscard]] bool has_privilege(std::string_view name) const;
  /// May see and change an entry with its secrets: an admin, its owner, one of its entitled
  /// editors, or the privilege "edit:<id>" or "edit:*".
  [[nodiscard]] bool may_edit(const Entry &entry) const;
  /// Whether what belongs to this partner is there for the caller.
  [[nodiscard]] bool sees(int64_t owner) const {
    return sees_all || owner == partner || owner == kNobodysPartner;
  }
};

/// Where a session is used; some are good from one address or for one path alone.
struct SessionUse {
  std::string_view remote_address, path;
};
/// The session in `text`, or INVALID_KS as Kaltura says it. An admin's session is signed with an
/// admin secret, a user's with either.
[[nodiscard]] std::variant<kaltura::Ks, kaltura::ApiError> check_session(const std::string &text,
                                                                         const Secrets &secrets,
                                                                         const SessionUse &use,
                                                                         int64_t now);
/// How many calls a session is good for ("actionslimit:5"); nothing when it does not say.
[[nodiscard]] std::optional<int64_t> actions_limit(const kaltura::Ks &ks);

/// The secrets of a partner; nothing when there is no such partner.
[[nodiscard]] std::optional<PartnerSecrets> secrets_of(const Secrets &secrets, int64_t partner);

/// INVALID_KS; `reason` is Kaltura's "-6,LOGOUT".
[[nodiscard]] kaltura::ApiError invalid_ks(const std::string &text, const std::string &reason);

/// Whether an error says that somebody may be guessing.
[[nodiscard]] bool is_guess(const kaltura::ApiError &error);

}  // namespace klive::app::api
