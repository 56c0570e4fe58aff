// SPDX-License-Identifier: LGPL-2.1-or-later
// Live params and conversion profiles, from the objects of the API and from a file.
#include "kaltura/live_profile.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "base/list_text.h"
#include "kaltura/object_type.h"

namespace klive::kaltura {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr int64_t kKilobit = 1000;  // Kaltura's rates are kbit/s

std::vector<std::string> split(std::string_view csv) {
  const auto items = base::split_list(csv);
  return {items.begin(), items.end()};
}

/// The first language of {"audio":{"languages":["eng"]}}.
std::string language_of(const std::string &multi_stream) {
  const auto value = read_json(multi_stream);
  if (!value) return {};
  const Value *audio = value->find("audio");
  const Value *languages = audio == nullptr ? nullptr : audio->find("languages");
  if (languages == nullptr || !languages->is_array() || languages->array()->empty()) return {};
  return languages->array()->front().text().value_or("");
}

bool says_constant_bitrate(const std::string &extra) {
  const auto value = read_json(extra);
  return value && value->integer_of("constantBitrate") == 1;
}

base::Failure wrong(const std::string &place, const std::string &what) {
  return fail(ErrorCode::kInvalid, place + ": " + what);
}

/// Fields as the table has them, with those that only the server writes.
Result<Value> read_fields(const Value &given, std::string_view type_name,
                          const std::string &place) {
  if (!given.is_object()) return wrong(place, "an object is needed here");
  const ObjectType *type = find_type(type_name);
  for (const auto &[name, member] : *given.object()) {
    if (find_field(*type, name) == nullptr) return wrong(place, "\"" + name + "\" is not known");
  }
  auto checked = check_object(given, type_name, Purpose::kOther, true);
  if (const auto *error = std::get_if<ApiError>(&checked)) return wrong(place, error->message);
  if (std::get_if<Value>(&checked)->integer_of("id") <= 0) {
    return wrong(place, "an \"id\" above 0 is needed");
  }
  return std::move(*std::get_if<Value>(&checked));
}

Result<Value> read_link(const Value &given, int64_t profile, const std::set<int64_t> &known,
                        const std::string &place) {
  const std::string origin = given.text_of("origin");
  if (origin != "ingest" && origin != "convert") {
    return wrong(place, "\"origin\" is \"ingest\" or \"convert\"");
  }
  const int64_t id = given.integer_of("id");
  if (!known.contains(id)) return wrong(place, "no live params have the id " + std::to_string(id));
  Value link = Value::of_type("KalturaConversionProfileAssetParams");
  link["conversionProfileId"] = profile;
  link["assetParamsId"] = id;
  link["origin"] = static_cast<int64_t>(origin == "ingest" ? Origin::kIngest : Origin::kConvert);
  return link;
}

Result<void> read_params(const Value &list, LiveProfileObjects &objects) {
  if (!list.is_array()) return wrong("liveParams", "an array is needed here");
  for (size_t i = 0; i < list.array()->size(); ++i) {
    const std::string place = "liveParams[" + std::to_string(i) + "]";
    auto params = read_fields((*list.array())[i], "KalturaLiveParams", place);
    if (!params) return fail(params.error());
    objects.params.push_back(*std::move(params));
  }
  return {};
}

Result<void> read_profiles(const Value &list, const std::vector<Value> &more_params,
                           LiveProfileObjects &objects) {
  std::set<int64_t> known;
  for (const std::vector<Value> *params : {&std::as_const(objects.params), &more_params}) {
    for (const Value &each : *params) known.insert(each.integer_of("id"));
  }
  if (!list.is_array()) return wrong("conversionProfiles", "an array is needed here");
  for (size_t i = 0; i < list.array()->size(); ++i) {
    const std::string place = "conversionProfiles[" + std::to_string(i) + "]";
    Value given = (*list.array())[i];
    const Value flavors = given["flavors"];
    given.erase("flavors");
    auto profile = read_fields(given, "KalturaConversionProfile", place);
    if (!profile) return fail(profile.error());
    if (!flavors.is_array()) return wrong(place + ".flavors", "an array is needed here");
    std::string ids;
    for (size_t j = 0; j < flavors.array()->size(); ++j) {
      auto link = read_link((*flavors.array())[j], profile->integer_of("id"), known,
                            place + ".flavors[" + std::to_string(j) + "]");
      if (!link) return fail(link.error());
      ids += (ids.empty() ? "" : ",") + link->text_of("assetParamsId");
      objects.links.push_back(*std::move(link));
    }
    (*profile)["flavorParamsIds"] = ids;
    (*profile)["type"] = 2;    // LIVE_STREAM
    (*profile)["status"] = 2;  // ENABLED
    objects.profiles.push_back(*std::move(profile));
  }
  return {};
}

}  // namespace

bool LiveParams::has_tag(std::string_view tag) const {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

std::vector<IngestFlavor> ConversionProfile::ingest() const {
  std::vector<IngestFlavor> found;
  for (const ProfileFlavor &flavor : flavors) {
    if (flavor.origin == Origin::kConvert || flavor.params.stream_suffix.empty()) continue;
    found.push_back({.stream_name = flavor.params.stream_suffix,
                     .id = static_cast<uint32_t>(flavor.params.id),
                     .audio_only = flavor.params.has_tag("audio_only"),
                     .language = flavor.params.language});
  }
  return found;
}

bool ConversionProfile::transcodes() const {
  return std::any_of(flavors.begin(), flavors.end(),
                     [](const ProfileFlavor &flavor) { return flavor.origin == Origin::kConvert; });
}

LiveParams live_params_of(const Value &object) {
  LiveParams params;
  params.id = object.integer_of("id");
  params.name = object.text_of("name");
  params.system_name = object.text_of("systemName");
  params.tags = split(object.text_of("tags"));
  params.stream_suffix = object.text_of("streamSuffix");
  params.video_codec = object.text_of("videoCodec");
  params.video_bitrate = object.integer_of("videoBitrate") * kKilobit;
  params.width = object.integer_of("width");
  params.height = object.integer_of("height");
  if (const Value *rate = object.find("frameRate")) params.frame_rate = rate->number().value_or(0);
  params.max_frame_rate = object.integer_of("maxFrameRate");
  params.audio_codec = object.text_of("audioCodec");
  params.audio_bitrate = object.integer_of("audioBitrate") * kKilobit;
  params.audio_channels = object.integer_of("audioChannels");
  params.audio_sample_rate = object.integer_of("audioSampleRate");
  params.constant_bitrate = object.integer_of("videoConstantBitrate") == 1 ||
                            says_constant_bitrate(object.text_of("conversionEnginesExtraParams"));
  params.language = language_of(object.text_of("multiStream"));
  return params;
}

Result<LiveProfileObjects> read_live_profiles(std::string_view json,
                                              const std::vector<Value> &known) {
  const auto file = read_json(json);
  if (!file) return fail(file.error());
  if (!file->is_object()) return wrong("top", "an object is needed here");
  LiveProfileObjects objects;
  for (const auto &[name, member] : *file->object()) {
    if (name != "liveParams" && name != "conversionProfiles") {
      return wrong("top", "\"" + name + "\" is not known");
    }
  }
  if (const Value *list = file->find("liveParams")) {
    if (auto done = read_params(*list, objects); !done) return fail(done.error());
  }
  if (const Value *list = file->find("conversionProfiles")) {
    if (auto done = read_profiles(*list, known, objects); !done) return fail(done.error());
  }
  return objects;
}

ConversionProfile conversion_profile_of(const Value &profile, const std::vector<Value> &links,
                                        const std::vector<Value> &params) {
  ConversionProfile made{.id = profile.integer_of("id"),
                         .system_name = profile.text_of("systemName"),
                         .name = profile.text_of("name"),
                         .flavors = {}};
  for (const std::string &id : split(profile.text_of("flavorParamsIds"))) {
    const auto has_id = [&](const char *name) {
      return [&id, name](const Value &each) { return each.text_of(name) == id; };
    };
    const auto found = std::find_if(params.begin(), params.end(), has_id("id"));
    if (found == params.end()) continue;
    ProfileFlavor flavor{live_params_of(*found), Origin::kConvert};
    const auto link = std::find_if(links.begin(), links.end(), [&](const Value &each) {
      return each.text_of("assetParamsId") == id &&
             each.integer_of("conversionProfileId") == made.id;
    });
    const bool is_ingest = flavor.params.has_tag("ingest");
    flavor.origin = link != links.end() ? static_cast<Origin>(link->integer_of("origin"))
                    : is_ingest         ? Origin::kIngest
                                        : Origin::kConvert;
    made.flavors.push_back(std::move(flavor));
  }
  return made;
}

Result<ConversionProfile> find_profile(const LiveProfileObjects &objects,
                                       std::string_view system_name) {
  for (const Value &profile : objects.profiles) {
    if (profile.text_of("systemName") == system_name) {
      return conversion_profile_of(profile, objects.links, objects.params);
    }
  }
  return fail(ErrorCode::kNotFound, "no profile \"" + std::string(system_name) + "\"");
}

}  // namespace klive::kaltura
