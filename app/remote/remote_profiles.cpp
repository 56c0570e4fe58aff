// SPDX-License-Identifier: LGPL-2.1-or-later
// RemoteProfiles: which streams an entry takes from encoders, as a Kaltura installation says it.
#include "remote/remote_profiles.h"

#include <gst/gst.h>

#include <algorithm>
#include <utility>

#include "kaltura/live_profile.h"
#include "kaltura/transcode_plan.h"
#include "remote/log.h"
#include "remote/remote_entries.h"

namespace klive::app {
namespace {

using base::ErrorCode;
using base::fail;
using kaltura::ApiError;
using kaltura::ClientCall;
using kaltura::IngestFlavor;
using kaltura::Outcome;
using kaltura::TranscodePlan;
using kaltura::Value;

constexpr std::chrono::seconds kLife{60};
constexpr size_t kMostKept = 4096;
constexpr size_t kMostTemplates = 8;  // of a profile; Kaltura's own have 7 names with a picture

/// Those of Kaltura's passthrough profile.
RemoteProfiles::Flavors usual_flavors() {
  return {{.stream_name = "1", .id = 32},
          {.stream_name = "2", .id = 36},
          {.stream_name = "3", .id = 37}};
}

RemoteProfiles::Flavors flavors_of(int64_t profile, const Value::Array &params) {
  std::string ids;
  for (const Value &each : params) ids += each.text_of("id") + ",";
  Value object = Value::of_type("KalturaConversionProfile");
  object["id"] = profile;
  object["flavorParamsIds"] = ids;
  return kaltura::conversion_profile_of(object, {}, params).ingest();
}

bool is_no_stream(const ApiError &error) {
  return error.code == "INGEST_NOT_FOUND_IN_CONVERSION_PROFILE" ||
         error.code == "INVALID_STREAM_NAME";
}

}  // namespace

/// One profile that is asked about, for the sake of one entry.
struct RemoteProfiles::Inquiry {
  struct Told {
    std::string name;
    bool is_refused = false;            // there is no such stream
    std::optional<TranscodePlan> plan;  // nothing: nobody could say
  };

  int64_t profile = 0;
  std::string entry;
  std::optional<int64_t> partner;
  std::optional<Flavors> listed;  // by its live params
  bool is_outage = false;         // somebody did not answer
  size_t under_way = 0;
  std::vector<Told> told;

  [[nodiscard]] const IngestFlavor *listed_as(const std::string &name) const {
    if (!listed) return nullptr;
    for (const IngestFlavor &each : *listed) {
      if (each.stream_name == name) return &each;
    }
    return nullptr;
  }

  /// The flavor of a name that was asked about.
  [[nodiscard]] std::optional<IngestFlavor> flavor_of(const Told &name) const {
    if (name.is_refused) return std::nullopt;
    const IngestFlavor *known = listed_as(name.name);
    const auto *ingest = name.plan ? name.plan->ingest() : nullptr;
    if (ingest == nullptr) return known != nullptr ? std::optional(*known) : std::nullopt;
    IngestFlavor flavor{.stream_name = name.name,
                        .id = ingest->flavor,
                        .audio_only = ingest->picture == kaltura::PlannedStream::Picture::kNone};
    if (known != nullptr && known->id == flavor.id) flavor.language = known->language;
    return flavor;
  }

  [[nodiscard]] bool was_asked(const std::string &name) const {
    return std::any_of(told.begin(), told.end(),
                       [&](const Told &each) { return each.name == name; });
  }

  /// Nothing: neither templates nor live params are known.
  [[nodiscard]] std::optional<Flavors> flavors() const {
    const bool is_known = listed || std::any_of(told.begin(), told.end(), [](const Told &each) {
                            return each.is_refused || each.plan;
                          });
    if (!is_known) return std::nullopt;
    Flavors flavors;
    for (const Told &name : told) {
      if (auto flavor = flavor_of(name)) flavors.push_back(*std::move(flavor));
    }
    for (const IngestFlavor &each : listed.value_or(Flavors())) {
      if (!was_asked(each.stream_name)) flavors.push_back(each);
    }
    return flavors;
  }
};

void RemoteProfiles::ask(const Entry &entry, std::optional<int64_t> partner, Answered answered) {
  if (entry.profile <= 0) return answered(usual_flavors());
  if (profiles_.size() >= kMostKept) {
    const auto unused = std::find_if(profiles_.begin(), profiles_.end(),
                                     [](const auto &each) { return each.second.waiting.empty(); });
    if (unused != profiles_.end()) profiles_.erase(unused);
  }
  Profile &profile = profiles_[entry.profile];
  const bool is_fresh = profile.flavors && !profile.flavors->empty() &&
                        std::chrono::steady_clock::now() - profile.at < kLife;
  if (is_fresh) return answered(*profile.flavors);
  profile.waiting.push_back(std::move(answered));
  if (profile.waiting.size() > 1) return;
  auto inquiry = std::make_shared<Inquiry>();
  inquiry->profile = entry.profile;
  inquiry->entry = entry.id;
  inquiry->partner = partner;
  ClientCall call{.service = "flavorParams", .action = "getByConversionProfileId"};
  call.parameters["conversionProfileId"] = entry.profile;
  call.partner = partner;
  client_.call(std::move(call), [this, inquiry](const base::Result<Outcome> &answer) {
    const auto *list = answer ? std::get_if<Value>(&*answer) : nullptr;
    inquiry->is_outage = !answer;
    if (list != nullptr && list->is_array()) {
      inquiry->listed = flavors_of(inquiry->profile, *list->array());
    } else if (answer) {
      GST_WARNING_ID(inquiry->entry.c_str(), "the live params of its profile cannot be read");
    }
    ask_templates(inquiry);
  });
}

void RemoteProfiles::ask_templates(const InquiryPtr &inquiry) {
  std::vector<std::string> names;
  if (inquiry->listed) {
    for (const IngestFlavor &each : *inquiry->listed) {
      // What is sound alone is not encoded from.
      if (!each.audio_only && names.size() < kMostTemplates) names.push_back(each.stream_name);
    }
  } else if (!inquiry->is_outage) {
    names = {"1", "2", "3", "4", "5", "6", "7"};  // of Kaltura's own live params
  }
  inquiry->under_way = names.size();
  if (names.empty()) return finish(*inquiry);
  for (const std::string &name : names) inquiry->told.push_back({.name = name});
  for (const std::string &name : names) ask_template(inquiry, name);
}

void RemoteProfiles::ask_template(const InquiryPtr &inquiry, const std::string &name) {
  ClientCall call{.service = "wowza_liveConversionProfile", .action = "serve"};
  call.parameters["streamName"] = inquiry->entry + "_" + name;
  call.partner = inquiry->partner;
  call.is_file = true;
  client_.call(std::move(call), [this, inquiry, name](const base::Result<Outcome> &answer) {
    auto &told = *std::find_if(inquiry->told.begin(), inquiry->told.end(),
                               [&](const auto &each) { return each.name == name; });
    const auto *error = answer ? std::get_if<ApiError>(&*answer) : nullptr;
    inquiry->is_outage |= !answer;
    if (error != nullptr) {
      told.is_refused = is_no_stream(*error);
      if (!told.is_refused) {
        GST_INFO_ID(inquiry->entry.c_str(), "there is no transcode template of stream %s: %s",
                    name.c_str(), error->code.c_str());
      }
    } else if (answer) {
      const std::string text = std::get_if<Value>(&*answer)->text().value_or("");
      auto plan = kaltura::read_transcode_template(text, inquiry->entry);
      if (plan) {
        told.plan = *std::move(plan);
      } else {
        GST_WARNING_ID(inquiry->entry.c_str(),
                       "the transcode template of stream %s is not used: %s", name.c_str(),
                       plan.error().message.c_str());
      }
    }
    if (--inquiry->under_way == 0) finish(*inquiry);
  });
}

void RemoteProfiles::finish(const Inquiry &inquiry) {
  Profile &profile = profiles_[inquiry.profile];
  if (auto flavors = inquiry.flavors()) {
    profile.flavors = *std::move(flavors);
    profile.at = std::chrono::steady_clock::now();
  }
  base::Result<Flavors> said = usual_flavors();
  if (profile.flavors) {
    // What was true a minute ago is better than nothing.
    said = *profile.flavors;
    if (profile.flavors->empty()) {
      said = fail(ErrorCode::kConflict,
                  "The conversion profile of entry " + inquiry.entry +
                      " takes no stream of an encoder. Choose another profile for the entry.");
    }
  } else if (inquiry.is_outage) {
    said = fail(unavailable_refusal());  // what was never known is not made up
  }
  for (const Answered &each : std::exchange(profile.waiting, {})) each(said);
}

std::string RemoteProfiles::name_of(int64_t profile, uint32_t flavor) const {
  const auto found = profiles_.find(profile);
  if (found == profiles_.end() || !found->second.flavors) return {};
  for (const IngestFlavor &each : *found->second.flavors) {
    if (each.id == flavor) return each.stream_name;
  }
  return {};
}

}  // namespace klive::app
