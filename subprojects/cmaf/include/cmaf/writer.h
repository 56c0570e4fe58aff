// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes CMAF (ISO/IEC 23000-19): init segments and chunks.
//
// clang-format off
//   init:   ftyp(iso6, cmfc) moov( mvhd trak( tkhd mdia( mdhd hdlr minf( (v|s)mhd dinf stbl ) ) ) mvex( trex ) )
//   chunk:  [styp(cmfs)] [prft] moof( mfhd traf( tfhd tfdt trun ) ) mdat
// clang-format on
// styp on a segment's first chunk only. trun version 1: composition offsets are signed, no edit
// list.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/media_time.h"
#include "cmaf/track.h"

namespace klive::cmaf {

/// One access unit on its track's own clock. `data` is shared read-only bytes owned by the caller
/// for the call.
struct Sample {
  int64_t dts = 0;        ///< ticks of the track's timescale, from the entry's time zero
  int32_t cts = 0;        ///< presentation minus decode time, ticks
  uint32_t duration = 0;  ///< ticks
  bool key = false;       ///< random access point
  base::ByteView data;
};

[[nodiscard]] base::Bytes write_init(const TrackFormat &format);

struct ChunkHeader {
  uint32_t sequence = 0;        ///< mfhd sequence_number, counts chunks of the track
  bool starts_segment = false;  ///< writes styp
  bool has_wall_clock = false;  ///< writes prft for the first sample
  int64_t wall_clock_ns = 0;    ///< Unix time of the first sample's capture
};
/// Appends one whole chunk to `out`. Samples are not empty and in decode order.
void write_chunk(base::Bytes &out, const TrackFormat &format, const ChunkHeader &header,
                 const std::vector<Sample> &samples);

}  // namespace klive::cmaf
