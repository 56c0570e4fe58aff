// SPDX-License-Identifier: LGPL-2.1-or-later
// The services session and system.
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "api/actions.h"

namespace klive::app::api {
namespace {

using kaltura::KsType;
using kaltura::make_api_error;

constexpr int64_t kDefaultExpiry = 86400;                  // s
constexpr int64_t kMaxExpiry = 10 * 365 * int64_t{86400};  // s
constexpr size_t kMaxUser = 256, kMaxPrivileges = 512;

kaltura::ApiError bad_value(const char *name, const char *needed) {
  return make_api_error("INVALID_PARAMETER_VALUE", {name, needed});
}

/// The secret that a session of this type is signed with, when the caller knows one of those that
/// may; empty when not.
std::string signing_secret(const Secrets &secrets, const std::string &given, KsType type) {
  if (kaltura::equal_in_constant_time(given, secrets.admin_secret)) return secrets.admin_secret;
  const bool is_user = kaltura::equal_in_constant_time(given, secrets.user_secret);
  return is_user && type == KsType::kUser ? secrets.user_secret : std::string();
}

}  // namespace

ActionResult session_start(const Call &call) {
  const kaltura::Request &request = call.request;
  const int64_t partner = request.integer("partnerId").value_or(call.secrets.partner_id);
  const int64_t type = request.integer("type").value_or(0);
  const int64_t expiry = request.integer("expiry").value_or(kDefaultExpiry);
  if (type != static_cast<int64_t>(KsType::kUser) && type != static_cast<int64_t>(KsType::kAdmin)) {
    return bad_value("type", "0 (user) or 2 (admin) was needed");
  }
  if (expiry < 1 || expiry > kMaxExpiry) {
    return bad_value("expiry", "1 to 315360000 seconds were needed");
  }
  kaltura::Ks ks;
  ks.partner = partner;
  ks.type = static_cast<KsType>(type);
  ks.expiry = call.now + expiry;
  ks.user = request.text("userId").value_or("");
  ks.privileges = request.text("privileges").value_or("");
  if (ks.user.size() > kMaxUser) return bad_value("userId", "at most 256 bytes were needed");
  if (ks.privileges.size() > kMaxPrivileges) {
    return bad_value("privileges", "at most 512 bytes were needed");
  }
  const std::string secret =
      signing_secret(call.secrets, request.text("secret").value_or(""), ks.type);
  if (partner != call.secrets.partner_id || secret.empty()) {
    return make_api_error("START_SESSION_ERROR", {std::to_string(partner)});
  }
  std::array<uint8_t, 16> random{};
  if (getentropy(random.data(), random.size()) != 0) std::abort();  // fails for a bad pointer only
  return node_of_text(kaltura::make_ks_v2(ks, secret, random));
}

ActionResult system_ping(const Call &) { return node_of_flag(true); }

}  // namespace klive::app::api
