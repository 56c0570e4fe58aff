// SPDX-License-Identifier: LGPL-2.1-or-later
// Entry ↔ KalturaLiveStreamEntry.
#include "api/entry_object.h"

#include <algorithm>

#include "api/publish_urls.h"
#include "backend/entry_rules.h"
#include "kaltura/request.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::make_api_error;
using kaltura::Side;

// Kaltura's numbers.
constexpr int64_t kTypeLiveStream = 7, kMediaTypeLive = 201, kStatusReady = 2, kViewAllowAll = 1;
constexpr const char *kSourceTypeLive = "32";

void set(JsonObject *object, const char *name, const std::string &value) {
  json_object_set_string_member(object, name, value.c_str());
}
void set(JsonObject *object, const char *name, int64_t value) {
  json_object_set_int_member(object, name, value);
}

std::string flavor_ids(const Profile &profile) {
  std::string ids;
  for (const auto &flavor : profile.ingest) {
    ids += (ids.empty() ? "" : ",") + std::to_string(flavor.id);
  }
  return ids;
}

void add_configuration(JsonArray *array, const char *protocol, const std::string &url) {
  JsonObject *object = json_object_new();
  set(object, "protocol", protocol);
  set(object, "url", url);
  set(object, "objectType", "KalturaLiveStreamConfiguration");
  json_array_add_object_element(array, object);
}

ApiError bad_value(const char *field, const std::string &needed) {
  return make_api_error("INVALID_PARAMETER_VALUE", {field, needed});
}

/// Reads a number within bounds that the enumeration has.
std::optional<ApiError> read_number(JsonObject *object, const char *field, int64_t least,
                                    int64_t most, const char *needed, int64_t &value) {
  if (!kaltura::member_text(object, field)) return std::nullopt;
  const auto number = kaltura::member_integer(object, field);
  if (!number || *number < least || *number > most) return bad_value(field, needed);
  value = *number;
  return std::nullopt;
}

std::optional<ApiError> read_profile(JsonObject *object, std::string &system_name) {
  const auto text = kaltura::member_text(object, "conversionProfileId");
  if (!text) return std::nullopt;
  const auto id = kaltura::member_integer(object, "conversionProfileId");
  const auto found = std::find_if(profiles().begin(), profiles().end(),
                                  [&](const Profile &p) { return id && p.id == *id; });
  if (found == profiles().end()) {
    return make_api_error("CONVERSION_PROFILE_ID_NOT_FOUND", {text->substr(0, 64)});
  }
  system_name = found->system_name;
  return std::nullopt;
}

}  // namespace

NodePtr entry_node(const Entry &entry, const EntryView &view) {
  JsonObject *object = json_object_new();
  set(object, "id", entry.id);
  set(object, "name", entry.name);
  set(object, "description", entry.description);
  set(object, "partnerId", view.partner);
  set(object, "adminTags", entry.admin_tags);
  set(object, "status", kStatusReady);
  set(object, "type", kTypeLiveStream);
  set(object, "mediaType", kMediaTypeLive);
  set(object, "sourceType", kSourceTypeLive);
  set(object, "createdAt", entry.created_at);
  set(object, "updatedAt", entry.updated_at);
  if (const Profile *profile = find_profile(entry.profile)) {
    set(object, "conversionProfileId", profile->id);
    set(object, "flavorParamsIds", flavor_ids(*profile));
  }
  set(object, "dvrStatus", int64_t{entry.dvr});
  set(object, "dvrWindow", entry.dvr_window_minutes);
  set(object, "recordStatus", static_cast<int64_t>(entry.record));
  set(object, "segmentDuration", entry.segment_duration_ms);
  set(object, "explicitLive", int64_t{0});
  set(object, "viewMode", kViewAllowAll);
  set(object, "liveStatus", int64_t{view.is_live});
  set(object, "streamName", "1");
  if (view.with_secrets) {
    set(object, "streamPassword", entry.token);
    for (const Side side : {Side::kPrimary, Side::kBackup}) {
      set(object, side == Side::kPrimary ? "primaryBroadcastingUrl" : "secondaryBroadcastingUrl",
          publish_url(view.settings, view.host, view.partner, entry, side));
    }
  }
  const std::string folder = std::string(view.origin) + "/live/" + entry.id;
  set(object, "hlsStreamUrl", folder + "/master.m3u8");
  JsonArray *configurations = json_array_new();
  add_configuration(configurations, "applehttp", folder + "/master.m3u8");
  add_configuration(configurations, "mpegdash", folder + "/manifest.mpd");
  json_object_set_array_member(object, "liveStreamConfigurations", configurations);
  set(object, "objectType", "KalturaLiveStreamEntry");
  return node_of_object(object);
}

std::optional<ApiError> apply_fields(JsonObject *object, Entry &entry) {
  const auto type = kaltura::member_text(object, "objectType");
  if (type && *type != "KalturaLiveStreamEntry" && *type != "KalturaLiveStreamAdminEntry") {
    return bad_value("objectType", "KalturaLiveStreamEntry was needed");
  }
  const auto read_text = [&](const char *field, std::string &value) {
    if (auto text = kaltura::member_text(object, field)) value = *std::move(text);
  };
  read_text("name", entry.name);
  read_text("description", entry.description);
  read_text("adminTags", entry.admin_tags);
  if (auto error = read_profile(object, entry.profile)) return error;

  int64_t dvr = entry.dvr ? 1 : 0;
  if (auto error = read_number(object, "dvrStatus", 0, 1, "0 (off) or 1 (on) was needed", dvr)) {
    return error;
  }
  entry.dvr = dvr != 0;
  auto record = static_cast<int64_t>(entry.record);
  if (auto error = read_number(object, "recordStatus", 0, 2,
                               "0 (none), 1 (appended) or 2 (per session) was needed", record)) {
    return error;
  }
  entry.record = static_cast<RecordMode>(record);
  if (auto error = read_number(object, "dvrWindow", INT64_MIN, INT64_MAX,
                               "a number of minutes was needed", entry.dvr_window_minutes)) {
    return error;
  }
  return read_number(object, "segmentDuration", INT64_MIN, INT64_MAX,
                     "a number of milliseconds was needed", entry.segment_duration_ms);
}

const char *frozen_field_changed(const Entry &before, const Entry &after) {
  if (before.dvr != after.dvr) return "dvrStatus";
  if (before.dvr_window_minutes != after.dvr_window_minutes) return "dvrWindow";
  if (before.record != after.record) return "recordStatus";
  if (before.profile != after.profile) return "conversionProfileId";
  if (before.segment_duration_ms != after.segment_duration_ms) return "segmentDuration";
  return nullptr;
}

std::optional<ApiError> rule_error(const Entry &entry) {
  const auto broken = broken_rule(entry);
  if (!broken) return std::nullopt;
  using Kind = BrokenRule::Kind;
  const char *code = "INVALID_PARAMETER_VALUE";
  switch (broken->kind) {
    case Kind::kMinLength:
      code = "PROPERTY_VALIDATION_MIN_LENGTH";
      break;
    case Kind::kMaxLength:
      code = "PROPERTY_VALIDATION_MAX_LENGTH";
      break;
    case Kind::kMinValue:
      code = "PROPERTY_VALIDATION_MIN_VALUE";
      break;
    case Kind::kMaxValue:
      code = "PROPERTY_VALIDATION_MAX_VALUE";
      break;
    case Kind::kForm:
      return bad_value(broken->field, broken->needed + " was needed");
  }
  return make_api_error(code, {broken->field, std::to_string(broken->bound)});
}

}  // namespace klive::app::api
