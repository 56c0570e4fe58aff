// SPDX-License-Identifier: LGPL-2.1-or-later
// StreamHeader: what a reader that joins a publication in mid-stream must be given first: the FLV
// file header, the newest onMetaData, and the newest sequence header of each codec.
#pragma once

#include <cstdint>
#include <map>

#include "base/bytes.h"

namespace klive::gst {

/// Thread-bound. Looks at two bytes of each tag; bodies are not parsed.
class StreamHeader {
 public:
  /// Whole FLV tags, in order. Tells whether the header changed.
  bool follow(base::ByteView tags);
  /// File header and tags.
  [[nodiscard]] base::Bytes bytes() const;

 private:
  // By tag type and, of Enhanced RTMP, the FourCC (0 of a legacy codec). A publication has a
  // handful: bounded below.
  std::map<std::pair<uint8_t, uint32_t>, base::Bytes> tags_;
};

}  // namespace klive::gst
