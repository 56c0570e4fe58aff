// SPDX-License-Identifier: LGPL-2.1-or-later
// The conversion profile that a partner's entries have when nobody names one.
#include "api/default_profile.h"

#include "api/objects.h"

namespace klive::app::api {
namespace {

using kaltura::Value;

std::string choice_id(const Call &call, int64_t type) {
  return std::to_string(call.caller.partner) + "_" + std::to_string(type);
}

}  // namespace

std::optional<int64_t> default_profile(const Call &call, int64_t type) {
  const auto choice = call.objects().get(kind::kDefaultProfile, choice_id(call, type));
  if (choice) {
    // A profile that came from a file may be gone with it.
    const std::string id = choice->text_of("conversionProfileId");
    if (call.objects().get(kind::kProfile, id)) return choice->integer_of("conversionProfileId");
  }
  if (type != kProfileTypeLive) return std::nullopt;
  return kPassthroughProfile;
}

base::Result<void> set_default_profile(const Call &call, const Value &profile) {
  Value choice = Value::Object();
  choice["id"] = choice_id(call, profile.integer_of("type", kProfileTypeLive));
  choice["partnerId"] = call.caller.partner;
  choice["conversionProfileId"] = profile.integer_of("id");
  return put_object(call, kind::kDefaultProfile, choice);
}

}  // namespace klive::app::api
