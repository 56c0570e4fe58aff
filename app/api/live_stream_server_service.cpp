// SPDX-License-Identifier: LGPL-2.1-or-later
// The service liveStream: what media servers ask and say of entries, and what they leave behind.
#include <array>
#include <set>
#include <string>

#include "api/actions.h"
#include "api/broadcast.h"
#include "api/entry_object.h"
#include "api/fields.h"
#include "api/objects.h"
#include "api/server_nodes.h"
#include "backend/live_quota.h"
#include "kaltura/ks.h"
#include "kaltura/srt_pass.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::make_api_error;
using kaltura::Value;

constexpr int64_t kMostNodes = 500;
constexpr const char *kNoRecordings =
    "this server keeps no recordings; nothing was stored of this call";

/// What a registration is about, with the entry that it names.
struct Place {
  Entry entry;
  Registration registration;
  Value server_node;
};

std::variant<Place, ApiError> find_place(const Call &call) {
  auto found = find_entry(call, call.text("entryId"));
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  Place place{
      .entry = std::move(*std::get_if<Entry>(&found)), .registration = {}, .server_node = {}};
  const std::string host = call.text("hostname");
  auto node = find_server_node(call, host);
  if (!node) return make_api_error("MEDIA_SERVER_NOT_FOUND", {host.substr(0, 64)});
  place.registration = {.entry = place.entry.id,
                        .partner = place.entry.partner,
                        .server_node = node->integer_of("id"),
                        .side = call.integer("mediaServerIndex")};
  place.server_node = *std::move(node);
  return place;
}

/// An entry that is on air from servers of another environment is not taken from them.
std::optional<ApiError> check_environment(const Call &call, const Place &place) {
  const std::string own = place.server_node.text_of("environment");
  for (const Value &node : broadcast_of(call, place.entry.id).nodes) {
    const int64_t status = node.integer_of("status");
    if (status != kNodePlayable && status != kNodeBroadcasting) continue;
    const auto other = call.objects().get(kind::kServerNode, node.text_of("serverNodeId"));
    if (!other || other->text_of("environment") == own) continue;
    return make_api_error("LIVE_STREAM_ALREADY_BROADCASTING",
                          {place.entry.id, other->text_of("hostName")});
  }
  return std::nullopt;
}

/// The entries that are on air now, here or on a server that registered them.
std::set<std::string> on_air(const Call &call) {
  const std::vector<std::string> playable = call.parts.playable();
  std::set<std::string> ids(playable.begin(), playable.end());
  const auto nodes = call.objects().list({.kind = kind::kEntryServerNode, .limit = kMostNodes});
  if (!nodes) return ids;
  for (const Value &node : nodes->objects) {
    if (node.integer_of("seenAt") + kRegistrationTime > call.now) {
      ids.insert(node.text_of("entryId"));
    }
  }
  return ids;
}

std::optional<ApiError> check_quotas(const Call &call, const Entry &entry) {
  return check_live_quota(call.entries(), call.parts.profiles, call.parts.settings.limits, entry,
                          on_air(call));
}

/// The token itself, or the entry's SRT passphrase as Kaltura encrypts it.
bool is_token(const Call &call, const Entry &entry, const std::string &given) {
  if (kaltura::equal_in_constant_time(entry.token, given)) return true;
  const std::string pass = entry.more.text_of("srtPass");
  return !pass.empty() && kaltura::equal_in_constant_time(
                              kaltura::encrypt_srt_pass(pass, call.parts.settings.srt_keys), given);
}

// In Kaltura's order: entry, token, other environments, the server, quotas.
ActionResult authenticate(const Call &call) {
  auto found = find_entry(call, call.text("entryId"));
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  const Entry &entry = *std::get_if<Entry>(&found);
  if (!is_token(call, entry, call.text("token"))) {
    return make_api_error("LIVE_STREAM_INVALID_TOKEN", {entry.id});
  }
  if (call.has("hostname") && call.has("mediaServerIndex")) {
    auto place = find_place(call);
    if (auto *error = std::get_if<ApiError>(&place)) return std::move(*error);
    const Place &where = *std::get_if<Place>(&place);
    if (auto error = check_environment(call, where)) return *std::move(error);
    if (auto error = check_quotas(call, entry)) return *std::move(error);
    // A server that has the entry on air already only asks for another encoder's sake.
    const bool is_known = broadcast_of(call, entry.id).status_of(where.registration.side) != 0;
    if (!is_known) {
      auto made = register_node(call, where.registration, kNodeAuthenticated);
      if (!made) return store_error(made.error(), "ENTRY_ID_NOT_FOUND", entry.id);
    }
  } else if (auto error = check_quotas(call, entry)) {
    return *std::move(error);
  }
  return entry_view(call, entry);
}

ActionResult register_media_server(const Call &call) {
  const int64_t status = call.integer("liveEntryStatus");
  if (status != kNodePlayable && status != kNodeBroadcasting) {
    return make_api_error("INVALID_PARAMETER_VALUE",
                          {"liveEntryStatus", "1 (playable) or 2 (broadcasting) was needed"});
  }
  auto found = find_place(call);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  const Place &place = *std::get_if<Place>(&found);
  const bool was_playable = broadcast_of(call, place.entry.id).is_playable();
  auto made = register_node(call, place.registration, status);
  if (!made) return store_error(made.error(), "ENTRY_ID_NOT_FOUND", place.entry.id);
  if (status == kNodePlayable && !was_playable) note_playable(call, place.entry.id, false);
  return entry_answer(call, call.entries().get(place.entry.id), place.entry.id);
}

ActionResult unregister_media_server(const Call &call) {
  auto found = find_place(call);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  const Place &place = *std::get_if<Place>(&found);
  const bool was_playable = broadcast_of(call, place.entry.id).is_playable();
  const auto removed = unregister_node(call, place.registration);
  if (!removed) return store_error(removed.error(), "ENTRY_ID_NOT_FOUND", place.entry.id);
  if (!*removed) {
    return make_api_error("ENTRY_SERVER_NODE_NOT_FOUND",
                          {place.entry.id, std::to_string(place.registration.side)});
  }
  if (was_playable && !broadcast_of(call, place.entry.id).is_playable()) {
    note_playable(call, place.entry.id, true);
  }
  return entry_answer(call, call.entries().get(place.entry.id), place.entry.id);
}

ActionResult validate(const Call &call) {
  auto found = find_entry(call, call.text("entryId"));
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  if (auto done = drop_expired(call, std::get_if<Entry>(&found)->id); !done) {
    return store_error(done.error(), "ENTRY_ID_NOT_FOUND", call.text("entryId"));
  }
  return Value();
}

/// Actions of recordings: the entry is looked for, so that a mistake is told from what is missing.
ActionResult refuse_recording(const Call &call) {
  const std::string id = call.has("entryId") ? call.text("entryId") : call.text("liveEntryId");
  auto found = find_entry(call, id);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  return not_carried_out(call, kNoRecordings);
}

ActionResult add_push(const Call &call) {
  auto found = find_entry(call, call.text("entryId"));
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  Entry entry = std::move(*std::get_if<Entry>(&found));
  const std::string protocol = call.text("protocol");
  if (protocol == "applehttp" || protocol == "mpegdash") {
    return make_api_error("INVALID_PARAMETER_VALUE",
                          {"protocol", "the server itself serves " + protocol});
  }
  const Value *given = call.object("liveStreamConfiguration");
  Value configuration =
      given != nullptr ? *given : Value::of_type("KalturaLiveStreamConfiguration");
  configuration["protocol"] = protocol;
  if (call.has("url")) configuration["url"] = call.text("url");
  if (configuration.find("url") == nullptr && configuration.find("publishUrl") == nullptr) {
    return make_api_error("MISSING_MANDATORY_PARAMETER", {"url"});
  }
  Value &list = entry.more["liveStreamConfigurations"];
  if (!list.is_array()) list = Value::Array();
  std::erase_if(*list.array(),
                [&](const Value &each) { return each.text_of("protocol") == protocol; });
  list.push(std::move(configuration));
  return entry_answer(call, call.entries().update(entry), entry.id);
}

ActionResult remove_push(const Call &call) {
  auto found = find_entry(call, call.text("entryId"));
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  Entry entry = std::move(*std::get_if<Entry>(&found));
  Value &list = entry.more["liveStreamConfigurations"];
  if (!list.is_array()) list = Value::Array();
  const std::string protocol = call.text("protocol");
  std::erase_if(*list.array(),
                [&](const Value &each) { return each.text_of("protocol") == protocol; });
  return entry_answer(call, call.entries().update(entry), entry.id);
}

constexpr auto kEntryId = required(text_field("entryId"));
constexpr auto kIndex = required(choice_field("mediaServerIndex", "KalturaEntryServerNodeType"));
constexpr auto kHost = required(text_field("hostname").bounded(0, 256));
constexpr auto kApplication = optional(text_field("applicationName").bounded(0, 256));

constexpr Parameter kAuthenticate[] = {
    kEntryId,
    required(text_field("token").bounded(0, 1024)),
    optional(text_field("hostname").bounded(0, 256)),
    optional(choice_field("mediaServerIndex", "KalturaEntryServerNodeType")),
    kApplication,
};
constexpr Parameter kRegister[] = {
    kEntryId,
    kHost,
    kIndex,
    kApplication,
    optional(choice_field("liveEntryStatus", "KalturaEntryServerNodeStatus"), "1"),
    optional(flag_field("shouldCreateRecordedEntry"), "true"),
};
constexpr Parameter kUnregister[] = {kEntryId, kHost, kIndex};
constexpr Parameter kEntry[] = {kEntryId};
constexpr Parameter kAppend[] = {
    kEntryId,
    required(text_field("assetId")),
    kIndex,
    required(object_field("resource", "KalturaDataCenterContentResource")),
    required(number_field("duration")),
    optional(flag_field("isLastChunk"), "false"),
};
constexpr Parameter kSetRecorded[] = {
    kEntryId,
    kIndex,
    required(object_field("resource", "KalturaDataCenterContentResource")),
    required(number_field("duration")),
    optional(text_field("recordedEntryId")),
    optional(integer_field("flavorParamsId")),
};
constexpr Parameter kCreateRecorded[] = {
    kEntryId, kIndex, required(choice_field("liveEntryStatus", "KalturaEntryServerNodeStatus"))};
constexpr Parameter kArchive[] = {required(text_field("liveEntryId")),
                                  required(text_field("vodEntryId"))};
constexpr Parameter kAddPush[] = {
    kEntryId,
    required(word_field("protocol", "KalturaPlaybackProtocol")),
    optional(text_field("url").bounded(0, 2048)),
    optional(object_field("liveStreamConfiguration", "KalturaLiveStreamConfiguration")),
};
constexpr Parameter kRemovePush[] = {kEntryId,
                                     required(word_field("protocol", "KalturaPlaybackProtocol"))};

constexpr std::string_view kLiveStream = "KalturaLiveStreamEntry", kLive = "KalturaLiveEntry";
constexpr std::array kActions = {
    Action{"liveStream", "authenticate", Allowed::kMediaServer, kAuthenticate, kLiveStream,
           authenticate},
    Action{"liveStream", "registerMediaServer", Allowed::kMediaServer, kRegister, kLive,
           register_media_server},
    Action{"liveStream", "unregisterMediaServer", Allowed::kMediaServer, kUnregister, kLive,
           unregister_media_server},
    Action{"liveStream", "validateRegisteredMediaServers", Allowed::kMediaServer, kEntry, "",
           validate},
    Action{"liveStream", "createRecordedEntry", Allowed::kMediaServer, kCreateRecorded, kLive,
           refuse_recording},
    Action{"liveStream", "appendRecording", Allowed::kMediaServer, kAppend, kLive,
           refuse_recording},
    Action{"liveStream", "setRecordedContent", Allowed::kMediaServer, kSetRecorded, kLive,
           refuse_recording},
    Action{"liveStream", "archive", Allowed::kAdmin, kArchive, "bool", refuse_recording},
    Action{"liveStream", "addLiveStreamPushPublishConfiguration", Allowed::kEditor, kAddPush,
           kLiveStream, add_push},
    Action{"liveStream", "removeLiveStreamPushPublishConfiguration", Allowed::kEditor, kRemovePush,
           kLiveStream, remove_push},
};

}  // namespace

std::span<const Action> live_stream_server_actions() { return kActions; }

}  // namespace klive::app::api
