// SPDX-License-Identifier: LGPL-2.1-or-later
// `klive publish`: finds out where an entry is published, then runs the built-in encoder.
#include <gst/gst.h>

#include <cstdio>

#include "cli/cli.h"
#include "cli/publish_pipeline.h"
#include "cli/service.h"
#include "config/config_value.h"
#include "kaltura/live_profile.h"

namespace klive::app {
namespace {

constexpr uint32_t kSourceFlavor = 32;

/// A call's answer as the values of the library that knows profiles.
base::Result<kaltura::Value> ask(const Service &service, const char *api_service,
                                 const char *action, JsonObjectPtr parameters) {
  const auto answer = call_api(service, api_service, action, std::move(parameters));
  if (!answer) return base::fail(answer.error());
  return kaltura::read_json(to_text(answer->get(), false), {.depth = 32, .members = 100'000});
}

base::Result<kaltura::ConversionProfile> ask_profile(const Service &service, int64_t id) {
  JsonObjectPtr of_profile(json_object_new());
  json_object_set_int_member(of_profile.get(), "id", id);
  auto profile = ask(service, "conversionProfile", "get", std::move(of_profile));
  if (!profile) return base::fail(std::move(profile).error());

  JsonObjectPtr of_links(json_object_new());
  JsonObject *filter = json_object_new();
  json_object_set_int_member(filter, "conversionProfileIdEqual", id);
  json_object_set_object_member(of_links.get(), "filter", filter);
  auto links = ask(service, "conversionProfileAssetParams", "list", std::move(of_links));
  if (!links) return base::fail(std::move(links).error());

  JsonObjectPtr of_params(json_object_new());
  json_object_set_int_member(of_params.get(), "conversionProfileId", id);
  auto params = ask(service, "flavorParams", "getByConversionProfileId", std::move(of_params));
  if (!params) return base::fail(std::move(params).error());
  const kaltura::Value *objects = links->find("objects");
  if (!objects || !objects->is_array() || !params->is_array())
    return base::fail(base::ErrorCode::kInvalid, "the service's answer has no list");
  return kaltura::conversion_profile_of(*profile, *objects->array(), *params->array());
}

/// The ingest flavors of a profile from the wanted one on, `count` of them.
base::Result<std::vector<kaltura::IngestFlavor>> choose_flavors(
    const kaltura::ConversionProfile &profile, uint32_t first, size_t count) {
  std::vector<kaltura::IngestFlavor> chosen;
  std::string known;
  for (const kaltura::IngestFlavor &flavor : profile.ingest()) {
    if (flavor.audio_only) continue;
    known.append(known.empty() ? "" : ", ").append(std::to_string(flavor.id));
    const bool is_wanted = flavor.id == first || !chosen.empty();
    if (is_wanted && chosen.size() < count) chosen.push_back(flavor);
  }
  if (chosen.size() < count)
    return base::fail(base::ErrorCode::kNotFound, "profile " + profile.system_name +
                                                      " has the flavors " + known +
                                                      "; there are not " + std::to_string(count) +
                                                      " from " + std::to_string(first) + " on");
  return chosen;
}

base::Result<std::vector<PublishTarget>> targets_of_entry(const ServiceOptions &which,
                                                          const std::string &id, bool is_backup,
                                                          uint32_t flavor, size_t count) {
  const auto service = find_service(which);
  if (!service) return base::fail(service.error());
  JsonObjectPtr parameters(json_object_new());
  json_object_set_string_member(parameters.get(), "entryId", id.c_str());
  const auto answer = call_api(*service, "liveStream", "get", std::move(parameters));
  if (!answer) return base::fail(answer.error());
  JsonObject *entry = object_of(answer->get());
  const std::string url =
      entry ? text_of(entry, is_backup ? "secondaryBroadcastingUrl" : "primaryBroadcastingUrl")
            : "";
  if (url.empty())
    return base::fail(base::ErrorCode::kNotFound, "entry " + id + " has no publish URL");

  const auto profile = ask_profile(*service, integer_of(entry, "conversionProfileId"));
  if (!profile) return base::fail(profile.error());
  auto flavors = choose_flavors(*profile, flavor, count);
  if (!flavors) return base::fail(std::move(flavors).error());
  std::vector<PublishTarget> targets;
  for (const kaltura::IngestFlavor &each : *flavors) {
    auto target = parse_publish_url(url + "/" + each.stream_name);
    if (!target) return base::fail(std::move(target).error());
    targets.push_back(*std::move(target));
  }
  return targets;
}

}  // namespace

int publish_command(const Arguments &arguments) {
  ServiceOptions which;
  std::string file, url, side = "primary", duration;
  bool is_test = false;
  std::optional<int64_t> flavor, count;
  Options options(
      "publish",
      "Publishes to an entry until it is interrupted: a moving test picture with a clock "
      "and a beep every second, or a file with H.264 and AAC, over and over.",
      "ENTRY");
  which.declare(options);
  options.flag("test", is_test, "The test picture (what it does without --file)");
  options.text("file", file, "A file instead", "FILE");
  options.text("side", side, "primary or backup (primary)", "SIDE");
  options.number("flavor", flavor, 0, 1'000'000, "Flavor to publish as (32, the source)", "ID");
  options.number("count", count, 1, 16,
                 "So many flavors of the profile side by side, from --flavor", "N");
  options.text("duration", duration, "End after this time (30s, 5m)", "DURATION");
  options.text("url", url, "Publish to this RTMP URL; no ENTRY then", "URL");
  const auto operands = options.parse(arguments, 0, 1);
  if (!operands) return options.status();

  const auto misused = [](const std::string &sentence) {
    complain(sentence);
    return kExitMisused;
  };
  if (operands->empty() == url.empty())
    return misused("publish wants an ENTRY or --url, one of them");
  if (side != "primary" && side != "backup")
    return misused("--side is primary or backup, not \"" + side + "\"");
  if (is_test && !file.empty()) return misused("--test and --file exclude each other");

  PublishPlan plan;
  plan.file = file;
  if (!duration.empty()) {
    const auto time = parse_duration(duration);
    if (!time) return misused("--duration: " + time.error().message);
    plan.duration = *time;
  }
  if (!url.empty()) {
    const auto target = parse_publish_url(url);
    if (!target) return misused(target.error().message);
    plan.targets = {*target};
  } else {
    const auto targets = targets_of_entry(which, operands->front(), side == "backup",
                                          static_cast<uint32_t>(flavor.value_or(kSourceFlavor)),
                                          static_cast<size_t>(count.value_or(1)));
    if (!targets) {
      complain(targets.error().message);
      return kExitFailed;
    }
    plan.targets = *targets;
  }

  gst_init(nullptr, nullptr);
  const PublishTarget &first = plan.targets.front();
  std::fprintf(stderr, "klive: publishing to %s:%d; Ctrl-C ends it\n", first.host.c_str(),
               first.port);
  const auto published = run_publication(plan);
  if (published) return kExitDone;
  complain(published.error().message);
  return kExitFailed;
}

}  // namespace klive::app
