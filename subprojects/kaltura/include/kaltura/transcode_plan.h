// SPDX-License-Identifier: LGPL-2.1-or-later
// What a transcode template asks a media server for (section 4.3 of the Kaltura notes), read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace klive::kaltura {

/// One stream that is asked for. Plain value; rates in bit/s, sizes in pixels, 0 = as it comes.
struct PlannedStream {
  enum class Picture { kPassed, kNone, kEncoded };

  uint32_t flavor = 0;  ///< flavor-params id, the end of its stream name
  std::string name;     ///< "Source", "SD_Small_900"
  Picture picture = Picture::kPassed;
  bool encodes_sound = false;
  int64_t width = 0, height = 0;
  int64_t video_bitrate = 0, audio_bitrate = 0;

  /// What an encoder sends is handed on with its picture as it is, or is sound alone.
  [[nodiscard]] bool is_ingest() const { return picture != Picture::kEncoded; }
};

/// Plain value. What a template says of decoding, scaling and groups is a transcoder's business.
struct TranscodePlan {
  std::vector<PlannedStream> streams;  ///< in the template's order, none twice

  /// What becomes of the stream that the template was asked for; null when it is only encoded from.
  [[nodiscard]] const PlannedStream *ingest() const;
};

inline constexpr size_t kLargestTemplate = 256 << 10;  ///< bytes
inline constexpr size_t kMostPlannedStreams = 64;

/// Strict in what is used: every stream has a name of its own, "<entry>_<flavor>", and a codec.
/// Elements that are not known are passed over; a document type, an attribute, a known element that
/// is there twice, and whatever is too large or too deep are refused. Errors say what was wrong and
/// quote nothing of the text.
[[nodiscard]] base::Result<TranscodePlan> read_transcode_template(std::string_view xml,
                                                                  std::string_view entry);

}  // namespace klive::kaltura
