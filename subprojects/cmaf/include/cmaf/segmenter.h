// SPDX-License-Identifier: LGPL-2.1-or-later
// Segmenter: samples of several tracks in, CMAF init segments and chunks out, all cut on one grid.
//
// clang-format off
//   leading video |K . . . . .|K . . . . .|K    a segment begins with a random access frame
//   other video   |K . . . . .|K . . . . .|K    cut at its own key frame nearest the same time
//   audio         |. . . . . .|. . . . . .|.    a frame belongs to the segment its start falls into
//   number         7           8           9    the same in every track
// clang-format on
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
      2);                      ///< one track waits for another at most this long (media time)
  base::MediaTime not_before;  ///< end of what an earlier run wrote: this one is moved behind it
  bool low_latency = false;    ///< a picture that probably fills its chunk does not wait for the
                               ///< next one, which would tell its duration
  int64_t epoch_wall_ns = 0;   ///< Unix time of the entry's media time zero; 0 = no prft
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

/// Comes before the first chunk that uses it.
struct InitReady {
  uint32_t track = 0;
  uint32_t init = 0;  ///< counts from the track's `first_init`
  TrackFormat format;
  base::Bytes bytes;
};
/// Chunks come in order within a track, each as soon as the sample that closes it arrived: usually
/// the one behind it; with low_latency its own last one where pictures come at a constant rate. The
/// end of a segment is known only when the next one's first sample arrives; then the remaining
/// samples come out as one more chunk with `last` set. Numbers of a track only go up; a number that
/// a track skips is a hole in that track (it was silent or away).
struct ChunkReady {
  uint32_t track = 0;
  uint32_t init = 0;
  uint32_t segment = 0;
  uint32_t chunk = 0;          ///< from 0 in each segment
  int64_t start = 0;           ///< decode time of the first sample, ticks of the track
  int64_t duration = 0;        ///< ticks
  uint32_t samples = 0;        ///< how many there are in it
  base::MediaTime start_time;  ///< the same on the entry's timeline
  bool independent = false;    ///< begins with a random access frame
  /// (chunk 0 only) the segment does not continue the one before it. The same numbers are marked in
  /// every track; with `first_segment` > 0 the first one is too: an earlier run wrote those before.
  bool discontinuity = false;
  bool last = false;  ///< the segment ends with this chunk; no SegmentEnd follows
  base::Bytes bytes;  ///< never empty
};
/// The open segment ended and all its chunks are out already (none had `last`).
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
  /// Others wait for its first sample, `patience` at most.
  uint32_t add_track(Kind kind, uint32_t first_init = 0);
  /// Sets or changes the format. With the next sample (video: key frame) a changed one ends the
  /// segment and starts the next with a new init and a discontinuity. The same format again changes
  /// nothing, but makes others wait again for a track that ended.
  void set_format(uint32_t track, TrackFormat format);
  /// Fails on a sample the track cannot take (no format yet, empty, larger than 16 MiB, absurd
  /// times); the track goes on. Video before its first key frame (after start, end or change of
  /// format) is dropped without an error.
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
