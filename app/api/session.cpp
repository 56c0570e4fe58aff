// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is calling: a checked KS and what it allows.
#include "api/session.h"

namespace klive::app::api {
namespace {

kaltura::ApiError invalid_ks(const std::string &text, const std::string &reason) {
  constexpr size_t kMaxShown = 1024;  // Kaltura repeats the KS; no KS of ours is longer
  const size_t comma = reason.find(',');
  return kaltura::make_api_error("INVALID_KS",
                                 {text.substr(0, kMaxShown), reason.substr(0, comma),
                                  comma == std::string::npos ? "" : reason.substr(comma + 1)});
}

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

}  // namespace

std::variant<kaltura::Ks, kaltura::ApiError> check_session(const std::string &text,
                                                           const Secrets &secrets, int64_t now) {
  const auto partner = kaltura::peek_ks_partner(text);
  if (!partner) return invalid_ks(text, partner.error().message);
  if (*partner != secrets.partner_id) return invalid_ks(text, "-2,INVALID_PARTNER");

  auto ks = kaltura::read_ks(text, secrets.admin_secret, now);
  if (ks) return *std::move(ks);
  if (ks.error().message.starts_with("-5")) return invalid_ks(text, ks.error().message);
  ks = kaltura::read_ks(text, secrets.user_secret, now);
  if (!ks) return invalid_ks(text, ks.error().message);
  if (ks->is_admin()) return invalid_ks(text, "-4,INVALID_TYPE");
  return *std::move(ks);
}

bool may_edit(const kaltura::Ks &ks, std::string_view entry) {
  if (ks.is_admin()) return true;
  std::string_view rest = ks.privileges;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view privilege = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    constexpr std::string_view kEdit = "edit:";
    if (privilege.starts_with(kEdit) && has_value(privilege.substr(kEdit.size()), entry)) {
      return true;
    }
  }
  return false;
}

}  // namespace klive::app::api
