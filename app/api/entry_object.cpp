// SPDX-License-Identifier: LGPL-2.1-or-later
// Entries as objects of the API.
#include "api/entry_object.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/broadcast.h"
#include "api/objects.h"
#include "api/publish_urls.h"
#include "backend/entry_rules.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::make_api_error;
using kaltura::Side;
using kaltura::Value;

// Kaltura's numbers.
constexpr int64_t kReady = 2, kNoContent = 7;
constexpr size_t kShown = 64;

constexpr const char *kFrozen[] = {"dvrStatus",          "dvrWindow",       "recordingOptions",
                                   "recordStatus",       "segmentDuration", "explicitLive",
                                   "conversionProfileId"};

constexpr const char *kOwnProtocols[] = {"applehttp", "mpegdash"};

/// Clients send back what they were told; what is made anew every time is not stored.
void drop_own_configurations(Entry &entry) {
  Value *member = entry.more.object() ? &entry.more["liveStreamConfigurations"] : nullptr;
  if (member == nullptr || !member->is_array()) return entry.more.erase("liveStreamConfigurations");
  std::erase_if(*member->array(), [](const Value &each) {
    const std::string protocol = each.text_of("protocol");
    return std::find(std::begin(kOwnProtocols), std::end(kOwnProtocols), protocol) !=
           std::end(kOwnProtocols);
  });
  if (member->array()->empty()) entry.more.erase("liveStreamConfigurations");
}

void set_default(Value &view, const char *name, Value value) {
  if (view.find(name) == nullptr) view[name] = std::move(value);
}

std::string flavor_ids(const Call &call, int64_t profile_id) {
  const auto profile = call.parts.profiles.get(profile_id);
  std::string ids;
  if (!profile) return ids;
  for (const auto &flavor : profile->flavors) {
    ids += (ids.empty() ? "" : ",") + std::to_string(flavor.params.id);
  }
  return ids;
}

Value configuration(const char *protocol, std::string url) {
  Value object = Value::of_type("KalturaLiveStreamConfiguration");
  object["protocol"] = protocol;
  object["url"] = std::move(url);
  return object;
}

void add_publish_fields(const Call &call, const Entry &entry, Value &view) {
  const ApiSettings &settings = call.parts.settings;
  for (const Side side : {Side::kPrimary, Side::kBackup}) {
    const char *name =
        side == Side::kPrimary ? "primaryBroadcastingUrl" : "secondaryBroadcastingUrl";
    view[name] = publish_url(settings, call.http.host, entry.partner, entry, side);
  }
}

void add_live_fields(const Call &call, const Entry &entry, Value &view) {
  set_default(view, "explicitLive", 0);
  const bool is_explicit = view.integer_of("explicitLive") == 1;
  set_default(view, "viewMode", is_explicit ? kViewPreview : kViewAllowAll);
  set_default(view, "recordingStatus", kRecordingActive);
  set_default(view, "pushPublishEnabled", 0);
  const Broadcast broadcast = broadcast_of(call, entry);
  view["liveStatus"] = broadcast.status();
  view["currentBroadcastStartTime"] = broadcast.since();
  if (const int64_t node = broadcast.primary_server_node()) view["primaryServerNodeId"] = node;
  view["streamName"] = "1";
  view["hlsStreamUrl"] = broadcast.is_elsewhere()
                             ? play_manifest_url(call.http.origin, entry, kOwnProtocols[0])
                             : std::string(call.http.origin) + "/live/" + entry.id + "/master.m3u8";
  Value configurations = view["liveStreamConfigurations"];
  Value own = Value::Array();
  for (const char *protocol : kOwnProtocols) {
    own.push(configuration(protocol, play_manifest_url(call.http.origin, entry, protocol)));
  }
  if (const auto *stored = configurations.array()) {
    for (const Value &each : *stored) own.push(each);
  }
  view["liveStreamConfigurations"] = std::move(own);
}

/// A rule of the store as Kaltura says it.
std::optional<ApiError> rule_error(const Entry &entry, const std::string &type) {
  const auto broken = broken_rule(entry);
  if (!broken) return std::nullopt;
  const std::string property = type + "::" + broken->field, bound = std::to_string(broken->bound);
  switch (broken->kind) {
    case BrokenRule::Kind::kMinLength:
      return make_api_error("PROPERTY_VALIDATION_MIN_LENGTH", {property, bound});
    case BrokenRule::Kind::kMaxLength:
      return make_api_error("PROPERTY_VALIDATION_MAX_LENGTH", {property, bound});
    case BrokenRule::Kind::kMinValue:
      return make_api_error("PROPERTY_VALIDATION_MIN_VALUE", {property, bound});
    case BrokenRule::Kind::kMaxValue:
      return make_api_error("PROPERTY_VALIDATION_MAX_VALUE", {property, bound});
    case BrokenRule::Kind::kForm:
      break;
  }
  return make_api_error("INVALID_PARAMETER_VALUE", {broken->field, broken->sentence()});
}

std::optional<ApiError> check_srt_pass(const Entry &entry) {
  const std::string pass = entry.more.text_of("srtPass");
  if (std::all_of(pass.begin(), pass.end(), [](char c) { return g_ascii_isalnum(c); })) {
    return std::nullopt;
  }
  return make_api_error("PROPERTY_VALIDATION_WRONG_FORMAT",
                        {"KalturaLiveStreamEntry::srtPass", "[0-9A-Za-z]"});
}

std::optional<ApiError> check_profile(const Call &call, const Entry &entry) {
  auto found = find_object(call, kind::kProfile, std::to_string(entry.profile),
                           "CONVERSION_PROFILE_ID_NOT_FOUND");
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  return std::nullopt;
}

}  // namespace

std::variant<Entry, ApiError> find_entry(const Call &call, const std::string &id,
                                         std::optional<EntryType> type) {
  auto entry = call.entries().get(id);
  if (!entry && entry.error().code != base::ErrorCode::kNotFound) {
    return store_error(entry.error(), "ENTRY_ID_NOT_FOUND", id);
  }
  const bool is_there =
      entry && call.caller.sees(entry->partner) && (!type || entry->type == *type);
  if (!is_there) return make_api_error("ENTRY_ID_NOT_FOUND", {id.substr(0, kShown)});
  return *std::move(entry);
}

Value entry_view(const Call &call, const Entry &entry) {
  Value view = document_of(entry);
  const bool is_live = entry.type == EntryType::kLiveStream;
  const std::string_view type_name = is_live ? "KalturaLiveStreamEntry" : "KalturaMediaEntry";
  view["objectType"] = type_name;
  const bool may_edit = call.caller.may_edit(entry);
  kaltura::for_each_field(*kaltura::find_type(type_name), [&](const kaltura::Field &field) {
    if (field.is_for_editors && !may_edit) view.erase(field.name);
  });
  view["flavorParamsIds"] = flavor_ids(call, entry.profile);
  if (is_live) {
    set_default(view, "status", kReady);
    add_live_fields(call, entry, view);
    if (may_edit) add_publish_fields(call, entry, view);
  } else {
    set_default(view, "status", kNoContent);
  }
  return view;
}

ActionResult entry_answer(const Call &call, const base::Result<Entry> &entry,
                          const std::string &id) {
  if (!entry) return store_error(entry.error(), "ENTRY_ID_NOT_FOUND", id);
  return entry_view(call, *entry);
}

std::optional<ApiError> apply_fields(const Call &call, const Value &checked,
                                     kaltura::Purpose purpose, Entry &entry) {
  Value document = document_of(entry);
  if (auto error = merge(document, checked, purpose)) return error;
  entry = entry_of(std::move(document));
  drop_own_configurations(entry);
  if (entry.name.empty()) {
    return make_api_error("PROPERTY_VALIDATION_CANNOT_BE_NULL",
                          {checked.text_of("objectType") + "::name"});
  }
  if (auto error = rule_error(entry, checked.text_of("objectType"))) return error;
  if (auto error = check_srt_pass(entry)) return error;
  return check_profile(call, entry);
}

const char *frozen_field_changed(const Entry &before, const Entry &after) {
  const Value old_one = document_of(before), new_one = document_of(after);
  for (const char *name : kFrozen) {
    const Value *a = old_one.find(name), *b = new_one.find(name);
    const bool is_same = (a == nullptr || a->is_null()) == (b == nullptr || b->is_null()) &&
                         (a == nullptr || b == nullptr || *a == *b);
    if (!is_same) return name;
  }
  return nullptr;
}

}  // namespace klive::app::api
