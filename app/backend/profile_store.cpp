// SPDX-License-Identifier: LGPL-2.1-or-later
// ProfileStore over the ObjectStore.
#include "backend/profile_store.h"

#include <glib.h>

#include <algorithm>

#include "base/list_text.h"
#include "kaltura/filter.h"
#include "kaltura/object_type.h"
#include "klive/live_profiles.h"
#include "klive/ptr.h"

namespace klive::app {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;
using kaltura::LiveProfileObjects;
using kaltura::Value;

constexpr int64_t kMostFlavors = 500;

/// Those of `more` take the place of those with the same value of all `keys`.
void merge(std::vector<Value> &objects, const std::vector<Value> &more,
           const std::vector<const char *> &keys) {
  for (const Value &object : more) {
    const auto is_same = [&](const Value &each) {
      return std::all_of(keys.begin(), keys.end(),
                         [&](const char *key) { return each.text_of(key) == object.text_of(key); });
    };
    std::erase_if(objects, is_same);
    objects.push_back(object);
  }
}

Result<LiveProfileObjects> read_file(const std::string &path) {
  gchar *text = nullptr;
  gsize size = 0;
  GError *failed = nullptr;
  if (!g_file_get_contents(path.c_str(), &text, &size, &failed)) {
    const gst::ErrorPtr error(failed);
    return fail(ErrorCode::kIo, error->message);
  }
  const gst::CharPtr owned(text);
  auto objects = kaltura::read_live_profiles({text, size}, gst::shipped_profiles().params);
  if (!objects) return fail(std::move(objects).error().wrap(path));
  return objects;
}

/// As they are stored: nobody's, made with the system, links with an id of their own.
std::vector<Value> stored(std::vector<Value> objects, bool are_links) {
  for (Value &object : objects) {
    object["partnerId"] = kNobodysPartner;
    if (are_links) {
      object["id"] = object.text_of("conversionProfileId") + "_" + object.text_of("assetParamsId");
    } else {
      object["isSystemDefault"] = 1;
      object["createdAt"] = 0;
    }
  }
  return objects;
}

/// "32,33" as values.
std::vector<Value> split(const std::string &csv) {
  const auto ids = base::split_list(csv);
  return {ids.begin(), ids.end()};
}

}  // namespace

Result<std::unique_ptr<ProfileStore>> ProfileStore::open(ObjectStore &objects,
                                                         const std::string &file) {
  LiveProfileObjects all = gst::shipped_profiles();
  if (!file.empty()) {
    auto more = read_file(file);
    if (!more) return fail(std::move(more).error());
    merge(all.params, more->params, {"id"});
    // A profile that the file has anew loses the flavors that it had.
    for (const Value &profile : more->profiles) {
      std::erase_if(all.links, [&](const Value &link) {
        return link.text_of("conversionProfileId") == profile.text_of("id");
      });
    }
    merge(all.profiles, more->profiles, {"id"});
    merge(all.links, more->links, {"conversionProfileId", "assetParamsId"});
  }
  auto done = objects.replace_shipped({{kind::kFlavorParams, stored(all.params, false)},
                                       {kind::kProfile, stored(all.profiles, false)},
                                       {kind::kProfileParams, stored(all.links, true)}});
  if (!done) return fail(std::move(done).error());
  return std::unique_ptr<ProfileStore>(new ProfileStore(objects));
}

Result<kaltura::ConversionProfile> ProfileStore::get(int64_t id) {
  uint64_t generation = 0;
  {
    auto known = known_.lock();
    const auto found = known->profiles.find(id);
    if (found != known->profiles.end()) return found->second;
    generation = known->generation;
  }
  auto profile = read(id);
  if (!profile) return profile;
  auto known = known_.lock();
  if (known->generation == generation) known->profiles[id] = *profile;
  return profile;
}

void ProfileStore::changed() {
  auto known = known_.lock();
  known->profiles.clear();
  ++known->generation;
}

Result<kaltura::ConversionProfile> ProfileStore::read(int64_t id) {
  const auto profile = objects_.get(kind::kProfile, std::to_string(id));
  if (!profile) return fail(profile.error());
  ObjectQuery links{.kind = kind::kProfileParams, .limit = kMostFlavors};
  links.filter.conditions.push_back(
      kaltura::is_equal("KalturaConversionProfileAssetParams", "conversionProfileId", id));
  auto found_links = objects_.list(links);
  if (!found_links) return fail(std::move(found_links).error());
  ObjectQuery params{.kind = kind::kFlavorParams, .limit = kMostFlavors};
  params.filter.conditions.push_back(
      kaltura::condition("KalturaAssetParams", "id", kaltura::Operator::kIn,
                         split(profile->text_of("flavorParamsIds"))));
  auto found_params = objects_.list(params);
  if (!found_params) return fail(std::move(found_params).error());
  return kaltura::conversion_profile_of(*profile, found_links->objects, found_params->objects);
}

}  // namespace klive::app
