// SPDX-License-Identifier: LGPL-2.1-or-later
// The service media: entries of recorded things. They can be made and found; content comes with
// recordings, clips and uploads, which this server does not do yet and says so.
#include <array>
#include <string>

#include "api/actions.h"
#include "api/entry_object.h"
#include "api/fields.h"
#include "api/objects.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::make_api_error;
using kaltura::Purpose;
using kaltura::Value;

constexpr const char *kType = "KalturaMediaEntry";
constexpr int64_t kNoContent = 7;  // Kaltura's EntryStatus
constexpr const char *kSourceFile = "1";

ActionResult add(const Call &call) {
  const Value &given = *call.object("entry");
  Entry entry;
  entry.type = EntryType::kMediaClip;
  entry.partner = call.caller.partner;
  if (auto error = apply_fields(call, given, Purpose::kAdd, entry)) return *std::move(error);
  entry.type = EntryType::kMediaClip;
  entry.more["status"] = kNoContent;
  entry.more["mediaType"] = entry.more.integer_of("mediaType", kMediaTypeVideo);
  entry.more["sourceType"] = entry.more.text_of("sourceType", kSourceFile);
  return add_entry(call, std::move(entry));
}

ActionResult get(const Call &call) {
  return get_entry(call, call.text("entryId"), EntryType::kMediaClip);
}

ActionResult list(const Call &call) {
  return list_entries(call, "KalturaMediaEntryFilter", "KalturaMediaListResponse",
                      EntryType::kMediaClip);
}

ActionResult update(const Call &call) {
  return update_entry(call, call.text("entryId"), *call.object("mediaEntry"),
                      EntryType::kMediaClip);
}

ActionResult remove(const Call &call) {
  return remove_entry(call, call.text("entryId"), EntryType::kMediaClip);
}

ActionResult set_content(const Call &call) {
  return refuse_content(call, call.text("entryId"), EntryType::kMediaClip);
}

ActionResult cancel_replace(const Call &call) {
  auto found = find_entry(call, call.text("entryId"), EntryType::kMediaClip);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  return make_api_error("ENTRY_ID_NOT_REPLACED", {std::get_if<Entry>(&found)->id});
}

constexpr auto kEntryId = required(text_field("entryId"));
constexpr Parameter kAdd[] = {required(object_field("entry", kType))};
constexpr Parameter kGet[] = {kEntryId, optional(integer_field("version"))};
constexpr Parameter kList[] = {optional(object_field("filter", "KalturaMediaEntryFilter")), kPager};
constexpr Parameter kUpdate[] = {kEntryId, required(object_field("mediaEntry", kType))};
constexpr Parameter kEntry[] = {kEntryId};
constexpr Parameter kContent[] = {kEntryId, optional(object_field("resource", "KalturaResource"))};
constexpr Parameter kNewContent[] = {
    kEntryId,
    required(object_field("resource", "KalturaResource")),
    optional(integer_field("conversionProfileId")),
};

constexpr std::array kActions = {
    Action{"media", "add", Allowed::kAdmin, kAdd, kType, add},
    Action{"media", "get", Allowed::kSession, kGet, kType, get},
    Action{"media", "list", Allowed::kSession, kList, "KalturaMediaListResponse", list},
    Action{"media", "update", Allowed::kEditor, kUpdate, kType, update},
    Action{"media", "delete", Allowed::kEditor, kEntry, "", remove},
    Action{"media", "addContent", Allowed::kEditor, kContent, kType, set_content},
    Action{"media", "updateContent", Allowed::kEditor, kNewContent, kType, set_content},
    Action{"media", "cancelReplace", Allowed::kEditor, kEntry, kType, cancel_replace},
};

}  // namespace

std::span<const Action> media_actions() { return kActions; }

}  // namespace klive::app::api
