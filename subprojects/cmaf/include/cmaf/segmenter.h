// SPDX-License-Identifier: LGPL-2.1-or-later
// Segmenter: samples of several tracks in, CMAF init segments and chunks out, all cut on one grid.
//
//   video  |K . . . . .|K . . . . .|K          a segment begins with a random access frame of the
//   leading video track other  |K . . . . .|K . . . . .|K          the other video tracks are cut
//   at their own key frame nearest the same time audio  |. . . . . .|. . . . . .|.          audio
//   follows: a frame belongs to the segment its start time falls into number  7           8 9 the
//   same in every track
//
// Free of I/O, clocks and threads; time is what the samples say.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/media_time.h"
#include "base/result.h"
#include "cmaf/track.h"

namespace klive::cmaf {

struct SegmenterSettings {
  base::MediaTime segment_duration =
      base::MediaTime::from_seconds(6);  ///< target; cut at the first key frame at or after it
  base::MediaTime chunk_duration =
      base::MediaTime::from_seconds(1);  ///< no chunk is longer (unless one frame is)
  uint32_t first_segment = 0;  ///< number of the first segment: one past the last ever used
  uint32_t fast_start = 3;     ///< so many first segments are cut at every key frame
  base::MediaTime patience = base::MediaTime::from_seconds(
      2);                     ///< one track waits for another at most this long (media time)
  int64_t epoch_wall_ns = 0;  ///< Unix time of the entry's media time zero; 0 = no prft
};

/// A sample handed in. Times on the entry's timeline; `data` is copied once, into the chunk being
/// built.
struct InputSample {
  base::MediaTime dts, pts;
  base::MediaTime duration{0};  ///< 0 = unknown: until the next sample
  bool key = false;
  bool discontinuity = false;  ///< the timeline was re-anchored before this sample
  base::ByteView data;
};

struct InitReady {
  uint32_t track = 0;
  uint32_t init = 0;  ///< counts from SegmenterSettings-independent `first_init` of the track
  TrackFormat format;
  base::Bytes bytes;
};
/// Chunks come in order within a track. The last chunk of a segment says so and may have no samples
/// left to wait for.
struct ChunkReady {
  uint32_t track = 0;
  uint32_t init = 0;
  uint32_t segment = 0;
  uint32_t chunk = 0;          ///< from 0 in each segment
  int64_t start = 0;           ///< decode time of the first sample, ticks of the track
  int64_t duration = 0;        ///< ticks
  base::MediaTime start_time;  ///< the same on the entry's timeline
  bool independent = false;    ///< begins with a random access frame
  bool discontinuity = false;  ///< (chunk 0 only) the segment does not continue the one before
  bool last = false;           ///< the segment ends with this chunk
  base::Bytes bytes;           ///< may be empty only when `last` is set afterwards: see SegmentEnd
};
/// The segment ended without a further chunk (the end was only known later: end of track, format
/// change).
struct SegmentEnd {
  uint32_t track = 0;
  uint32_t segment = 0;
};

/// What the segmenter does with its results; called synchronously, in order.
class SegmenterOutput {
 public:
  virtual ~SegmenterOutput() = default;
  virtual void init_ready(InitReady init) = 0;
  virtual void chunk_ready(ChunkReady chunk) = 0;
  virtual void segment_end(SegmentEnd end) = 0;
};

/// Thread-bound.
class Segmenter {
 public:
  Segmenter(SegmenterSettings settings, SegmenterOutput &output);
  ~Segmenter();

  /// Adds a track; its first init segment gets number `first_init`. Returns the track's index.
  uint32_t add_track(Kind kind, uint32_t first_init = 0);
  /// Sets or changes the format. A change ends the segment and starts the next with a new init and
  /// a discontinuity.
  void set_format(uint32_t track, TrackFormat format);
  /// Fails on a sample the track cannot take (no format yet, empty, larger than 16 MiB); the track
  /// goes on.
  [[nodiscard]] base::Result<void> push(uint32_t track, const InputSample &sample);
  /// The track's publication ended: what is buffered comes out, its segment ends, nobody waits for
  /// it any more. push() after it begins again with a discontinuity.
  void end_track(uint32_t track);
  /// All tracks.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace klive::cmaf
