// SPDX-License-Identifier: LGPL-2.1-or-later
// The service baseEntry: entries of every type, and what a player has to know of one.
#include <array>
#include <string>

#include "api/actions.h"
#include "api/broadcast.h"
#include "api/entry_object.h"
#include "api/fields.h"
#include "api/flavor_assets.h"
#include "api/objects.h"
#include "api/publish_urls.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::Value;

constexpr const char *kType = "KalturaBaseEntry";
// Kaltura's DeliveryProfileType LIVE_PACKAGER_HLS and LIVE_PACKAGER_DASH.
constexpr int64_t kDeliveryHls = 1007, kDeliveryDash = 1009;

ActionResult get(const Call &call) { return get_entry(call, call.text("entryId"), std::nullopt); }

ActionResult list(const Call &call) {
  return list_entries(call, "KalturaBaseEntryFilter", "KalturaBaseEntryListResponse", std::nullopt);
}

ActionResult update(const Call &call) {
  return update_entry(call, call.text("entryId"), *call.object("baseEntry"), std::nullopt);
}

ActionResult remove(const Call &call) {
  return remove_entry(call, call.text("entryId"), std::nullopt);
}

ActionResult set_content(const Call &call) {
  return refuse_content(call, call.text("entryId"), std::nullopt);
}

Value source(const Call &call, const Entry &entry, const char *format, int64_t profile) {
  Value made = Value::of_type("KalturaPlaybackSource");
  made["deliveryProfileId"] = profile;
  made["format"] = format;
  made["protocols"] = call.http.origin.starts_with("https") ? "https" : "http";
  std::string ids;
  const auto flavors = call.parts.profiles.get(entry.profile);
  if (flavors) {
    for (const auto &flavor : flavors->flavors) {
      ids += (ids.empty() ? "" : ",") + std::to_string(flavor.params.id);
    }
  }
  made["flavorIds"] = ids;
  made["url"] = play_manifest_url(call.http.origin, entry, format);
  made["drm"] = Value::Array();
  return made;
}

ActionResult get_playback_context(const Call &call) {
  auto found = find_entry(call, call.text("entryId"), std::nullopt);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  const Entry &entry = *std::get_if<Entry>(&found);
  Value context = Value::of_type("KalturaPlaybackContext");
  context["sources"] = Value::Array();
  // What is recorded has no files yet, so there is nothing to point at.
  if (entry.type == EntryType::kLiveStream) {
    context["sources"].push(source(call, entry, "applehttp", kDeliveryHls));
    context["sources"].push(source(call, entry, "mpegdash", kDeliveryDash));
  }
  context["flavorAssets"] = flavor_assets_of(call, entry);
  for (const char *name : {"playbackCaptions", "actions", "messages", "bumperData"}) {
    context[name] = Value::Array();
  }
  return context;
}

ActionResult get_context_data(const Call &call) {
  auto found = find_entry(call, call.text("entryId"), std::nullopt);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  const Entry &entry = *std::get_if<Entry>(&found);
  Value data = Value::of_type("KalturaEntryContextDataResult");
  for (const char *name : {"isSiteRestricted", "isCountryRestricted", "isSessionRestricted",
                           "isIpAddressRestricted", "isUserAgentRestricted"}) {
    data[name] = false;
  }
  data["previewLength"] = -1;
  data["isScheduledNow"] = true;
  data["isAdmin"] = call.caller.is_admin();
  data["streamerType"] = "applehttp";
  data["mediaProtocol"] = call.http.origin.starts_with("https") ? "https" : "http";
  data["accessControlMessages"] = Value::Array();
  data["accessControlActions"] = Value::Array();
  data["flavorAssets"] = flavor_assets_of(call, entry);
  data["msDuration"] = entry.more.integer_of("msDuration");
  return data;
}

constexpr auto kEntryId = required(text_field("entryId"));
constexpr Parameter kGet[] = {kEntryId, optional(integer_field("version"))};
constexpr Parameter kList[] = {optional(object_field("filter", "KalturaBaseEntryFilter")), kPager};
constexpr Parameter kUpdate[] = {kEntryId, required(object_field("baseEntry", kType))};
constexpr Parameter kEntry[] = {kEntryId};
constexpr Parameter kContent[] = {kEntryId, required(object_field("resource", "KalturaResource"))};
constexpr Parameter kNewContent[] = {
    kEntryId,
    required(object_field("resource", "KalturaResource")),
    optional(integer_field("conversionProfileId")),
};
constexpr Parameter kPlayback[] = {
    kEntryId, optional(object_field("contextDataParams", "KalturaPlaybackContextOptions"))};
constexpr Parameter kContext[] = {
    kEntryId, optional(object_field("contextDataParams", "KalturaEntryContextDataParams"))};

constexpr std::array kActions = {
    Action{"baseEntry", "get", Allowed::kSession, kGet, kType, get},
    Action{"baseEntry", "list", Allowed::kSession, kList, "KalturaBaseEntryListResponse", list},
    Action{"baseEntry", "update", Allowed::kEditor, kUpdate, kType, update},
    Action{"baseEntry", "delete", Allowed::kEditor, kEntry, "", remove},
    Action{"baseEntry", "addContent", Allowed::kEditor, kContent, kType, set_content},
    Action{"baseEntry", "updateContent", Allowed::kEditor, kNewContent, kType, set_content},
    Action{"baseEntry", "getPlaybackContext", Allowed::kSession, kPlayback,
           "KalturaPlaybackContext", get_playback_context},
    Action{"baseEntry", "getContextData", Allowed::kSession, kContext,
           "KalturaEntryContextDataResult", get_context_data},
};

}  // namespace

std::span<const Action> base_entry_actions() { return kActions; }

}  // namespace klive::app::api
