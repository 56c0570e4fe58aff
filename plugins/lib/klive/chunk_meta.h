// SPDX-License-Identifier: LGPL-2.1-or-later
// GstKliveChunkMeta: says what a buffer coming out of `klivesegmenter` is. Every such buffer
// carries one.
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <string>

#include "cmaf/track.h"

namespace klive::gst {

enum class ChunkWhat {
  kInit,        ///< an init segment: `format`, `init`
  kChunk,       ///< one CMAF chunk
  kSegmentEnd,  ///< no bytes: the open segment of the track is complete
  kTrackEnd,    ///< no bytes: the track's publication ended
};

/// Fields that a kind does not use keep their defaults. Plain value.
struct ChunkInfo {
  ChunkWhat what = ChunkWhat::kChunk;
  std::string track;  ///< "v32", "a32", "v32b"
  uint32_t flavor = 0;
  bool backup = false;
  uint32_t init = 0;
  cmaf::TrackFormat format;  ///< kInit
  uint32_t segment = 0;
  uint32_t chunk = 0;
  int64_t start = 0;  ///< ticks of the track's timescale, from the entry's time zero
  int64_t duration = 0;
  uint32_t samples = 0;  ///< access units in the chunk
  bool independent = false;
  bool discontinuity = false;
  bool last = false;  ///< the segment ends with this chunk
};

/// The name a track has on disk and in URLs: kind letter, flavor, "b" on the backup side, "-N" for
/// the Nth further one.
[[nodiscard]] std::string track_name(cmaf::Kind kind, unsigned flavor, bool backup,
                                     unsigned ordinal);

void add_chunk_meta(GstBuffer *buffer, ChunkInfo info);
/// Null when the buffer has none; borrowed from the buffer.
[[nodiscard]] const ChunkInfo *chunk_info(GstBuffer *buffer);

}  // namespace klive::gst
