// SPDX-License-Identifier: LGPL-2.1-or-later
// ChunkQueue: buffers without copying, metas, init numbers.
#include "chunk_queue.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace klive::segmenter {
namespace {

/// The buffer owns the bytes.
gst::Ptr<GstBuffer> wrap(base::Bytes bytes) {
  auto owned = std::make_unique<base::Bytes>(std::move(bytes));
  const auto size = owned->size();
  auto *data = owned->data();
  return gst::Ptr<GstBuffer>::take(
      gst_buffer_new_wrapped_full(GST_MEMORY_FLAG_READONLY, data, size, 0, size, owned.release(),
                                  [](gpointer held) { delete static_cast<base::Bytes *>(held); }));
}

gst::Ptr<GstBuffer> empty_buffer() { return gst::Ptr<GstBuffer>::take(gst_buffer_new()); }

}  // namespace

gst::ChunkInfo ChunkQueue::info(const Track &track, gst::ChunkWhat what) const {
  gst::ChunkInfo info;
  info.what = what;
  info.track = track.name.name;
  info.flavor = track.name.flavor;
  info.backup = track.name.backup;
  return info;
}

void ChunkQueue::add(gst::Ptr<GstBuffer> buffer, gst::ChunkInfo info) {
  gst::add_chunk_meta(buffer.get(), std::move(info));
  ready_.push_back(std::move(buffer));
}

void ChunkQueue::init_ready(cmaf::InitReady init) {
  Track &track = tracks_[init.track];
  track.waiting = std::move(init);
}

void ChunkQueue::chunk_ready(cmaf::ChunkReady chunk) {
  Track &track = tracks_[chunk.track];
  if (track.waiting) {
    track.init = chunk.segment;
    track.timescale = track.waiting->format.timescale;
    auto described = info(track, gst::ChunkWhat::kInit);
    described.init = track.init;
    described.format = std::move(track.waiting->format);
    auto buffer = wrap(std::move(track.waiting->bytes));
    GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_HEADER);
    add(std::move(buffer), std::move(described));
    track.waiting.reset();
    ++stats_.inits;
  }
  auto described = info(track, gst::ChunkWhat::kChunk);
  described.init = track.init;
  described.segment = chunk.segment;
  described.chunk = chunk.chunk;
  described.start = chunk.start;
  described.duration = chunk.duration;
  described.samples = chunk.samples;
  described.independent = chunk.independent;
  described.discontinuity = chunk.discontinuity;
  described.last = chunk.last;

  ++stats_.chunks;
  stats_.bytes += chunk.bytes.size();
  if (chunk.last) ++stats_.segments;
  auto buffer = wrap(std::move(chunk.bytes));
  GST_BUFFER_PTS(buffer.get()) =
      static_cast<GstClockTime>(std::max<int64_t>(0, chunk.start_time.ns));
  GST_BUFFER_DURATION(buffer.get()) =
      static_cast<GstClockTime>(base::MediaTime::from_ticks(chunk.duration, track.timescale).ns);
  if (!chunk.independent) GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT);
  if (chunk.discontinuity) GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT);
  add(std::move(buffer), std::move(described));
}

void ChunkQueue::segment_end(cmaf::SegmentEnd end) {
  const Track &track = tracks_[end.track];
  auto described = info(track, gst::ChunkWhat::kSegmentEnd);
  described.init = track.init;
  described.segment = end.segment;
  ++stats_.segments;
  add(empty_buffer(), std::move(described));
}

void ChunkQueue::track_end(uint32_t track) {
  add(empty_buffer(), info(tracks_[track], gst::ChunkWhat::kTrackEnd));
}

}  // namespace klive::segmenter
