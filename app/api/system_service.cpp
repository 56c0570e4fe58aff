// SPDX-License-Identifier: LGPL-2.1-or-later
// The service system.
#include <array>

#include "api/actions.h"

namespace klive::app::api {
namespace {

using kaltura::Value;

ActionResult ping(const Call &) { return Value(true); }
ActionResult get_time(const Call &call) { return Value(call.now); }
ActionResult get_version(const Call &) { return Value(KLIVE_VERSION); }
ActionResult ping_database(const Call &call) {
  return Value(call.objects().list({.kind = kind::kProfile, .limit = 1}).has_value());
}

constexpr std::array kActions = {
    Action{"system", "ping", Allowed::kOpen, {}, "bool", ping},
    Action{"system", "getTime", Allowed::kOpen, {}, "int", get_time},
    Action{"system", "getVersion", Allowed::kOpen, {}, "string", get_version},
    Action{"system", "pingDatabase", Allowed::kOpen, {}, "bool", ping_database},
};

}  // namespace

std::span<const Action> system_actions() { return kActions; }

}  // namespace klive::app::api
