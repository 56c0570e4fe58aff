// SPDX-License-Identifier: LGPL-2.1-or-later
// WantedFlavors: what the conversion profile of an entry on air asks for besides what is there.
#include "remote/wanted_flavors.h"
#include "remote/log.h"

#include <gst/gst.h>

#include <cctype>
#include <utility>

namespace klive::app {
namespace {

using kaltura::ClientCall;
using kaltura::Outcome;
using kaltura::Value;

constexpr std::chrono::minutes kPause{5};
constexpr size_t kMostKept = 4096;
constexpr int64_t kKilobit = 1000;

/// "mp4a" is AAC to Kaltura.
std::string codec_word(std::string codec) {
  if (codec == "mp4a") return "AAC";
  for (char &c : codec) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return codec;
}

}  // namespace

std::string extra_params_of(const Value &streams, uint32_t flavor) {
  Value params = Value::Object();
  for (const Value &stream : *streams.array()) {
    if (stream.integer_of("flavorId") != flavor) continue;
    const bool is_picture = stream.integer_of("width") > 0;
    const std::string codec = codec_word(stream.text_of("codec"));
    const int64_t rate = stream.integer_of("bitrate") / kKilobit;
    params[is_picture ? "videocodecidstring" : "audiocodecidstring"] = codec;
    params[is_picture ? "videodatarate" : "audiodatarate"] = rate;
    if (!is_picture) continue;
    params["width"] = stream.integer_of("width");
    params["height"] = stream.integer_of("height");
    params["framerate"] = stream.integer_of("frameRate");
  }
  return kaltura::write_json(params);
}

void WantedFlavors::look(const Entry &entry, std::optional<int64_t> partner,
                         const std::string &name, uint32_t flavor, const Value &streams) {
  const std::string key = entry.id + "\n" + name;
  const auto now = std::chrono::steady_clock::now();
  const auto known = told_.find(key);
  if (known != told_.end() && now - known->second.asked_at < kPause) return;
  if (known == told_.end() && told_.size() >= kMostKept) told_.erase(told_.begin());
  told_[key].asked_at = now;
  ClientCall call{.service = "wowza_liveConversionProfile", .action = "serve"};
  call.parameters["streamName"] = entry.id + "_" + name;
  call.parameters["extraParams"] = extra_params_of(streams, flavor);
  call.partner = partner;
  call.is_file = true;
  client_.call(std::move(call), [this, id = entry.id, name](const base::Result<Outcome> &answer) {
    const auto *text = answer ? std::get_if<Value>(&*answer) : nullptr;
    if (text == nullptr) return;  // no template; RemoteProfiles has said so
    const auto plan = kaltura::read_transcode_template(text->text().value_or(""), id);
    if (plan) tell(id, name, *plan);
  });
}

void WantedFlavors::tell(const std::string &entry, const std::string &name,
                         const kaltura::TranscodePlan &plan) {
  std::string wanted;
  for (const auto &stream : plan.streams) {
    const bool is_sound = stream.is_ingest() && stream.encodes_sound;
    if (stream.is_ingest() && !is_sound) continue;
    wanted += (wanted.empty() ? "" : ", ") + std::to_string(stream.flavor) + " (" + stream.name +
              (is_sound ? ", its sound" : "") + ")";
  }
  std::string &told = told_[entry + "\n" + name].wanted;
  if (std::exchange(told, wanted) == wanted) return;
  if (wanted.empty()) {
    GST_INFO_ID(entry.c_str(), "stream %s: nothing is to be encoded", name.c_str());
    return;
  }
  GST_WARNING_ID(entry.c_str(),
                 "stream %s: its conversion profile asks for flavors that are to be encoded: %s. "
                 "This server encodes nothing: viewers get what the encoder sends",
                 name.c_str(), wanted.c_str());
}

}  // namespace klive::app
