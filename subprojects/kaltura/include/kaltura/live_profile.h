// SPDX-License-Identifier: LGPL-2.1-or-later
// Live params and conversion profiles: which flavors an entry takes from its encoders and which are
// made of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kaltura/flavor.h"
#include "kaltura/value.h"

namespace klive::kaltura {

/// One quality or language. Plain value; rates in bit/s, sizes in pixels, 0 = as it comes.
struct LiveParams {
  int64_t id = 0;
  std::string name, system_name;
  std::vector<std::string> tags;  ///< "source", "ingest", "optional_flavor", "audio_only", …
  std::string stream_suffix;      ///< the stream name that an encoder publishes; empty = none
  std::string video_codec;        ///< "h264b", "h264m", "h264h"; empty or "copy" = as it comes
  int64_t video_bitrate = 0;
  int64_t width = 0, height = 0;
  double frame_rate = 0;
  int64_t max_frame_rate = 0;
  std::string audio_codec;
  int64_t audio_bitrate = 0, audio_channels = 0, audio_sample_rate = 0;
  bool constant_bitrate = false;
  std::string language;  ///< ISO 639-2, of an audio flavor

  [[nodiscard]] bool has_tag(std::string_view tag) const;
};

/// Kaltura's AssetParamsOrigin.
enum class Origin { kConvert = 0, kIngest = 1, kConvertWhenMissing = 2 };

struct ProfileFlavor {
  LiveParams params;
  Origin origin = Origin::kConvert;
};

/// Plain value.
struct ConversionProfile {
  int64_t id = 0;
  std::string system_name, name;
  std::vector<ProfileFlavor> flavors;

  /// What encoders may publish, in the order of the profile.
  [[nodiscard]] std::vector<IngestFlavor> ingest() const;
  /// Something has to be encoded for it.
  [[nodiscard]] bool transcodes() const;
};

/// Of a KalturaLiveParams.
[[nodiscard]] LiveParams live_params_of(const Value &object);

/// The objects of a file like data/live/profiles.json: KalturaLiveParams, KalturaConversionProfile
/// and KalturaConversionProfileAssetParams. Plain value.
struct LiveProfileObjects {
  std::vector<Value> params, profiles, links;
};
/// Errors name the place in the file. Profiles may use `known` params beside those of the file.
[[nodiscard]] base::Result<LiveProfileObjects> read_live_profiles(std::string_view json,
                                                                  const std::vector<Value> &known);

/// The profile with its flavors in order; a link to params that are not there is left out.
[[nodiscard]] ConversionProfile conversion_profile_of(const Value &profile,
                                                      const std::vector<Value> &links,
                                                      const std::vector<Value> &params);
/// Of a whole file, by system name; nothing when there is none.
[[nodiscard]] base::Result<ConversionProfile> find_profile(const LiveProfileObjects &objects,
                                                           std::string_view system_name);

}  // namespace klive::kaltura
