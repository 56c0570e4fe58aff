// SPDX-License-Identifier: LGPL-2.1-or-later
// ChunkQueue: what the segmenter made → buffers with chunk meta, in the order to be pushed.
#pragma once

#include <gst/gst.h>

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "cmaf/segmenter.h"
#include "klive/chunk_meta.h"
#include "klive/ptr.h"

namespace klive::segmenter {

/// A track as the world sees it.
struct TrackName {
  std::string name;
  unsigned flavor = 0;
  bool backup = false;
};

struct QueueStats {
  uint64_t chunks = 0, segments = 0, inits = 0, bytes = 0;
};

/// Thread-bound (its owner holds a lock).
class ChunkQueue : public cmaf::SegmenterOutput {
 public:
  /// Tracks are named in the order of their indices.
  void add_track(TrackName name) { tracks_.push_back({.name = std::move(name)}); }
  void init_ready(cmaf::InitReady init) override;
  void chunk_ready(cmaf::ChunkReady chunk) override;
  void segment_end(cmaf::SegmentEnd end) override;
  void track_end(uint32_t track);

  [[nodiscard]] std::deque<gst::Ptr<GstBuffer>> take() { return std::exchange(ready_, {}); }
  [[nodiscard]] const QueueStats &stats() const { return stats_; }

 private:
  struct Track {
    TrackName name;
    uint32_t timescale = 0;
    // An init segment gets the number of the first segment that needs it. Segment numbers are never
    // used twice, over restarts too, so neither is the address of an init segment.
    std::optional<cmaf::InitReady> waiting;
    uint32_t init = 0;
  };
  [[nodiscard]] gst::ChunkInfo info(const Track &track, gst::ChunkWhat what) const;
  void add(gst::Ptr<GstBuffer> buffer, gst::ChunkInfo info);

  std::vector<Track> tracks_;
  std::deque<gst::Ptr<GstBuffer>> ready_;
  QueueStats stats_;
};

}  // namespace klive::segmenter
