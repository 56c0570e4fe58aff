// SPDX-License-Identifier: LGPL-2.1-or-later
// The services flavorParams and liveParams, which is the same with live params alone.
#include <algorithm>
#include <array>

#include "api/actions.h"
#include "api/fields.h"
#include "api/objects.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::make_api_error;
using kaltura::Purpose;
using kaltura::Value;

constexpr std::string_view kNotFound = "FLAVOR_PARAMS_ID_NOT_FOUND";
constexpr const char *kFlavorParams = "KalturaFlavorParams", *kLiveParams = "KalturaLiveParams";
constexpr int64_t kMaxFlavors = 500;

/// What an encoder can publish: 1 to 999999 without a leading zero.
std::optional<ApiError> check_suffix(const Value &params) {
  const std::string suffix = params.text_of("streamSuffix");
  const bool is_ok =
      std::all_of(suffix.begin(), suffix.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
      !suffix.starts_with('0');
  if (is_ok) return std::nullopt;
  return make_api_error("PROPERTY_VALIDATION_WRONG_FORMAT",
                        {std::string(kLiveParams) + "::streamSuffix", "1 to 999999"});
}

/// The argument of add and update, whatever it is called.
const Value &given_params(const Call &call) {
  const Value *params = call.object("flavorParams");
  return params != nullptr ? *params : *call.object("liveParams");
}

ActionResult add(const Call &call) {
  const Value &given = given_params(call);
  Value params = Value::of_type(given.text_of("objectType"));
  if (auto error = merge(params, given, Purpose::kAdd)) return *std::move(error);
  if (params.text_of("name").empty()) {
    return make_api_error("PROPERTY_VALIDATION_CANNOT_BE_NULL",
                          {params.text_of("objectType") + "::name"});
  }
  if (auto error = check_suffix(params)) return *std::move(error);
  params["partnerId"] = call.caller.partner;
  params["createdAt"] = call.now;
  params["isSystemDefault"] = 0;
  auto added = call.objects().add_numbered(kind::kFlavorParams, std::move(params));
  if (!added) return store_error(added.error(), kNotFound, {});
  return *std::move(added);
}

ActionResult get(const Call &call) {
  return get_object(call, kind::kFlavorParams, call.text("id"), kNotFound);
}

ActionResult list(const Call &call) {
  return list_objects(call, kind::kFlavorParams, "KalturaFlavorParamsFilter",
                      "KalturaFlavorParamsListResponse");
}

ActionResult list_live(const Call &call) {
  return list_objects(call, kind::kFlavorParams, "KalturaLiveParamsFilter",
                      "KalturaFlavorParamsListResponse");
}

ActionResult get_by_profile(const Call &call) {
  const std::string id = call.text("conversionProfileId");
  auto found = find_object(call, kind::kProfile, id, "CONVERSION_PROFILE_ID_NOT_FOUND");
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  const auto profile = call.parts.profiles.get(call.integer("conversionProfileId"));
  if (!profile) return store_error(profile.error(), "CONVERSION_PROFILE_ID_NOT_FOUND", id);
  Value list = Value::Array();
  for (const auto &flavor : profile->flavors) {
    auto params =
        find_object(call, kind::kFlavorParams, std::to_string(flavor.params.id), kNotFound);
    if (auto *one = std::get_if<Value>(&params)) list.push(std::move(*one));
  }
  return list;
}

ActionResult update(const Call &call) {
  auto changed =
      changed_object(call, kind::kFlavorParams, call.text("id"), kNotFound, given_params(call));
  if (auto *error = std::get_if<ApiError>(&changed)) return std::move(*error);
  const Value &params = *std::get_if<Value>(&changed);
  if (auto error = check_suffix(params)) return *std::move(error);
  auto updated = replace_object(call, kind::kFlavorParams, params, kNotFound);
  call.parts.profiles.changed();
  return updated;
}

ActionResult remove(const Call &call) {
  const std::string id = call.text("id");
  auto found = find_own_object(call, kind::kFlavorParams, id, kNotFound);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  ObjectQuery links{.kind = kind::kProfileParams, .limit = kMaxFlavors};
  links.filter.conditions.push_back(kaltura::is_equal("KalturaConversionProfileAssetParams",
                                                      "assetParamsId", call.integer("id")));
  const auto used = call.objects().list(links);
  if (!used) return store_error(used.error(), kNotFound, id);
  if (used->total > 0) {
    return make_api_error(
        "INVALID_PARAMETER_VALUE",
        {"id", std::to_string(used->total) + " conversion profiles have these params"});
  }
  return remove_object(call, kind::kFlavorParams, id, kNotFound);
}

constexpr Parameter kId[] = {required(integer_field("id"))};
constexpr Parameter kAdd[] = {required(object_field("flavorParams", kFlavorParams))};
constexpr Parameter kUpdate[] = {required(integer_field("id")),
                                 required(object_field("flavorParams", kFlavorParams))};
constexpr Parameter kList[] = {optional(object_field("filter", "KalturaFlavorParamsFilter")),
                               kPager};
constexpr Parameter kByProfile[] = {required(integer_field("conversionProfileId"))};
constexpr Parameter kAddLive[] = {required(object_field("liveParams", kLiveParams))};
constexpr Parameter kUpdateLive[] = {required(integer_field("id")),
                                     required(object_field("liveParams", kLiveParams))};
constexpr Parameter kListLive[] = {optional(object_field("filter", "KalturaLiveParamsFilter")),
                                   kPager};

constexpr std::string_view kPage = "KalturaFlavorParamsListResponse";
constexpr std::array kActions = {
    Action{"flavorParams", "add", Allowed::kAdmin, kAdd, kFlavorParams, add},
    Action{"flavorParams", "get", Allowed::kSession, kId, kFlavorParams, get},
    Action{"flavorParams", "list", Allowed::kSession, kList, kPage, list},
    Action{"flavorParams", "getByConversionProfileId", Allowed::kSession, kByProfile, "array",
           get_by_profile},
    Action{"flavorParams", "update", Allowed::kAdmin, kUpdate, kFlavorParams, update},
    Action{"flavorParams", "delete", Allowed::kAdmin, kId, "", remove},
    Action{"liveParams", "add", Allowed::kAdmin, kAddLive, kLiveParams, add},
    Action{"liveParams", "get", Allowed::kSession, kId, kLiveParams, get},
    Action{"liveParams", "list", Allowed::kSession, kListLive, kPage, list_live},
    Action{"liveParams", "update", Allowed::kAdmin, kUpdateLive, kLiveParams, update},
    Action{"liveParams", "delete", Allowed::kAdmin, kId, "", remove},
};

}  // namespace

std::span<const Action> flavor_params_actions() { return kActions; }

}  // namespace klive::app::api
