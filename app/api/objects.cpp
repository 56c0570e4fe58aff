// SPDX-License-Identifier: LGPL-2.1-or-later
// What all services that store objects do alike.
#include "api/objects.h"

#include <algorithm>

#include "api/log.h"

namespace klive::app::api {
namespace {

using base::ErrorCode;
using kaltura::ApiError;
using kaltura::make_api_error;
using kaltura::Value;

constexpr int64_t kDefaultPage = 30, kMaxPage = 500, kMaxPageIndex = 1'000'000;
constexpr size_t kShown = 64;

}  // namespace

ApiError store_error(const base::Error &error, std::string_view not_found, const std::string &id) {
  switch (error.code) {
    case ErrorCode::kNotFound:
      return make_api_error(not_found, {id.substr(0, kShown)});
    case ErrorCode::kConflict:
      return make_api_error("INVALID_PARAMETER_VALUE", {"id", "an object with it exists already"});
    case ErrorCode::kInvalid:
      return make_api_error("INVALID_PARAMETER_VALUE", {"object", error.message});
    default:
      break;
  }
  GST_ERROR("%s", error.message.c_str());
  return make_api_error("INTERNAL_SERVERL_ERROR");
}

std::optional<ApiError> merge(Value &document, const Value &checked, kaltura::Purpose purpose) {
  const std::string type_name = checked.text_of("objectType");
  const kaltura::ObjectType *type = kaltura::find_type(type_name);
  if (type == nullptr) return make_api_error("INTERNAL_SERVERL_ERROR");
  for (const auto &[name, member] : *checked.object()) {
    const kaltura::Field *field = kaltura::find_field(*type, name);
    if (field == nullptr) continue;
    const bool is_fixed =
        purpose == kaltura::Purpose::kUpdate && field->access == kaltura::Access::kInsertOnly;
    if (is_fixed && document.text_of(name) != member.text().value_or("")) {
      return make_api_error("PROPERTY_VALIDATION_NOT_UPDATABLE", {type_name + "::" + name});
    }
    if (member.is_null()) {
      document.erase(name);
    } else if (!is_fixed) {
      document[name] = member;
    }
  }
  return std::nullopt;
}

bool is_visible(const Call &call, const Value &document) {
  return call.caller.sees(document.integer_of("partnerId"));
}

std::variant<Value, ApiError> find_object(const Call &call, std::string_view kind,
                                          const std::string &id, std::string_view not_found) {
  auto document = call.objects().get(kind, id);
  if (document && is_visible(call, *document)) return *std::move(document);
  if (!document && document.error().code != ErrorCode::kNotFound) {
    return store_error(document.error(), not_found, id);
  }
  return make_api_error(not_found, {id.substr(0, kShown)});
}

std::variant<Value, ApiError> find_own_object(const Call &call, std::string_view kind,
                                              const std::string &id, std::string_view not_found) {
  auto found = find_object(call, kind, id, not_found);
  const auto *document = std::get_if<Value>(&found);
  if (document != nullptr && document->integer_of("partnerId") == kNobodysPartner) {
    return make_api_error(not_found, {id.substr(0, kShown)});
  }
  return found;
}

ActionResult get_object(const Call &call, std::string_view kind, const std::string &id,
                        std::string_view not_found) {
  auto found = find_object(call, kind, id, not_found);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  return std::move(*std::get_if<Value>(&found));
}

std::variant<Value, ApiError> changed_object(const Call &call, std::string_view kind,
                                             const std::string &id, std::string_view not_found,
                                             const Value &given) {
  auto found = find_own_object(call, kind, id, not_found);
  if (auto *document = std::get_if<Value>(&found)) {
    if (auto error = merge(*document, given, kaltura::Purpose::kUpdate)) return *std::move(error);
  }
  return found;
}

ActionResult replace_object(const Call &call, std::string_view kind, const Value &document,
                            std::string_view not_found) {
  const std::string id = document.text_of("id");
  auto updated = call.objects().update(kind, id, [&](Value &stored) -> base::Result<void> {
    stored = document;
    return {};
  });
  if (!updated) return store_error(updated.error(), not_found, id);
  return *std::move(updated);
}

ActionResult remove_object(const Call &call, std::string_view kind, const std::string &id,
                           std::string_view not_found) {
  if (auto done = call.objects().remove(kind, id); !done) {
    return store_error(done.error(), not_found, id);
  }
  return Value();
}

std::variant<ObjectQuery, ApiError> query_of(const Call &call, std::string_view kind,
                                             std::string_view filter_type) {
  ObjectQuery query{.kind = kind};
  if (!call.caller.sees_all) query.partners = {call.caller.partner, kNobodysPartner};
  if (const Value *given = call.object("filter")) {
    auto filter = kaltura::read_filter(*given, *kaltura::find_type(filter_type));
    if (auto *error = std::get_if<ApiError>(&filter)) return std::move(*error);
    query.filter = std::move(*std::get_if<kaltura::Filter>(&filter));
  }
  const Value *pager = call.object("pager");
  const int64_t size =
      pager == nullptr ? kDefaultPage : pager->integer_of("pageSize", kDefaultPage);
  const int64_t index = pager == nullptr ? 1 : pager->integer_of("pageIndex", 1);
  query.limit = std::clamp<int64_t>(size, 1, kMaxPage);
  query.offset = (std::clamp<int64_t>(index, 1, kMaxPageIndex) - 1) * query.limit;
  return query;
}

std::variant<ObjectPage, ApiError> page_of(const Call &call, const ObjectQuery &query) {
  if (call.may_still_list <= 0) {
    return make_api_error("INVALID_REQUEST", {"it lists too many objects at once"});
  }
  auto page = call.objects().list(query);
  if (!page) return store_error(page.error(), "INTERNAL_SERVERL_ERROR", {});
  call.may_still_list -= static_cast<int64_t>(page->objects.size()) + 1;
  return *std::move(page);
}

Value list_of(std::string_view response_type, Value::Array objects, int64_t total) {
  Value list = Value::of_type(response_type);
  list["objects"] = std::move(objects);
  list["totalCount"] = total;
  return list;
}

ActionResult list_objects(const Call &call, std::string_view kind, std::string_view filter_type,
                          std::string_view response_type) {
  auto query = query_of(call, kind, filter_type);
  if (auto *error = std::get_if<ApiError>(&query)) return std::move(*error);
  auto read = page_of(call, *std::get_if<ObjectQuery>(&query));
  if (auto *error = std::get_if<ApiError>(&read)) return std::move(*error);
  ObjectPage &page = *std::get_if<ObjectPage>(&read);
  return list_of(response_type, std::move(page.objects), page.total);
}

base::Result<void> put_object(const Call &call, std::string_view kind, const Value &document) {
  const auto updated =
      call.objects().update(kind, document.text_of("id"), [&](Value &stored) -> base::Result<void> {
        stored = document;
        return {};
      });
  if (updated) return {};
  if (updated.error().code != ErrorCode::kNotFound) return base::fail(updated.error());
  return call.objects().add(kind, document);
}

ApiError not_carried_out(const Call &call, const std::string &why) {
  return make_api_error("SERVICE_UNAVAILABLE",
                        {call.request.service + "->" + call.request.action, why});
}

}  // namespace klive::app::api
