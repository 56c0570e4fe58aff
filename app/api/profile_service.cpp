// SPDX-License-Identifier: LGPL-2.1-or-later
// The services conversionProfile and conversionProfileAssetParams.
#include <algorithm>
#include <array>
#include <set>

#include "api/actions.h"
#include "api/default_profile.h"
#include "api/fields.h"
#include "api/objects.h"
#include "base/list_text.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::make_api_error;
using kaltura::Purpose;
using kaltura::Value;

constexpr std::string_view kNotFound = "CONVERSION_PROFILE_ID_NOT_FOUND";
constexpr std::string_view kLinkNotFound = "CONVERSION_PROFILE_ASSET_PARAMS_NOT_FOUND";
constexpr const char *kType = "KalturaConversionProfile";
constexpr const char *kLinkType = "KalturaConversionProfileAssetParams";
constexpr int64_t kEnabled = 2, kMaxFlavors = 100;

std::string link_id(int64_t profile, int64_t params) {
  return std::to_string(profile) + "_" + std::to_string(params);
}

/// "32, 33" as numbers; nothing when something else is among them.
std::optional<std::vector<int64_t>> numbers_of(std::string_view csv) {
  std::vector<int64_t> numbers;
  for (const std::string_view one : base::split_list(csv)) {
    const auto number = Value(one).integer();
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

/// The links of a profile's flavors, as they are made when nobody says anything of them. The list
/// of flavors is put down without spaces.
std::variant<std::vector<Value>, ApiError> links_of(const Call &call, Value &profile) {
  const std::string csv = profile.text_of("flavorParamsIds");
  const auto ids = numbers_of(csv);
  if (!ids || static_cast<int64_t>(ids->size()) > kMaxFlavors) {
    return make_api_error("PROPERTY_VALIDATION_WRONG_FORMAT",
                          {std::string(kType) + "::flavorParamsIds", "1,2,3"});
  }
  std::vector<Value> links;
  std::set<int64_t> seen;
  std::set<std::string> suffixes;
  std::string tidy;
  for (const int64_t id : *ids) {
    auto found =
        find_object(call, kind::kFlavorParams, std::to_string(id), "FLAVOR_PARAMS_ID_NOT_FOUND");
    if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
    const auto params = kaltura::live_params_of(*std::get_if<Value>(&found));
    const bool is_ingest = params.has_tag("ingest");
    const bool is_twice =
        !seen.insert(id).second || (is_ingest && !suffixes.insert(params.stream_suffix).second);
    if (is_twice) return make_api_error("FLAVOR_PARAMS_DUPLICATE", {std::to_string(id)});
    Value link = Value::of_type(kLinkType);
    link["conversionProfileId"] = profile.integer_of("id");
    link["assetParamsId"] = id;
    link["partnerId"] = profile.integer_of("partnerId");
    link["origin"] =
        static_cast<int64_t>(is_ingest ? kaltura::Origin::kIngest : kaltura::Origin::kConvert);
    link["id"] = link_id(profile.integer_of("id"), id);
    links.push_back(std::move(link));
    tidy += (tidy.empty() ? "" : ",") + std::to_string(id);
  }
  profile["flavorParamsIds"] = tidy;
  return links;
}

std::optional<ApiError> check_system_name(const Call &call, const Value &profile) {
  const std::string name = profile.text_of("systemName");
  if (name.empty()) return std::nullopt;
  ObjectQuery query{
      .kind = kind::kProfile, .partners = {call.caller.partner, kNobodysPartner}, .limit = 2};
  query.filter.conditions.push_back(kaltura::is_equal(kType, "systemName", name));
  const auto page = call.objects().list(query);
  if (!page) return store_error(page.error(), kNotFound, {});
  for (const Value &other : page->objects) {
    if (other.integer_of("id") != profile.integer_of("id")) {
      return make_api_error("SYSTEM_NAME_ALREADY_EXISTS", {name});
    }
  }
  return std::nullopt;
}

base::Result<std::vector<Value>> stored_links(const Call &call, int64_t profile) {
  ObjectQuery query{.kind = kind::kProfileParams, .limit = kMaxFlavors};
  query.filter.conditions.push_back(kaltura::is_equal(kLinkType, "conversionProfileId", profile));
  auto page = call.objects().list(query);
  if (!page) return base::fail(std::move(page).error());
  return std::move(page->objects);
}

/// Links that are wanted and not there are added, those that are not wanted any more go.
std::optional<ApiError> store_links(const Call &call, int64_t profile,
                                    const std::vector<Value> &wanted) {
  const auto there = stored_links(call, profile);
  if (!there) return store_error(there.error(), kNotFound, {});
  const auto has = [](const std::vector<Value> &links, const Value &link) {
    return std::any_of(links.begin(), links.end(),
                       [&](const Value &each) { return each.text_of("id") == link.text_of("id"); });
  };
  for (const Value &link : *there) {
    if (has(wanted, link)) continue;
    if (auto done = call.objects().remove(kind::kProfileParams, link.text_of("id")); !done) {
      return store_error(done.error(), kNotFound, {});
    }
  }
  for (const Value &link : wanted) {
    if (has(*there, link)) continue;
    if (auto done = call.objects().add(kind::kProfileParams, link); !done) {
      return store_error(done.error(), kNotFound, {});
    }
  }
  call.parts.profiles.changed();
  return std::nullopt;
}

/// The numbers of the links depend on the profile's, which is known when it is stored.
void set_profile(std::vector<Value> &links, int64_t profile) {
  for (Value &link : links) {
    link["conversionProfileId"] = profile;
    link["id"] = link_id(profile, link.integer_of("assetParamsId"));
  }
}

/// Whether new entries of the caller's partner have it.
bool is_default(const Call &call, const Value &profile) {
  return default_profile(call, profile.integer_of("type", kProfileTypeLive)) ==
         profile.integer_of("id");
}

Value view_of(const Call &call, Value profile) {
  profile["isDefault"] = is_default(call, profile) ? 1 : 0;
  return profile;
}

ActionResult add(const Call &call) {
  Value profile = Value::of_type(kType);
  const Value &given = *call.object("conversionProfile");
  if (auto error = merge(profile, given, Purpose::kAdd)) return *std::move(error);
  if (profile.text_of("name").empty()) {
    return make_api_error("PROPERTY_VALIDATION_CANNOT_BE_NULL", {std::string(kType) + "::name"});
  }
  profile["partnerId"] = call.caller.partner;
  profile["createdAt"] = call.now;
  profile["type"] = profile.integer_of("type", kProfileTypeLive);
  profile["status"] = profile.integer_of("status", kEnabled);
  if (auto error = check_system_name(call, profile)) return *std::move(error);
  auto links = links_of(call, profile);
  if (auto *error = std::get_if<ApiError>(&links)) return std::move(*error);
  auto added = call.objects().add_numbered(kind::kProfile, std::move(profile));
  if (!added) return store_error(added.error(), kNotFound, {});
  auto &made = *std::get_if<std::vector<Value>>(&links);
  set_profile(made, added->integer_of("id"));
  if (auto error = store_links(call, added->integer_of("id"), made)) return *std::move(error);
  return view_of(call, *std::move(added));
}

ActionResult get(const Call &call) {
  auto found = find_object(call, kind::kProfile, call.text("id"), kNotFound);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  return view_of(call, std::move(*std::get_if<Value>(&found)));
}

ActionResult get_default(const Call &call) {
  const int64_t type = call.has("type") ? call.integer("type") : kProfileTypeLive;
  const auto id = default_profile(call, type);
  if (!id) return make_api_error(kNotFound, {""});
  auto found = find_object(call, kind::kProfile, std::to_string(*id), kNotFound);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  return view_of(call, std::move(*std::get_if<Value>(&found)));
}

/// What klive ships with may be chosen, too: it is everybody's.
ActionResult set_as_default(const Call &call) {
  auto found = find_object(call, kind::kProfile, call.text("id"), kNotFound);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  Value &profile = *std::get_if<Value>(&found);
  if (auto done = set_default_profile(call, profile); !done) {
    return store_error(done.error(), kNotFound, call.text("id"));
  }
  return view_of(call, std::move(profile));
}

ActionResult list(const Call &call) {
  auto result = list_objects(call, kind::kProfile, "KalturaConversionProfileFilter",
                             "KalturaConversionProfileListResponse");
  if (auto *page = std::get_if<Value>(&result)) {
    for (Value &profile : *(*page)["objects"].array()) {
      profile = view_of(call, std::move(profile));
    }
  }
  return result;
}

ActionResult update(const Call &call) {
  auto changed = changed_object(call, kind::kProfile, call.text("id"), kNotFound,
                                *call.object("conversionProfile"));
  if (auto *error = std::get_if<ApiError>(&changed)) return std::move(*error);
  Value &profile = *std::get_if<Value>(&changed);
  if (auto error = check_system_name(call, profile)) return *std::move(error);
  auto links = links_of(call, profile);
  if (auto *error = std::get_if<ApiError>(&links)) return std::move(*error);
  auto updated = replace_object(call, kind::kProfile, profile, kNotFound);
  auto *stored = std::get_if<Value>(&updated);
  if (stored == nullptr) return updated;
  const auto &wanted = *std::get_if<std::vector<Value>>(&links);
  if (auto error = store_links(call, profile.integer_of("id"), wanted)) return *std::move(error);
  return view_of(call, std::move(*stored));
}

ActionResult remove(const Call &call) {
  const std::string id = call.text("id");
  auto found = find_object(call, kind::kProfile, id, kNotFound);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  const Value &profile = *std::get_if<Value>(&found);
  if (profile.integer_of("partnerId") == kNobodysPartner || is_default(call, profile)) {
    return make_api_error("CANNOT_DELETE_DEFAULT_CONVERSION_PROFILE");
  }
  ObjectQuery users{.kind = kind::kEntry, .limit = 1};
  users.filter.conditions.push_back(
      kaltura::is_equal("KalturaBaseEntry", "conversionProfileId", profile.integer_of("id")));
  const auto used = call.objects().list(users);
  if (!used) return store_error(used.error(), kNotFound, id);
  if (used->total > 0) {
    return make_api_error("INVALID_PARAMETER_VALUE",
                          {"id", std::to_string(used->total) + " entries have this profile"});
  }
  if (auto error = store_links(call, profile.integer_of("id"), {})) return *std::move(error);
  return remove_object(call, kind::kProfile, id, kNotFound);
}

ActionResult list_params(const Call &call) {
  return list_objects(call, kind::kProfileParams, "KalturaConversionProfileAssetParamsFilter",
                      "KalturaConversionProfileAssetParamsListResponse");
}

ActionResult update_params(const Call &call) {
  const int64_t profile = call.integer("conversionProfileId"),
                params = call.integer("assetParamsId");
  auto changed = changed_object(call, kind::kProfileParams, link_id(profile, params), kLinkNotFound,
                                *call.object("conversionProfileAssetParams"));
  if (auto *error = std::get_if<ApiError>(&changed)) {
    if (error->code != kLinkNotFound) return std::move(*error);
    return make_api_error(kLinkNotFound, {std::to_string(profile), std::to_string(params)});
  }
  auto updated =
      replace_object(call, kind::kProfileParams, *std::get_if<Value>(&changed), kLinkNotFound);
  call.parts.profiles.changed();
  return updated;
}

constexpr Parameter kId[] = {required(integer_field("id"))};
constexpr Parameter kAdd[] = {required(object_field("conversionProfile", kType))};
constexpr Parameter kUpdate[] = {required(integer_field("id")),
                                 required(object_field("conversionProfile", kType))};
constexpr Parameter kList[] = {optional(object_field("filter", "KalturaConversionProfileFilter")),
                               kPager};
constexpr Parameter kGetDefault[] = {
    optional(choice_field("type", "KalturaConversionProfileType"))};
constexpr Parameter kListParams[] = {
    optional(object_field("filter", "KalturaConversionProfileAssetParamsFilter")), kPager};
constexpr Parameter kUpdateParams[] = {
    required(integer_field("conversionProfileId")), required(integer_field("assetParamsId")),
    required(object_field("conversionProfileAssetParams", kLinkType))};

constexpr std::array kActions = {
    Action{"conversionProfile", "add", Allowed::kAdmin, kAdd, kType, add},
    Action{"conversionProfile", "get", Allowed::kSession, kId, kType, get},
    Action{"conversionProfile", "getDefault", Allowed::kSession, kGetDefault, kType, get_default},
    Action{"conversionProfile", "setAsDefault", Allowed::kAdmin, kId, kType, set_as_default},
    Action{"conversionProfile", "list", Allowed::kSession, kList,
           "KalturaConversionProfileListResponse", list},
    Action{"conversionProfile", "update", Allowed::kAdmin, kUpdate, kType, update},
    Action{"conversionProfile", "delete", Allowed::kAdmin, kId, "", remove},
    Action{"conversionProfileAssetParams", "list", Allowed::kSession, kListParams,
           "KalturaConversionProfileAssetParamsListResponse", list_params},
    Action{"conversionProfileAssetParams", "update", Allowed::kAdmin, kUpdateParams, kLinkType,
           update_params},
};

}  // namespace

std::span<const Action> profile_actions() { return kActions; }

}  // namespace klive::app::api
