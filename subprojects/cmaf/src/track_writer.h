// SPDX-License-Identifier: LGPL-2.1-or-later
// TrackWriter: writes one track's samples as chunks of numbered segments.
//
//   queue:  [placed: in the open segment, not yet in a chunk][waiting: segment not yet known]
#pragma once

#include <cstdint>
#include <optional>

#include "base/media_time.h"
#include "cmaf/segmenter.h"
#include "track_queue.h"

namespace klive::cmaf {

/// Thread-bound.
class TrackWriter {
 public:
  TrackWriter(uint32_t track, uint32_t first_init, const SegmenterSettings &settings,
              SegmenterOutput &output)
      : track_(track), next_init_(first_init), settings_(settings), output_(output) {}

  [[nodiscard]] bool is_open() const { return is_open_; }
  /// The open segment, or the last one; nothing before the first.
  [[nodiscard]] std::optional<uint32_t> segment() const { return segment_; }
  /// When the open segment (or the last one) began on this track.
  [[nodiscard]] base::MediaTime segment_start() const { return segment_start_; }
  /// The lowest number that the next sample can go into.
  [[nodiscard]] uint32_t lowest_possible() const;

  [[nodiscard]] bool has_waiting() const { return placed_ < queue_.size(); }
  [[nodiscard]] size_t waiting() const { return queue_.size() - placed_; }
  [[nodiscard]] size_t payload() const { return queue_.payload(); }
  [[nodiscard]] QueuedSample &first_waiting() { return queue_[placed_]; }
  [[nodiscard]] QueuedSample *newest() { return queue_.empty() ? nullptr : &queue_.back(); }

  /// Prepares for `sample` being the next one of segment `number`: ends the open segment if that is
  /// another, ends the chunk if it is full. `usual` is how long the sample will probably be, ticks.
  void make_way(QueuedSample &sample, uint32_t number, bool discontinuity, int64_t usual);
  /// The sample that way was made for, already in the queue or not.
  void place_waiting() { ++placed_; }
  void append_placed(QueuedSample sample, base::ByteView data);
  void append_waiting(QueuedSample sample, base::ByteView data);

  /// How long the newest sample is if it fills its chunk and it and the next one are `usual` ticks
  /// long; nothing when there is room left.
  [[nodiscard]] std::optional<int64_t> fills_chunk(int64_t usual);
  /// Everything placed comes out as a chunk (durations must be known), the segment goes on.
  void end_chunk() { emit(placed_, false); }
  /// Everything placed comes out (durations must be known), the segment ends.
  void close_segment();

 private:
  void open_segment(QueuedSample &sample, uint32_t number, bool discontinuity);
  void fit();
  [[nodiscard]] bool is_full(int64_t usual) const;
  void emit(size_t count, bool is_last);
  [[nodiscard]] int64_t span(size_t count) const;

  const uint32_t track_;
  uint32_t next_init_;
  const SegmenterSettings &settings_;
  SegmenterOutput &output_;
  TrackQueue queue_;
  size_t placed_ = 0;

  TrackFormat format_;
  uint32_t init_ = 0;
  int64_t chunk_limit_ = 0;  ///< ticks
  std::optional<uint32_t> segment_;
  base::MediaTime segment_start_;
  bool is_open_ = false;
  bool discontinuity_ = false;  ///< of the open segment
  uint32_t chunk_ = 0;
  uint32_t sequence_ = 0;
};

}  // namespace klive::cmaf
