// SPDX-License-Identifier: LGPL-2.1-or-later
// The transcode template that Kaltura's media servers fetch: what is made of one stream that an
// encoder publishes, as XML.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kaltura/live_profile.h"

namespace klive::kaltura {

/// What the encoder said of its stream (extraParams). Plain value; rates in bit/s, 0 = not said.
struct IngestInfo {
  int64_t audio_bitrate = 0, video_bitrate = 0;
  int64_t width = 0, height = 0;
  double frame_rate = 0;
  std::string video_codec, audio_codec;  ///< upper case: "AVC1", "AAC"
  bool has_gpu = false;
  int64_t skip_frame_count = 0;
};
/// What is no JSON object says nothing, as with Kaltura.
[[nodiscard]] IngestInfo read_ingest_info(std::string_view extra_params);

/// Of the media server that asks. Plain value.
struct TranscoderInfo {
  std::string name = "default";
  int64_t gpu = -1;
};

/// Nothing when the profile has no flavor for stream name `suffix`.
[[nodiscard]] std::optional<std::string> transcode_template(const ConversionProfile &profile,
                                                            std::string_view entry,
                                                            std::string_view suffix,
                                                            const IngestInfo &ingest,
                                                            const TranscoderInfo &transcoder = {});

}  // namespace klive::kaltura
