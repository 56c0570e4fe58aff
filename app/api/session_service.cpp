// SPDX-License-Identifier: LGPL-2.1-or-later
// The service session.
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "api/actions.h"
#include "api/ended_sessions.h"
#include "api/fields.h"
#include "api/objects.h"

namespace klive::app::api {
namespace {

using kaltura::KsType;
using kaltura::make_api_error;
using kaltura::Value;

constexpr int64_t kMaxExpiry = 10 * 365 * int64_t{86400};  // s
constexpr std::string_view kDefaultExpiry = "86400";

kaltura::ApiError bad_value(const char *name, const char *needed) {
  return make_api_error("INVALID_PARAMETER_VALUE", {name, needed});
}

bool is_one_of(const std::string &given, const std::string &secrets) {
  bool found = false;  // all are compared: how many there are is no secret, which one it is may be
  for (const std::string &secret : each_secret(secrets)) {
    found = kaltura::equal_in_constant_time(given, secret) || found;
  }
  return found;
}

/// The secret that a session of this type is signed with, when the caller knows one of those that
/// may; empty when not.
std::string signing_secret(const PartnerSecrets &partner, const std::string &given, KsType type) {
  if (is_one_of(given, partner.admin_secret)) return given;
  return is_one_of(given, partner.user_secret) && type == KsType::kUser ? given : std::string();
}

std::string sign(const kaltura::Ks &ks, const std::string &secret) {
  std::array<uint8_t, 16> random{};
  if (getentropy(random.data(), random.size()) != 0) std::abort();  // fails for a bad pointer only
  return kaltura::make_ks_v2(ks, secret, random);
}

bool is_expiry(int64_t expiry) { return expiry >= 1 && expiry <= kMaxExpiry; }

ActionResult start(const Call &call) {
  const int64_t partner =
      call.has("partnerId") ? call.integer("partnerId") : call.parts.secrets.partner_id;
  const int64_t type = call.integer("type"), expiry = call.integer("expiry");
  if (type != static_cast<int64_t>(KsType::kUser) && type != static_cast<int64_t>(KsType::kAdmin)) {
    return bad_value("type", "0 (user) or 2 (admin) was needed");
  }
  if (!is_expiry(expiry)) return bad_value("expiry", "1 to 315360000 seconds were needed");
  kaltura::Ks ks;
  ks.partner = partner;
  ks.type = static_cast<KsType>(type);
  ks.expiry = call.now + expiry;
  ks.user = call.text("userId");
  ks.privileges = call.text("privileges");
  const auto known = secrets_of(call.parts.secrets, partner);
  const std::string secret =
      known ? signing_secret(*known, call.text("secret"), ks.type) : std::string();
  if (secret.empty()) return make_api_error("START_SESSION_ERROR", {std::to_string(partner)});
  return Value(sign(ks, secret));
}

/// "_101": everybody may have a session that sees what everybody sees.
ActionResult start_widget_session(const Call &call) {
  const std::string widget = call.text("widgetId");
  const Value number(widget.starts_with('_') ? widget.substr(1) : std::string());
  const auto partner = number.integer();
  const auto known = partner && *partner > 0 ? secrets_of(call.parts.secrets, *partner)
                                             : std::optional<PartnerSecrets>();
  if (!known) return make_api_error("START_WIDGET_SESSION_ERROR", {widget.substr(0, 64)});
  const int64_t expiry = call.integer("expiry");
  if (!is_expiry(expiry)) return bad_value("expiry", "1 to 315360000 seconds were needed");
  const kaltura::Ks ks{.partner = *partner,
                       .type = KsType::kUser,
                       .expiry = call.now + expiry,
                       .user = {},
                       .privileges = "view:*,widget:1"};
  Value answer = Value::of_type("KalturaStartWidgetSessionResponse");
  answer["partnerId"] = *partner;
  answer["ks"] = sign(ks, first_secret(known->user_secret));
  answer["userId"] = "0";
  return answer;
}

Value info_of(const std::string &text, const kaltura::Ks &ks) {
  Value info = Value::of_type("KalturaSessionInfo");
  info["ks"] = text;
  info["sessionType"] = static_cast<int64_t>(ks.type);
  info["partnerId"] = ks.partner;
  info["userId"] = ks.user;
  info["expiry"] = ks.expiry;
  info["privileges"] = ks.privileges;
  return info;
}

ActionResult get(const Call &call) {
  const std::string other = call.text("session");
  if (other.empty()) return info_of(call.request.ks, *call.caller.ks);
  auto checked = check_session(other, call.parts.secrets,
                               {call.http.remote_address, call.http.path}, call.now);
  if (auto *error = std::get_if<kaltura::ApiError>(&checked)) return std::move(*error);
  const auto &ks = *std::get_if<kaltura::Ks>(&checked);
  if (call.ended_sessions.contains(other)) return invalid_ks(other, "-6,LOGOUT");
  if (!call.caller.is_admin() || !call.caller.sees(ks.partner)) {
    return make_api_error("SERVICE_FORBIDDEN", {"session->get"});
  }
  return info_of(other, ks);
}

ActionResult end(const Call &call) {
  const auto ended = call.ended_sessions.end(call.request.ks, call.caller.ks->expiry, call.now);
  if (!ended) return store_error(ended.error(), "INTERNAL_SERVERL_ERROR", {});
  return Value();
}

constexpr Parameter kStart[] = {
    required(text_field("secret").bounded(0, 256)),
    optional(text_field("userId").bounded(0, 256)),
    optional(integer_field("type"), "0"),
    optional(integer_field("partnerId")),
    optional(integer_field("expiry"), kDefaultExpiry),
    optional(text_field("privileges").bounded(0, 512)),
};
constexpr Parameter kStartWidget[] = {
    required(text_field("widgetId").bounded(0, 64)),
    optional(integer_field("expiry"), kDefaultExpiry),
};
constexpr Parameter kGet[] = {optional(text_field("session").bounded(0, 8192))};

constexpr std::array kActions = {
    Action{"session", "start", Allowed::kOpen, kStart, "string", start},
    Action{"session", "startWidgetSession", Allowed::kOpen, kStartWidget,
           "KalturaStartWidgetSessionResponse", start_widget_session},
    Action{"session", "get", Allowed::kSession, kGet, "KalturaSessionInfo", get},
    Action{"session", "end", Allowed::kSession, {}, "", end},
};

}  // namespace

std::span<const Action> session_actions() { return kActions; }

}  // namespace klive::app::api
