// SPDX-License-Identifier: LGPL-2.1-or-later
// What one CMAF track carries: codec, decoder configuration, picture or sound format.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace klive::cmaf {

enum class Kind { kVideo, kAudio, kText };

/// One row of the codec table (codecs.cpp). H.264 and AAC are carried; the table is where a codec
/// is added.
enum class Codec { kH264, kHevc, kAv1, kAac, kOpus, kAc3 };

/// A track's format, complete: whatever changes here needs a new init segment. Plain value.
struct TrackFormat {
  Codec codec{};
  Kind kind{};
  uint32_t timescale = 0;  ///< ticks a second: 90000 for video, the sample rate for audio
  base::Bytes
      decoder_config;  ///< avcC, AudioSpecificConfig, hvcC, av1C, OpusHead … without a box header
  uint16_t width = 0, height = 0;  ///< display size in pixels after cropping (video)
  uint32_t frame_rate_num = 0, frame_rate_den = 1;  ///< 0 = unknown or variable
  uint32_t sample_rate = 0;                         ///< Hz (audio)
  uint16_t channels = 0;                            ///< (audio)
  std::string language = "und";                     ///< ISO 639-2

  friend bool operator==(const TrackFormat &, const TrackFormat &) = default;
};

/// Reads what the format needs out of the decoder configuration: size and frame rate from the SPS
/// (ISO 14496-10 7.3.2.1.1), rate and channels from the AudioSpecificConfig (ISO 14496-3 1.6.2.1).
/// Fails, saying what is wrong, on configurations that no decoder could use.
[[nodiscard]] base::Result<TrackFormat> make_format(Codec codec, base::ByteView decoder_config);

/// RFC 6381: "avc1.64001f", "mp4a.40.2".
[[nodiscard]] std::string codec_string(const TrackFormat &format);

}  // namespace klive::cmaf
