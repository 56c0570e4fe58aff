// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads CMAF back: for repair after a crash, for tests, for fragments → plain MP4. Takes foreign
// bytes: everything is checked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "cmaf/track.h"
#include "cmaf/writer.h"

namespace klive::cmaf {

/// One whole chunk (moof + mdat, with the styp and prft before it) inside a segment file.
struct ChunkInfo {
  size_t offset = 0;      ///< of its first box in the segment
  size_t size = 0;        ///< bytes, up to the end of mdat
  uint32_t sequence = 0;  ///< mfhd
  int64_t start = 0;      ///< tfdt, ticks
  int64_t duration = 0;   ///< sum of sample durations, ticks
  uint32_t samples = 0;
  bool independent = false;  ///< the first sample is a sync sample
};

/// The whole chunks at the front of `segment`; a cut-off tail is not an error (that is what a crash
/// leaves), damage before it is.
[[nodiscard]] base::Result<std::vector<ChunkInfo>> read_chunks(base::ByteView segment);

/// The samples of one whole chunk: `chunk` is the part of the segment that a ChunkInfo names. Their
/// data points into it.
[[nodiscard]] base::Result<std::vector<Sample>> read_samples(base::ByteView chunk);

/// The format an init segment declares.
[[nodiscard]] base::Result<TrackFormat> read_init(base::ByteView init);

}  // namespace klive::cmaf
