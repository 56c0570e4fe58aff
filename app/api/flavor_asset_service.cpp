// SPDX-License-Identifier: LGPL-2.1-or-later
// The service flavorAsset. Nothing of it is stored: an entry's profile says what assets it has.
#include <array>
#include <string>

#include "api/actions.h"
#include "api/entry_object.h"
#include "api/fields.h"
#include "api/flavor_assets.h"
#include "api/objects.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::make_api_error;
using kaltura::Value;

constexpr int64_t kReady = 2;  // Kaltura's FlavorAssetStatus
constexpr const char *kType = "KalturaFlavorAsset";

std::string joined(const std::vector<std::string> &tags) {
  std::string csv;
  for (const std::string &tag : tags) csv += (csv.empty() ? "" : ",") + tag;
  return csv;
}

std::string asset_id(const Entry &entry, int64_t params) {
  return entry.id + "_" + std::to_string(params);
}

ActionResult get(const Call &call) {
  const std::string id = call.text("id");
  const auto not_found = make_api_error("FLAVOR_ASSET_ID_NOT_FOUND", {id.substr(0, 64)});
  const size_t last = id.rfind('_');
  if (last == std::string::npos) return not_found;
  auto found = find_entry(call, id.substr(0, last), std::nullopt);
  if (std::holds_alternative<ApiError>(found)) return not_found;
  for (Value &asset : flavor_assets_of(call, *std::get_if<Entry>(&found))) {
    if (asset.text_of("id") == id) return std::move(asset);
  }
  return not_found;
}

/// Assets are asked for by their entries.
ActionResult list(const Call &call) {
  auto read = query_of(call, "flavorAsset", "KalturaFlavorAssetFilter");
  if (auto *error = std::get_if<ApiError>(&read)) return std::move(*error);
  std::vector<std::string> entries;
  for (const kaltura::Condition &condition : std::get_if<ObjectQuery>(&read)->filter.conditions) {
    const bool is_choice =
        condition.op == kaltura::Operator::kEqual || condition.op == kaltura::Operator::kIn;
    if (!is_choice || condition.field->name != "entryId") {
      return make_api_error("INVALID_PARAMETER_VALUE",
                            {"filter", "entryIdEqual or entryIdIn alone was needed"});
    }
    for (const Value &value : condition.values) entries.push_back(*value.text());
  }
  if (entries.empty()) {
    return make_api_error("PROPERTY_VALIDATION_CANNOT_BE_NULL",
                          {"KalturaAssetFilter::entryIdEqual/KalturaAssetFilter::entryIdIn"});
  }
  Value::Array assets;
  for (const std::string &id : entries) {
    auto found = find_entry(call, id, std::nullopt);
    const auto *entry = std::get_if<Entry>(&found);
    if (entry == nullptr) continue;
    for (Value &asset : flavor_assets_of(call, *entry)) assets.push_back(std::move(asset));
  }
  const auto total = static_cast<int64_t>(assets.size());
  return list_of("KalturaFlavorAssetListResponse", std::move(assets), total);
}

constexpr Parameter kId[] = {required(text_field("id"))};
constexpr Parameter kList[] = {optional(object_field("filter", "KalturaFlavorAssetFilter")),
                               kPager};

constexpr std::array kActions = {
    Action{"flavorAsset", "get", Allowed::kSession, kId, kType, get},
    Action{"flavorAsset", "list", Allowed::kSession, kList, "KalturaFlavorAssetListResponse", list},
};

}  // namespace

Value::Array flavor_assets_of(const Call &call, const Entry &entry) {
  Value::Array assets;
  const auto profile = call.parts.profiles.get(entry.profile);
  if (!profile || entry.type != EntryType::kLiveStream) return assets;
  constexpr int64_t kKilobit = 1000;
  for (const kaltura::ProfileFlavor &flavor : profile->flavors) {
    Value asset = Value::of_type("KalturaLiveAsset");
    asset["id"] = asset_id(entry, flavor.params.id);
    asset["entryId"] = entry.id;
    asset["partnerId"] = entry.partner;
    asset["flavorParamsId"] = flavor.params.id;
    asset["tags"] = joined(flavor.params.tags);
    asset["label"] = flavor.params.name;
    asset["width"] = flavor.params.width;
    asset["height"] = flavor.params.height;
    asset["bitrate"] = (flavor.params.video_bitrate + flavor.params.audio_bitrate) / kKilobit;
    asset["frameRate"] = flavor.params.frame_rate;
    asset["isOriginal"] = flavor.params.has_tag("source");
    asset["isWeb"] = true;
    asset["status"] = kReady;
    if (!flavor.params.language.empty()) asset["language"] = flavor.params.language;
    asset["createdAt"] = entry.created_at;
    asset["updatedAt"] = entry.updated_at;
    assets.push_back(std::move(asset));
  }
  return assets;
}

std::span<const Action> flavor_asset_actions() { return kActions; }

}  // namespace klive::app::api
