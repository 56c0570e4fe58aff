// SPDX-License-Identifier: LGPL-2.1-or-later
// The service scheduleEvent: events of live entries, with the services that they are to be
// re-streamed to. Events are kept; re-streaming itself is not done by this server yet.
#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "api/actions.h"
#include "api/fields.h"
#include "api/objects.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::make_api_error;
using kaltura::Purpose;
using kaltura::Value;

constexpr std::string_view kNotFound = "SCHEDULE_EVENT_ID_NOT_FOUND";
constexpr const char *kType = "KalturaScheduleEvent";
constexpr int64_t kCancelled = 1, kActive = 2;  // Kaltura's ScheduleEventStatus
constexpr const char *kRestream = "KalturaLiveRestreamFeature";

ApiError missing(const std::string &type, const char *field) {
  return make_api_error("PROPERTY_VALIDATION_CANNOT_BE_NULL", {type + "::" + field});
}

/// A restream target has a system name of its own, a stream key, and RTMP or RTMPS addresses.
std::optional<ApiError> check_features(const Value &event) {
  const Value *features = event.find("liveFeatures");
  if (features == nullptr || !features->is_array()) return std::nullopt;
  std::set<std::string> names;
  for (const Value &feature : *features->array()) {
    const std::string type = feature.text_of("objectType"), name = feature.text_of("systemName");
    if (name.empty()) return missing(type, "systemName");
    if (!names.insert(name).second) return make_api_error("SYSTEM_NAME_ALREADY_EXISTS", {name});
    if (type != kRestream) continue;
    if (feature.text_of("primaryUrl").empty()) return missing(type, "primaryUrl");
    if (feature.text_of("streamKey").empty()) return missing(type, "streamKey");
    for (const char *field : {"primaryUrl", "secondaryUrl"}) {
      const std::string url = feature.text_of(field);
      if (url.empty() || url.starts_with("rtmp://") || url.starts_with("rtmps://")) continue;
      return make_api_error("PROPERTY_VALIDATION_WRONG_FORMAT",
                            {type + "::" + field, "rtmp:// or rtmps://"});
    }
  }
  return std::nullopt;
}

std::optional<ApiError> check_event(const Value &event) {
  const std::string type = event.text_of("objectType");
  for (const char *field : {"summary", "startDate", "endDate"}) {
    if (event.text_of(field).empty()) return missing(type, field);
  }
  if (event.integer_of("endDate") < event.integer_of("startDate")) {
    return make_api_error("PROPERTY_VALIDATION_MIN_VALUE",
                          {type + "::endDate", event.text_of("startDate")});
  }
  return check_features(event);
}

/// Stream keys are an operator's business.
Value view_of(const Call &call, Value event) {
  if (!call.caller.is_admin()) event.erase("liveFeatures");
  return event;
}

ActionResult add(const Call &call) {
  const Value &given = *call.object("scheduleEvent");
  Value event = Value::of_type(given.text_of("objectType"));
  if (auto error = merge(event, given, Purpose::kAdd)) return *std::move(error);
  if (auto error = check_event(event)) return *std::move(error);
  event["partnerId"] = call.caller.partner;
  event["ownerId"] = event.text_of("ownerId", call.caller.ks->user);
  event["status"] = kActive;
  event["createdAt"] = call.now;
  event["updatedAt"] = call.now;
  auto added = call.objects().add_numbered(kind::kScheduleEvent, std::move(event));
  if (!added) return store_error(added.error(), kNotFound, {});
  return *std::move(added);
}

ActionResult get(const Call &call) {
  auto found = find_object(call, kind::kScheduleEvent, call.text("scheduleEventId"), kNotFound);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  return view_of(call, std::move(*std::get_if<Value>(&found)));
}

ActionResult list(const Call &call) {
  auto result = list_objects(call, kind::kScheduleEvent, "KalturaScheduleEventFilter",
                             "KalturaScheduleEventListResponse");
  if (auto *page = std::get_if<Value>(&result)) {
    for (Value &event : *(*page)["objects"].array()) event = view_of(call, std::move(event));
  }
  return result;
}

ActionResult store(const Call &call, Value &event) {
  event["updatedAt"] = call.now;
  return replace_object(call, kind::kScheduleEvent, event, kNotFound);
}

ActionResult update(const Call &call) {
  auto changed = changed_object(call, kind::kScheduleEvent, call.text("scheduleEventId"), kNotFound,
                                *call.object("scheduleEvent"));
  if (auto *error = std::get_if<ApiError>(&changed)) return std::move(*error);
  Value &event = *std::get_if<Value>(&changed);
  if (auto error = check_event(event)) return *std::move(error);
  return store(call, event);
}

ActionResult cancel(const Call &call) {
  auto found = find_object(call, kind::kScheduleEvent, call.text("scheduleEventId"), kNotFound);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  Value &event = *std::get_if<Value>(&found);
  event["status"] = kCancelled;
  return store(call, event);
}

ActionResult remove(const Call &call) {
  const std::string id = call.text("scheduleEventId");
  auto found = find_object(call, kind::kScheduleEvent, id, kNotFound);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  auto removed = remove_object(call, kind::kScheduleEvent, id, kNotFound);
  if (std::holds_alternative<ApiError>(removed)) return removed;
  Value event = std::move(*std::get_if<Value>(&found));
  event["status"] = 0;  // Kaltura answers with the event as it went
  return event;
}

constexpr auto kEventId = required(integer_field("scheduleEventId"));
constexpr Parameter kAdd[] = {required(object_field("scheduleEvent", kType))};
constexpr Parameter kEvent[] = {kEventId};
constexpr Parameter kUpdate[] = {kEventId, required(object_field("scheduleEvent", kType))};
constexpr Parameter kList[] = {optional(object_field("filter", "KalturaScheduleEventFilter")),
                               kPager};

constexpr std::string_view kService = "schedule_scheduleEvent";
constexpr std::string_view kPage = "KalturaScheduleEventListResponse";
constexpr std::array kActions = {
    Action{kService, "add", Allowed::kAdmin, kAdd, kType, add},
    Action{kService, "get", Allowed::kSession, kEvent, kType, get},
    Action{kService, "list", Allowed::kSession, kList, kPage, list},
    Action{kService, "update", Allowed::kAdmin, kUpdate, kType, update},
    Action{kService, "cancel", Allowed::kAdmin, kEvent, kType, cancel},
    Action{kService, "delete", Allowed::kAdmin, kEvent, kType, remove},
};

}  // namespace

std::span<const Action> schedule_event_actions() { return kActions; }

}  // namespace klive::app::api
