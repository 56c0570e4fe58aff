// SPDX-License-Identifier: LGPL-2.1-or-later
// TrackQueue: samples of one track that are not yet written, their bytes already where the chunk
// will have them.
//
//   buffer: [room for styp … mdat header][bytes of sample 0][sample 1] … [newest sample]
//           '------------ a chunk takes the first n samples ------'
// Bytes are copied once, on arrival. Taking a chunk writes the boxes into the room in front; only
// samples that stay behind (rarely any) move to the next buffer.
#pragma once

#include <deque>
#include <memory>

#include "base/bytes.h"
#include "base/media_time.h"
#include "chunk_boxes.h"
#include "cmaf/track.h"

namespace klive::cmaf {

struct QueuedSample {
  SampleEntry entry;          ///< ticks; the duration of the newest is not known yet
  base::MediaTime dts, pts;   ///< the same on the entry's timeline
  base::MediaTime duration;   ///< as handed in; 0 = unknown
  bool starts_chunk = false;  ///< does not join the sample before it
  bool discontinuity = false;
  bool anew = false;                        ///< must begin a segment marked as discontinuity
  std::unique_ptr<TrackFormat> new_format;  ///< from this sample on
};

/// Thread-bound.
class TrackQueue {
 public:
  [[nodiscard]] bool empty() const { return samples_.empty(); }
  [[nodiscard]] size_t size() const { return samples_.size(); }
  [[nodiscard]] QueuedSample &operator[](size_t index) { return samples_[index]; }
  [[nodiscard]] const QueuedSample &operator[](size_t index) const { return samples_[index]; }
  [[nodiscard]] QueuedSample &back() { return samples_.back(); }
  /// Bytes of all samples.
  [[nodiscard]] size_t payload() const { return buffer_.empty() ? 0 : buffer_.size() - room_; }

  void append(QueuedSample sample, base::ByteView data);
  /// Removes the first `count` samples (1 at least) and returns them as a chunk.
  [[nodiscard]] base::Bytes take(size_t count, const ChunkHeader &header);

 private:
  void begin_buffer();

  std::deque<QueuedSample> samples_;
  base::Bytes buffer_;
  size_t room_ = 0;       ///< bytes kept free at the front of buffer_
  size_t next_room_ = 0;  ///< what the last chunk needed there
  size_t last_chunk_ = 0;
};

}  // namespace klive::cmaf
