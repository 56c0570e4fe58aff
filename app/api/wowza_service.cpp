// SPDX-License-Identifier: LGPL-2.1-or-later
// The plug-in services wowza_liveConversionProfile and, its older name,
// wowza_liveStreamConversionProfile: transcode templates for media servers.
#include <algorithm>
#include <array>
#include <string>

#include "api/actions.h"
#include "api/entry_object.h"
#include "api/fields.h"
#include "api/objects.h"
#include "kaltura/transcode_template.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::make_api_error;
using kaltura::Value;

constexpr size_t kShown = 64;

kaltura::TranscoderInfo transcoder_of(const Call &call) {
  kaltura::TranscoderInfo info;
  const std::string host = call.text("hostname");
  if (host.empty()) return info;
  ObjectQuery query{.kind = kind::kServerNode, .limit = 1};
  query.filter.conditions.push_back(kaltura::is_equal("KalturaServerNode", "hostName", host));
  const auto nodes = call.objects().list(query);
  if (!nodes || nodes->objects.empty()) return info;
  info.name = nodes->objects.front().text_of("transcoder", info.name);
  info.gpu = nodes->objects.front().integer_of("GPUID", info.gpu);
  return info;
}

/// "1_abcd1234_2" names what an encoder publishes as stream 2 of an entry.
ActionResult serve(const Call &call) {
  const std::string name = call.text("streamName");
  const size_t line = name.rfind('_');
  const std::string suffix = line == std::string::npos ? "" : name.substr(line + 1);
  const bool is_number = !suffix.empty() && std::all_of(suffix.begin(), suffix.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
  if (!is_number || line == 0) {
    return make_api_error("INVALID_STREAM_NAME", {name.substr(0, kShown)});
  }
  auto found = find_entry(call, name.substr(0, line));
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  const Entry &entry = *std::get_if<Entry>(&found);
  const auto profile = call.parts.profiles.get(entry.profile);
  if (!profile) return store_error(profile.error(), "CONVERSION_PROFILE_ID_NOT_FOUND", {});
  auto text = kaltura::transcode_template(*profile, entry.id, suffix,
                                          kaltura::read_ingest_info(call.text("extraParams")),
                                          transcoder_of(call));
  if (!text) {
    return make_api_error("INGEST_NOT_FOUND_IN_CONVERSION_PROFILE", {name.substr(0, kShown)});
  }
  return FileAnswer{"text/xml; charset=utf-8", *std::move(text)};
}

constexpr Parameter kServe[] = {
    required(text_field("streamName").bounded(0, 256)),
    optional(text_field("hostname").bounded(0, 256)),
    optional(text_field("extraParams").bounded(0, 4096)),
};

constexpr std::array kActions = {
    Action{"wowza_liveConversionProfile", "serve", Allowed::kEverybody, kServe, "file", serve},
    Action{"wowza_liveStreamConversionProfile", "serve", Allowed::kEverybody, kServe, "file",
           serve},
};

}  // namespace

std::span<const Action> wowza_actions() { return kActions; }

}  // namespace klive::app::api
