// SPDX-License-Identifier: LGPL-2.1-or-later
// The service liveStream: entries. What media servers say of them is in
// live_stream_server_service.cpp.

#include <algorithm>
#include <array>
#include <string>

#include "api/actions.h"
#include "api/broadcast.h"
#include "api/default_profile.h"
#include "api/entry_object.h"
#include "api/fields.h"
#include "api/log.h"
#include "api/objects.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::make_api_error;
using kaltura::Purpose;
using kaltura::Value;

constexpr std::string_view kSourceLive = "32", kSourceCaptions = "42";
// Kaltura's LiveStreamBroadcastStatus.
constexpr int64_t kOffline = 1, kPreview = 2, kLive = 3;

ActionResult add(const Call &call) {
  const Value &object = *call.object("liveStreamEntry");
  const std::string source =
      call.has("sourceType") ? call.text("sourceType") : object.text_of("sourceType", kSourceLive);
  if (source != kSourceLive && source != kSourceCaptions) {
    return make_api_error("ENTRY_SOURCE_TYPE_NOT_SUPPORTED", {source.substr(0, 64)});
  }
  if (object.find("name") == nullptr) {
    return make_api_error("PROPERTY_VALIDATION_CANNOT_BE_NULL",
                          {object.text_of("objectType") + "::name"});
  }
  Entry entry;
  entry.partner = call.caller.partner;
  entry.profile = default_profile(call, kProfileTypeLive).value_or(kPassthroughProfile);
  if (auto error = apply_fields(call, object, Purpose::kAdd, entry)) return *std::move(error);
  entry.type = EntryType::kLiveStream;
  entry.more["sourceType"] = source;
  entry.more["mediaType"] = kMediaTypeLive;
  return add_entry(call, std::move(entry));
}

ActionResult get(const Call &call) {
  return get_entry(call, call.text("entryId"), EntryType::kLiveStream);
}

ActionResult list(const Call &call) {
  return list_entries(call, "KalturaLiveStreamEntryFilter", "KalturaLiveStreamListResponse",
                      EntryType::kLiveStream);
}

ActionResult update(const Call &call) {
  return update_entry(call, call.text("entryId"), *call.object("liveStreamEntry"),
                      EntryType::kLiveStream);
}

ActionResult remove(const Call &call) {
  return remove_entry(call, call.text("entryId"), EntryType::kLiveStream);
}

/// A new entry with the same fields, but an id and a token of its own, and nothing of its past.
ActionResult clone(const Call &call) {
  auto found = find_entry(call, call.text("entryId"));
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  Entry copy = std::move(*std::get_if<Entry>(&found));
  copy.id.clear();
  copy.token.clear();
  for (const char *name :
       {"firstBroadcast", "lastBroadcast", "lastBroadcastEndTime", "recordedEntryId",
        "redirectEntryId", "msDuration", "broadcastTime", "currentBroadcastStartTime",
        "lastElapsedRecordingTime", "referenceId"}) {
    copy.more.erase(name);
  }
  auto added = call.entries().add(std::move(copy));
  if (added) GST_INFO_ID(added->id.c_str(), "made from another entry");
  return entry_answer(call, added, {});
}

ActionResult regenerate_token(const Call &call) {
  const std::string id = call.text("entryId");
  auto found = find_entry(call, id);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  auto updated = call.entries().regenerate_token(id);
  if (updated) GST_INFO_ID(id.c_str(), "has a new token");
  return entry_answer(call, updated, id);
}

ActionResult is_live(const Call &call) {
  const auto protocol = call.text("protocol");
  constexpr std::array<std::string_view, 6> kPlayable = {"",    "http", "applehttp",
                                                         "hls", "auto", "mpegdash"};
  if (std::find(kPlayable.begin(), kPlayable.end(), protocol) == kPlayable.end()) {
    return make_api_error("LIVE_STREAM_STATUS_CANNOT_BE_DETERMINED", {protocol.substr(0, 64)});
  }
  auto found = find_entry(call, call.text("id"));
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  const Entry &entry = *std::get_if<Entry>(&found);
  return Value(broadcast_of(call, entry.id).is_playable() && may_watch(call, entry));
}

ActionResult get_details(const Call &call) {
  auto found = find_entry(call, call.text("id"));
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  const Entry &entry = *std::get_if<Entry>(&found);
  const Broadcast broadcast = broadcast_of(call, entry.id);
  const bool is_explicit = entry.more.integer_of("explicitLive") == 1;
  const int64_t mode =
      is_explicit ? entry.more.integer_of("viewMode", kViewPreview) : kViewAllowAll;
  Value details = Value::of_type("KalturaLiveStreamDetails");
  details["primaryStreamStatus"] = broadcast.status_of(0);
  details["secondaryStreamStatus"] = broadcast.status_of(1);
  details["viewMode"] = mode;
  details["wasBroadcast"] = entry.more.integer_of("lastBroadcast") != 0 || broadcast.is_playable();
  details["broadcastStatus"] = !broadcast.is_playable() ? kOffline
                               : mode == kViewAllowAll  ? kLive
                               : may_watch(call, entry) ? kPreview
                                                        : kOffline;
  return details;
}

constexpr Parameter kAdd[] = {
    required(object_field("liveStreamEntry", "KalturaLiveStreamEntry")),
    optional(word_field("sourceType", "KalturaSourceType")),
};
constexpr Parameter kEntry[] = {required(text_field("entryId"))};
constexpr Parameter kGet[] = {required(text_field("entryId")), optional(integer_field("version"))};
constexpr Parameter kList[] = {
    optional(object_field("filter", "KalturaLiveStreamEntryFilter")),
    kPager,
};
constexpr Parameter kUpdate[] = {
    required(text_field("entryId")),
    required(object_field("liveStreamEntry", "KalturaLiveStreamEntry")),
};
constexpr Parameter kIsLive[] = {required(text_field("id")),
                                 optional(word_field("protocol", "KalturaPlaybackProtocol"))};
constexpr Parameter kDetails[] = {required(text_field("id"))};

constexpr std::string_view kLiveStream = "KalturaLiveStreamEntry";
constexpr std::array kActions = {
    Action{"liveStream", "add", Allowed::kAdmin, kAdd, kLiveStream, add},
    Action{"liveStream", "get", Allowed::kSession, kGet, kLiveStream, get},
    Action{"liveStream", "list", Allowed::kSession, kList, "KalturaLiveStreamListResponse", list},
    Action{"liveStream", "update", Allowed::kEditor, kUpdate, kLiveStream, update},
    Action{"liveStream", "delete", Allowed::kEditor, kEntry, "", remove},
    Action{"liveStream", "clone", Allowed::kAdmin, kEntry, kLiveStream, clone},
    Action{"liveStream", "regenerateStreamToken", Allowed::kEditor, kEntry, "KalturaLiveEntry",
           regenerate_token},
    Action{"liveStream", "isLive", Allowed::kEverybody, kIsLive, "bool", is_live},
    Action{"liveStream", "getDetails", Allowed::kEverybody, kDetails, "KalturaLiveStreamDetails",
           get_details},
};

}  // namespace

std::span<const Action> live_stream_actions() { return kActions; }

}  // namespace klive::app::api
