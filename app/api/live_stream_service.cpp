// SPDX-License-Identifier: LGPL-2.1-or-later
// The service liveStream over the EntryStore.
#include <gst/gst.h>

#include <algorithm>
#include <array>
#include <string>

#include "api/actions.h"
#include "api/entry_object.h"
#include "api/session.h"

namespace klive::app::api {
namespace {

using base::ErrorCode;
using kaltura::ApiError;
using kaltura::make_api_error;

constexpr int64_t kDefaultPage = 30, kMaxPage = 500;
constexpr size_t kMaxIds = 500;

GstDebugCategory *log_category() {
  static GstDebugCategory *category =
      _gst_debug_category_new("klive-api", 0, "Kaltura API of the embedded backend");
  return category;
}
#define GST_CAT_DEFAULT log_category()

/// An error of the store as the API says it.
ApiError api_error(const base::Error &error, const std::string &id) {
  switch (error.code) {
    case ErrorCode::kNotFound:
      return make_api_error("ENTRY_ID_NOT_FOUND", {id.substr(0, 64)});
    case ErrorCode::kConflict:
      return make_api_error("INVALID_PARAMETER_VALUE", {"id", "an entry with it exists already"});
    case ErrorCode::kInvalid:
      return make_api_error("INVALID_PARAMETER_VALUE", {"liveStreamEntry", error.message});
    default:
      break;
  }
  GST_ERROR("%s", error.message.c_str());
  return make_api_error("INTERNAL_SERVERL_ERROR");
}

NodePtr view_of(const Call &call, const Entry &entry) {
  return entry_node(entry, {.settings = call.settings,
                            .host = call.http.host,
                            .origin = call.http.origin,
                            .partner = call.secrets.partner_id,
                            .is_live = call.is_live(entry.id),
                            .with_secrets = call.ks && may_edit(*call.ks, entry.id)});
}

ActionResult answer_of(const Call &call, const base::Result<Entry> &entry, const std::string &id) {
  if (!entry) return api_error(entry.error(), id);
  return view_of(call, *entry);
}

std::string entry_id(const Call &call) { return call.request.text("entryId").value_or(""); }

/// "1_a,1_b" without empty ones.
std::vector<std::string> split_ids(std::string_view csv) {
  std::vector<std::string> ids;
  while (!csv.empty()) {
    const size_t comma = csv.find(',');
    std::string_view id = csv.substr(0, comma);
    csv.remove_prefix(comma == std::string_view::npos ? csv.size() : comma + 1);
    while (id.starts_with(' ')) id.remove_prefix(1);
    while (id.ends_with(' ')) id.remove_suffix(1);
    if (!id.empty()) ids.emplace_back(id);
  }
  return ids;
}

/// A filter that is not understood must not look like one that matched everything.
std::optional<ApiError> check_filter(JsonObject *filter) {
  constexpr std::array<std::string_view, 5> kKnown = {"objectType", "idIn", "idEqual", "nameLike",
                                                      "orderBy"};
  JsonObjectIter iter;
  json_object_iter_init(&iter, filter);
  const char *name = nullptr;
  while (json_object_iter_next(&iter, &name, nullptr)) {
    bool known = false;
    for (const auto each : kKnown) known = known || each == name;
    if (!known) {
      return make_api_error("INVALID_PARAMETER_VALUE",
                            {"filter:" + std::string(name).substr(0, 64),
                             "entries are filtered by idEqual, idIn and nameLike"});
    }
  }
  const auto order = kaltura::member_text(filter, "orderBy");
  if (order && !order->empty() && *order != "-createdAt") {
    return make_api_error("INVALID_PARAMETER_VALUE",
                          {"filter:orderBy", "entries are ordered by -createdAt"});
  }
  return std::nullopt;
}

/// What a list is asked for; `matches_none` when no entry can match.
struct ListQuery {
  EntryFilter filter;
  bool matches_none = false;
};

std::variant<ListQuery, ApiError> list_query(const Call &call) {
  ListQuery query;
  if (JsonObject *filter = call.request.object("filter")) {
    if (auto error = check_filter(filter)) return *std::move(error);
    const auto equal = kaltura::member_text(filter, "idEqual");
    const auto in = kaltura::member_text(filter, "idIn");
    if (in) query.filter.ids = split_ids(*in);
    if (query.filter.ids.size() > kMaxIds) {
      return make_api_error("INVALID_PARAMETER_VALUE",
                            {"filter:idIn", "at most 500 ids were needed"});
    }
    query.matches_none = in && query.filter.ids.empty();
    if (equal) {
      bool both = !in;
      for (const auto &id : query.filter.ids) both = both || id == *equal;
      query.matches_none = !both;
      query.filter.ids = {*equal};
    }
    query.filter.name_like = kaltura::member_text(filter, "nameLike").value_or("");
  }
  JsonObject *pager = call.request.object("pager");
  const int64_t size = kaltura::member_integer(pager, "pageSize").value_or(kDefaultPage);
  const int64_t index = kaltura::member_integer(pager, "pageIndex").value_or(1);
  constexpr int64_t kMaxIndex = 1'000'000;
  query.filter.limit = std::clamp<int64_t>(size, 1, kMaxPage);
  query.filter.offset = (std::clamp<int64_t>(index, 1, kMaxIndex) - 1) * query.filter.limit;
  return query;
}

/// The fields that an update may name only with the value they have.
std::optional<ApiError> check_fixed(JsonObject *object, const Entry &entry) {
  const std::pair<const char *, const std::string &> fixed[] = {{"id", entry.id},
                                                                {"streamPassword", entry.token}};
  for (const auto &[name, value] : fixed) {
    const auto given = kaltura::member_text(object, name);
    if (given && *given != value)
      return make_api_error("PROPERTY_VALIDATION_NOT_UPDATABLE", {name});
  }
  return std::nullopt;
}

}  // namespace

ActionResult live_stream_add(const Call &call) {
  JsonObject *object = call.request.object("liveStreamEntry");
  const auto source = call.request.text("sourceType");
  if (source && !source->empty() && *source != "32") {
    return make_api_error("INVALID_PARAMETER_VALUE", {"sourceType", "32 (live) was needed"});
  }
  if (!kaltura::member_text(object, "name")) {
    return make_api_error("PROPERTY_VALIDATION_CANNOT_BE_NULL", {"name"});
  }
  Entry entry;
  if (auto error = apply_fields(object, entry)) return *std::move(error);
  entry.id = kaltura::member_text(object, "id").value_or("");
  entry.token = kaltura::member_text(object, "streamPassword").value_or("");
  if (auto error = rule_error(entry)) return *std::move(error);
  const std::string id = entry.id;
  auto added = call.store.add(std::move(entry));
  if (added) GST_INFO_ID(added->id.c_str(), "added");
  return answer_of(call, added, id);
}

ActionResult live_stream_get(const Call &call) {
  const std::string id = entry_id(call);
  return answer_of(call, call.store.get(id), id);
}

ActionResult live_stream_list(const Call &call) {
  auto query = list_query(call);
  if (auto *error = std::get_if<ApiError>(&query)) return std::move(*error);
  const auto &wanted = *std::get_if<ListQuery>(&query);
  EntryPage page;
  if (!wanted.matches_none) {
    auto listed = call.store.list(wanted.filter);
    if (!listed) return api_error(listed.error(), {});
    page = *std::move(listed);
  }
  JsonObject *answer = json_object_new();
  JsonArray *objects = json_array_new();
  for (const Entry &entry : page.entries) {
    json_array_add_element(objects, view_of(call, entry).release());
  }
  json_object_set_array_member(answer, "objects", objects);
  json_object_set_int_member(answer, "totalCount", page.total);
  json_object_set_string_member(answer, "objectType", "KalturaLiveStreamListResponse");
  return node_of_object(answer);
}

ActionResult live_stream_update(const Call &call) {
  const std::string id = entry_id(call);
  const auto before = call.store.get(id);
  if (!before) return api_error(before.error(), id);
  JsonObject *object = call.request.object("liveStreamEntry");
  if (auto error = check_fixed(object, *before)) return *std::move(error);
  Entry after = *before;
  if (auto error = apply_fields(object, after)) return *std::move(error);
  if (auto error = rule_error(after)) return *std::move(error);
  if (const char *field = frozen_field_changed(*before, after);
      field != nullptr && call.is_live(id)) {
    return make_api_error("CANNOT_UPDATE_FIELDS_WHILE_ENTRY_BROADCASTING", {field});
  }
  auto updated = call.store.update(after);
  if (updated) GST_INFO_ID(id.c_str(), "changed");
  return answer_of(call, updated, id);
}

ActionResult live_stream_delete(const Call &call) {
  const std::string id = entry_id(call);
  if (const auto removed = call.store.remove(id); !removed) return api_error(removed.error(), id);
  GST_INFO_ID(id.c_str(), "deleted");
  return NodePtr();
}

ActionResult live_stream_regenerate_token(const Call &call) {
  const std::string id = entry_id(call);
  auto updated = call.store.regenerate_token(id);
  if (updated) GST_INFO_ID(id.c_str(), "has a new token");
  return answer_of(call, updated, id);
}

ActionResult live_stream_is_live(const Call &call) {
  const std::string id = call.request.text("id").value_or("");
  const auto protocol = call.request.text("protocol").value_or("");
  constexpr std::array<std::string_view, 6> kPlayable = {"",    "http", "applehttp",
                                                         "hls", "auto", "mpegdash"};
  bool known = false;
  for (const auto each : kPlayable) known = known || each == protocol;
  if (!known) {
    return make_api_error("LIVE_STREAM_STATUS_CANNOT_BE_DETERMINED", {protocol.substr(0, 64)});
  }
  const auto entry = call.store.get(id);
  if (!entry) return api_error(entry.error(), id);
  return node_of_flag(call.is_live(id));
}

}  // namespace klive::app::api
