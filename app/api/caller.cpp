// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is calling: a checked session (KS) and what it allows.
#include "api/caller.h"

#include "base/list_text.h"
#include "kaltura/value.h"

#include "door/wrong_tokens.h"

namespace klive::app::api {
namespace {

/// Whether one of the values of "name:a/b/c" is wanted or the star.
bool has_value(std::string_view values, std::string_view wanted) {
  for (;;) {
    const size_t slash = values.find('/');
    const std::string_view value = values.substr(0, slash);
    if (value == "*" || value == wanted) return true;
    if (slash == std::string_view::npos) return false;
    values.remove_prefix(slash + 1);
  }
}

/// Calls visit(name, values) for each privilege, until it returns true.
template <typename Visit>
bool any_privilege(std::string_view privileges, const Visit &visit) {
  while (!privileges.empty()) {
    const size_t comma = privileges.find(',');
    const std::string_view one = privileges.substr(0, comma);
    privileges.remove_prefix(comma == std::string_view::npos ? privileges.size() : comma + 1);
    const size_t colon = one.find(':');
    const std::string_view values =
        colon == std::string_view::npos ? std::string_view() : one.substr(colon + 1);
    if (visit(one.substr(0, colon), values)) return true;
  }
  return false;
}

/// "iprestrict:192.0.2.7": the session is good from there alone.
bool is_from_elsewhere(const kaltura::Ks &ks, std::string_view remote_address) {
  return any_privilege(ks.privileges, [&](std::string_view name, std::string_view values) {
    return name == "iprestrict" && !has_value(values, source_of(remote_address));
  });
}

/// "/api_v3/service/liveStream*|/p/*": one of them, and behind a star anything.
bool matches_path(std::string_view patterns, std::string_view path) {
  for (;;) {
    const size_t bar = patterns.find('|');
    std::string_view pattern = patterns.substr(0, bar);
    const bool is_prefix = pattern.ends_with('*');
    if (is_prefix) pattern.remove_suffix(1);
    if (is_prefix ? path.starts_with(pattern) : path == pattern) return true;
    if (bar == std::string_view::npos) return false;
    patterns.remove_prefix(bar + 1);
  }
}

/// "urirestrict:/api_v3/*": the session is good for these paths alone.
bool is_for_elsewhere(const kaltura::Ks &ks, std::string_view path) {
  return any_privilege(ks.privileges, [&](std::string_view name, std::string_view values) {
    return name == "urirestrict" && !matches_path(values, path);
  });
}

/// The session if one of the secrets signed it; the reason of the last one otherwise.
base::Result<kaltura::Ks> read_with(const std::string &text, const std::string &secrets,
                                    int64_t now) {
  base::Result<kaltura::Ks> ks = base::fail(base::ErrorCode::kInvalid, "-1,INVALID_STR");
  for (const std::string &secret : each_secret(secrets)) {
    ks = kaltura::read_ks(text, secret, now);
    if (ks || ks.error().message.starts_with("-5")) return ks;
  }
  return ks;
}

}  // namespace

bool Caller::has_privilege(std::string_view name) const {
  return ks && any_privilege(ks->privileges,
                             [&](std::string_view each, std::string_view) { return each == name; });
}

bool Caller::may_edit(const Entry &entry) const {
  if (!ks) return false;
  if (ks->is_admin()) return true;
  const bool is_known = !ks->user.empty();
  if (is_known && entry.more.text_of("userId") == ks->user) return true;
  if (is_known && base::list_has(entry.more.text_of("entitledUsersEdit"), ks->user)) return true;
  return any_privilege(ks->privileges, [&](std::string_view name, std::string_view values) {
    return name == "edit" && has_value(values, entry.id);
  });
}

std::optional<PartnerSecrets> secrets_of(const Secrets &secrets, int64_t partner) {
  if (partner == secrets.partner_id) {
    return PartnerSecrets{partner, secrets.admin_secret, secrets.user_secret};
  }
  if (partner == kMediaServerPartner && !secrets.media_server_secret.empty()) {
    return PartnerSecrets{partner, secrets.media_server_secret, {}};
  }
  for (const PartnerSecrets &each : secrets.more_partners) {
    if (each.id == partner) return each;
  }
  return std::nullopt;
}

kaltura::ApiError invalid_ks(const std::string &text, const std::string &reason) {
  constexpr size_t kMaxShown = 1024;  // Kaltura repeats the KS; no KS of ours is longer
  const size_t comma = reason.find(',');
  return kaltura::make_api_error("INVALID_KS",
                                 {text.substr(0, kMaxShown), reason.substr(0, comma),
                                  comma == std::string::npos ? "" : reason.substr(comma + 1)});
}

std::variant<kaltura::Ks, kaltura::ApiError> check_session(const std::string &text,
                                                           const Secrets &secrets,
                                                           const SessionUse &use, int64_t now) {
  const auto partner = kaltura::peek_ks_partner(text);
  if (!partner) return invalid_ks(text, partner.error().message);
  const auto known = secrets_of(secrets, *partner);
  if (!known) return invalid_ks(text, "-2,INVALID_PARTNER");
  auto ks = read_with(text, known->admin_secret, now);
  if (!ks && !ks.error().message.starts_with("-5")) {
    ks = read_with(text, known->user_secret, now);
    if (ks && ks->is_admin()) return invalid_ks(text, "-4,INVALID_TYPE");
  }
  if (!ks) return invalid_ks(text, ks.error().message);
  if (is_from_elsewhere(*ks, use.remote_address)) {
    return invalid_ks(text, "-9,EXCEEDED_RESTRICTED_IP");
  }
  if (is_for_elsewhere(*ks, use.path)) return invalid_ks(text, "-11,EXCEEDED_RESTRICTED_URI");
  return *std::move(ks);
}

std::optional<int64_t> actions_limit(const kaltura::Ks &ks) {
  std::optional<int64_t> limit;
  any_privilege(ks.privileges, [&](std::string_view name, std::string_view values) {
    // A limit that is no number allows nothing.
    if (name == "actionslimit") limit = kaltura::Value(values).integer().value_or(0);
    return false;
  });
  return limit;
}

bool is_guess(const kaltura::ApiError &error) {
  if (error.code == "START_SESSION_ERROR" || error.code == "LIVE_STREAM_INVALID_TOKEN") return true;
  return error.code == "INVALID_KS" && error.args.size() > 1 && error.args[1].second == "-1";
}

}  // namespace klive::app::api
