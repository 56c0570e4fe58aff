// SPDX-License-Identifier: LGPL-2.1-or-later
// What liveStream, media and baseEntry do alike: list, update and delete entries.

#include "api/broadcast.h"
#include "api/entry_object.h"
#include "api/log.h"
#include "api/objects.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::make_api_error;
using kaltura::Value;

constexpr int64_t kNodes = 500;  // entries on air elsewhere that a list knows of

/// The entries that can be watched now, here or on a server that has registered them.
std::vector<std::string> playable(const Call &call) {
  std::vector<std::string> ids = call.parts.playable();
  ObjectQuery query{.kind = kind::kEntryServerNode, .limit = kNodes};
  query.filter.conditions.push_back(
      kaltura::is_equal("KalturaLiveEntryServerNode", "status", kNodePlayable));
  const auto nodes = call.objects().list(query);
  if (!nodes) return ids;
  for (const Value &node : nodes->objects) {
    if (node.integer_of("seenAt") + kRegistrationTime > call.now) {
      ids.push_back(node.text_of("entryId"));
    }
  }
  return ids;
}

/// Whose an entry is is an admin's business, and who else may change it the owner's: the first
/// field that a caller may not change and has; null when there is none.
const char *owners_field_changed(const Call &call, const Entry &before, const Entry &after) {
  if (call.caller.is_admin()) return nullptr;
  const auto differs = [&](const char *name) {
    return before.more.text_of(name) != after.more.text_of(name);
  };
  for (const char *name : {"userId", "creatorId"}) {
    if (differs(name)) return name;
  }
  const std::string &user = call.caller.ks->user;
  if (!user.empty() && before.more.text_of("userId") == user) return nullptr;
  for (const char *name : {"entitledUsersEdit", "entitledUsersPublish", "entitledUsersView"}) {
    if (differs(name)) return name;
  }
  return nullptr;
}

/// Where players of an entry are sent: its recording once it is off air, else itself.
std::string redirect_of(const Call &call, const std::string &id) {
  const auto entry = call.entries().get(id);
  if (!entry) return id;
  const std::string target = entry->more.text_of("redirectEntryId");
  return target.empty() || broadcast_of(call, id).is_playable() ? id : target;
}

/// More than one clip in one call is what Kaltura itself refuses.
std::optional<ApiError> check_clip(const Value &resource) {
  if (resource.text_of("objectType") != "KalturaOperationResource") return std::nullopt;
  const Value *operations = resource.find("operationAttributes");
  if (operations == nullptr || !operations->is_array() || operations->array()->size() == 1) {
    return std::nullopt;
  }
  return make_api_error("LIVE_CLIPPING_UNSUPPORTED_OPERATION", {"Concat"});
}

}  // namespace

ActionResult add_entry(const Call &call, Entry entry) {
  for (const char *name : {"userId", "creatorId"}) {
    if (entry.more.find(name) == nullptr) entry.more[name] = call.caller.ks->user;
  }
  const std::string id = entry.id;
  auto added = call.entries().add(std::move(entry));
  if (added) GST_INFO_ID(added->id.c_str(), "added");
  return entry_answer(call, added, id);
}

ActionResult get_entry(const Call &call, const std::string &id, std::optional<EntryType> type) {
  auto found = find_entry(call, id, type);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  return entry_view(call, *std::get_if<Entry>(&found));
}

ActionResult list_entries(const Call &call, std::string_view filter_type,
                          std::string_view response_type, std::optional<EntryType> type) {
  auto read = query_of(call, kind::kEntry, filter_type);
  if (auto *error = std::get_if<ApiError>(&read)) return std::move(*error);
  ObjectQuery &query = *std::get_if<ObjectQuery>(&read);
  if (type) {
    query.filter.conditions.push_back(
        kaltura::is_equal("KalturaBaseEntry", "type", static_cast<int64_t>(*type)));
  }
  if (const Value *wanted = query.filter.own.find("isLive")) {
    if (wanted->integer() == 1) query.only_ids = playable(call);
    if (wanted->integer() == 0) query.not_ids = playable(call);
  }
  if (const Value *from = query.filter.own.find("redirectFromEntryId")) {
    query.only_ids = {redirect_of(call, from->text().value_or(""))};
  }
  auto listed = page_of(call, query);
  if (auto *error = std::get_if<ApiError>(&listed)) return std::move(*error);
  ObjectPage &page = *std::get_if<ObjectPage>(&listed);
  Value::Array views;
  for (Value &document : page.objects) {
    views.push_back(entry_view(call, entry_of(std::move(document))));
  }
  return list_of(response_type, std::move(views), page.total);
}

ActionResult update_entry(const Call &call, const std::string &id, const Value &checked,
                          std::optional<EntryType> type) {
  auto found = find_entry(call, id, type);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  const Entry &before = *std::get_if<Entry>(&found);
  Entry after = before;
  if (auto error = apply_fields(call, checked, kaltura::Purpose::kUpdate, after)) {
    return *std::move(error);
  }
  if (const char *field = owners_field_changed(call, before, after)) {
    return make_api_error("PROPERTY_VALIDATION_ADMIN_PROPERTY",
                          {checked.text_of("objectType") + "::" + field});
  }
  const char *frozen = frozen_field_changed(before, after);
  if (frozen != nullptr && broadcast_of(call, id).status() != kNodeStopped) {
    return make_api_error("CANNOT_UPDATE_FIELDS_WHILE_ENTRY_BROADCASTING", {frozen});
  }
  note_view_mode(before, after, g_get_real_time() / 1000);
  auto updated = call.entries().update(after);
  if (updated) GST_INFO_ID(id.c_str(), "changed");
  return entry_answer(call, updated, id);
}

ActionResult remove_entry(const Call &call, const std::string &id, std::optional<EntryType> type) {
  auto found = find_entry(call, id, type);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  if (const auto removed = call.entries().remove(id); !removed) {
    return store_error(removed.error(), "ENTRY_ID_NOT_FOUND", id);
  }
  GST_INFO_ID(id.c_str(), "deleted");
  return Value();
}

ActionResult refuse_content(const Call &call, const std::string &id,
                            std::optional<EntryType> type) {
  auto found = find_entry(call, id, type);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  if (const Value *resource = call.object("resource")) {
    if (auto error = check_clip(*resource)) return *std::move(error);
  }
  return not_carried_out(call, "this server takes no content of recorded entries");
}

}  // namespace klive::app::api
