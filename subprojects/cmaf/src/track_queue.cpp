// SPDX-License-Identifier: LGPL-2.1-or-later
// Samples that wait for their chunk.
#include "track_queue.h"

#include <algorithm>

namespace klive::cmaf {

// The last chunk's size, and a bit for the next being larger, saves growing step by step.
void TrackQueue::begin_buffer() {
  buffer_ = base::Bytes();
  room_ = next_room_;
  buffer_.reserve(room_ + last_chunk_ + last_chunk_ / 8);
  buffer_.resize(room_);
}

void TrackQueue::append(QueuedSample sample, base::ByteView data) {
  if (samples_.empty()) begin_buffer();
  sample.entry.size = static_cast<uint32_t>(data.size());
  samples_.push_back(std::move(sample));
  base::append(buffer_, data);
}

base::Bytes TrackQueue::take(size_t count, const ChunkHeader &header) {
  std::vector<SampleEntry> entries;
  entries.reserve(count);
  size_t payload = 0;
  for (size_t i = 0; i < count; ++i) {
    entries.push_back(samples_[i].entry);
    payload += samples_[i].entry.size;
  }
  samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(count));

  base::Bytes chunk = std::move(buffer_);
  const base::Bytes boxes = chunk_boxes(header, entries);
  const size_t room = room_;
  next_room_ = boxes.size();
  // A segment's last chunk may be a single frame; the ones behind it will not be.
  last_chunk_ = std::max(payload, last_chunk_ - last_chunk_ / 4);
  begin_buffer();
  if (!samples_.empty()) base::append(buffer_, base::ByteView(chunk).subspan(room + payload));
  chunk.resize(room + payload);

  // As many samples as last time, the usual case: the boxes fit the room exactly.
  const size_t fitting = std::min(room, boxes.size());
  const auto split = boxes.end() - static_cast<std::ptrdiff_t>(fitting);
  std::copy(split, boxes.end(), chunk.begin() + static_cast<std::ptrdiff_t>(room - fitting));
  if (room > fitting) {
    chunk.erase(chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(room - fitting));
  } else {
    chunk.insert(chunk.begin(), boxes.begin(), split);
  }
  // Chunks are kept for a while; one that ended early must not keep a whole one's memory.
  if (chunk.size() < chunk.capacity() / 2) chunk.shrink_to_fit();
  return chunk;
}

}  // namespace klive::cmaf
