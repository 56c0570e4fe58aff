// SPDX-License-Identifier: LGPL-2.1-or-later
// Chunks and segments of one track.
#include "track_writer.h"

#include <algorithm>
#include <utility>

namespace klive::cmaf {
namespace {

// Bounds memory against streams whose clock stands still.
constexpr size_t kMaxChunkBytes = size_t{64} << 20;
constexpr size_t kMaxChunkSamples = 16'384;

}  // namespace

uint32_t TrackWriter::lowest_possible() const {
  if (!segment_) return 0;
  return is_open_ ? *segment_ : *segment_ + 1;
}

// Of the first `count` samples; holes start new chunks, so there are none inside.
int64_t TrackWriter::span(size_t count) const {
  const SampleEntry &first = queue_[0].entry, &last = queue_[count - 1].entry;
  return last.dts + last.duration - first.dts;
}

void TrackWriter::make_way(QueuedSample &sample, uint32_t number, bool discontinuity,
                           int64_t usual) {
  if (!is_open_ || number != *segment_) {
    close_segment();
    open_segment(sample, number, discontinuity);
    return;
  }
  if (placed_ == 0) return;
  fit();
  if (sample.starts_chunk || is_full(usual) || queue_.payload() > kMaxChunkBytes ||
      placed_ >= kMaxChunkSamples)
    emit(placed_, false);
}

// Whether the chunk can go without waiting for the newcomer's end. Timestamps that were rounded to
// milliseconds on the way must not end 30 frames of 1/30 s after 29; and where a chunk would get
// shorter than HLS allows (85 % of the target) certainty is worth the wait.
bool TrackWriter::is_full(int64_t usual) const {
  const int64_t length = span(placed_);
  if (length * 100 < chunk_limit_ * 85) return false;
  const int64_t ms = format_.timescale / 1000;
  const auto frames = static_cast<int64_t>(placed_) + 1;
  return length + usual > chunk_limit_ + ms || frames * usual > chunk_limit_ + ms * 2 / 5;
}

std::optional<int64_t> TrackWriter::fills_chunk(int64_t usual) {
  if (placed_ == 0) return {};
  SampleEntry &newest = queue_[placed_ - 1].entry;
  const int64_t room = chunk_limit_ - (newest.dts - queue_[0].entry.dts);
  const int64_t ms = format_.timescale / 1000;
  if (usual > room + ms) return {};
  newest.duration = static_cast<uint32_t>(std::min(usual, room));
  return is_full(usual) ? std::optional<int64_t>(newest.duration) : std::nullopt;
}

// The newest placed sample may turn out too long for the chunk: then it begins the next one.
void TrackWriter::fit() {
  if (placed_ > 1 && span(placed_) > chunk_limit_) emit(placed_ - 1, false);
}

void TrackWriter::append_placed(QueuedSample sample, base::ByteView data) {
  queue_.append(std::move(sample), data);
  ++placed_;
}

void TrackWriter::append_waiting(QueuedSample sample, base::ByteView data) {
  queue_.append(std::move(sample), data);
}

void TrackWriter::open_segment(QueuedSample &sample, uint32_t number, bool discontinuity) {
  if (sample.new_format) {
    format_ = std::move(*sample.new_format);
    sample.new_format.reset();
    init_ = next_init_++;
    chunk_limit_ = settings_.chunk_duration.ticks(format_.timescale);
    output_.init_ready({track_, init_, format_, write_init(format_)});
  }
  segment_ = number;
  segment_start_ = sample.pts;
  is_open_ = true;
  discontinuity_ = discontinuity;
  chunk_ = 0;
}

void TrackWriter::close_segment() {
  if (!is_open_) return;
  is_open_ = false;
  if (placed_ == 0) {
    output_.segment_end({track_, *segment_});
    return;
  }
  fit();
  emit(placed_, true);
}

void TrackWriter::emit(size_t count, bool is_last) {
  const QueuedSample &first = queue_[0];
  ChunkReady ready;
  ready.track = track_;
  ready.init = init_;
  ready.segment = *segment_;
  ready.chunk = chunk_;
  ready.start = first.entry.dts;
  ready.duration = span(count);
  ready.samples = static_cast<uint32_t>(count);
  ready.start_time = first.dts;
  ready.independent = first.entry.key;
  ready.discontinuity = chunk_ == 0 && discontinuity_;
  ready.last = is_last;

  ChunkHeader header;
  header.sequence = ++sequence_;
  header.starts_segment = chunk_ == 0;
  header.has_wall_clock = settings_.epoch_wall_ns != 0;
  header.wall_clock_ns = settings_.epoch_wall_ns + first.pts.ns;

  ++chunk_;
  placed_ -= count;
  ready.bytes = queue_.take(count, header);
  output_.chunk_ready(std::move(ready));
}

}  // namespace klive::cmaf
