// SPDX-License-Identifier: LGPL-2.1-or-later
// A small vocabulary for segmenter tests: tracks that are fed by the frame, and an output that
// checks what must always hold and reads every chunk back with the reader.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "cmaf/reader.h"
#include "cmaf/segmenter.h"
#include "real_configs.h"

namespace klive::cmaf {

using base::MediaTime;

inline MediaTime ms(int64_t value) { return MediaTime::from_ms(value); }
inline MediaTime seconds(int64_t value) { return MediaTime::from_seconds(value); }

/// One segment of one track, as it came out.
struct Written {
  uint32_t number = 0, init = 0;
  bool discontinuity = false, ended = false;
  int64_t start = 0, duration = 0;  ///< ticks; duration is the chunks' sum
  std::vector<ChunkReady> chunks;
};

class Recorder : public SegmenterOutput {
 public:
  struct TrackRecord {
    std::vector<InitReady> inits;
    std::vector<Written> segments;
    std::vector<Sample> samples;        ///< as read back; `data` is not kept
    std::vector<base::Bytes> payloads;  ///< of the samples
    std::vector<int64_t> holes;         ///< decode times at which the timeline does not join
  };

  void init_ready(InitReady init) override {
    auto &record = tracks[init.track];
    if (!record.inits.empty()) {
      EXPECT_EQ(init.init, record.inits.back().init + 1);
    }
    const auto format = read_init(init.bytes);
    ASSERT_TRUE(format) << format.error().message;
    EXPECT_EQ(*format, init.format);
    record.inits.push_back(std::move(init));
  }
  void chunk_ready(ChunkReady chunk) override {
    auto &record = tracks[chunk.track];
    ASSERT_FALSE(record.inits.empty()) << "a chunk before its init";
    EXPECT_EQ(chunk.init, record.inits.back().init);
    if (chunk.chunk == 0) {
      if (!record.segments.empty()) {
        EXPECT_TRUE(record.segments.back().ended);
        EXPECT_GT(chunk.segment, record.segments.back().number);
      }
      record.segments.push_back(
          {chunk.segment, chunk.init, chunk.discontinuity, false, chunk.start, 0, {}});
    }
    Written &segment = record.segments.back();
    EXPECT_FALSE(segment.ended);
    EXPECT_EQ(chunk.segment, segment.number);
    EXPECT_EQ(chunk.chunk, segment.chunks.size());
    read_back(record, chunk);
    segment.duration += chunk.duration;
    segment.ended = chunk.last;
    segment.chunks.push_back(std::move(chunk));
  }
  void segment_end(SegmentEnd end) override {
    Written &segment = tracks[end.track].segments.back();
    EXPECT_EQ(end.segment, segment.number);
    EXPECT_FALSE(segment.ended);
    segment.ended = true;
  }

  std::vector<uint32_t> numbers(uint32_t track) {
    std::vector<uint32_t> all;
    for (const Written &segment : tracks[track].segments) all.push_back(segment.number);
    return all;
  }
  /// Numbers of the segments marked as discontinuity.
  std::vector<uint32_t> marked(uint32_t track) {
    std::vector<uint32_t> all;
    for (const Written &segment : tracks[track].segments) {
      if (segment.discontinuity) all.push_back(segment.number);
    }
    return all;
  }
  /// Starts of the track's segments in milliseconds.
  std::vector<int64_t> starts(uint32_t track) {
    std::vector<int64_t> all;
    for (const Written &segment : tracks[track].segments)
      all.push_back(segment.chunks.front().start_time.ns / 1'000'000);
    return all;
  }

  std::map<uint32_t, TrackRecord> tracks;

 private:
  static void read_back(TrackRecord &record, const ChunkReady &chunk) {
    const auto infos = read_chunks(chunk.bytes);
    ASSERT_TRUE(infos) << infos.error().message;
    ASSERT_EQ(infos->size(), 1u);
    EXPECT_EQ(infos->front().start, chunk.start);
    EXPECT_EQ(infos->front().duration, chunk.duration);
    EXPECT_EQ(infos->front().independent, chunk.independent);
    EXPECT_EQ(read_samples(chunk.bytes)->size(), chunk.samples);
    EXPECT_EQ(infos->front().size, chunk.bytes.size());
    EXPECT_EQ(base::as_text(chunk.bytes).substr(4, 4) == "styp", chunk.chunk == 0);
    auto samples = read_samples(chunk.bytes);
    ASSERT_TRUE(samples);
    for (Sample &sample : *samples) {
      EXPECT_GT(sample.duration, 0u);
      if (!record.samples.empty()) {
        const Sample &before = record.samples.back();
        // Several timescales in one track: joins are checked by tests that have one.
        if (record.inits.size() == 1) {
          EXPECT_GE(sample.dts, before.dts + before.duration) << "overlap";
        }
        if (sample.dts != before.dts + before.duration) record.holes.push_back(sample.dts);
      }
      record.payloads.emplace_back(sample.data.begin(), sample.data.end());
      sample.data = {};
      record.samples.push_back(sample);
    }
  }
};

inline TrackFormat avc() { return *make_format(Codec::kH264, hex(kAvcBaseline)); }
inline TrackFormat avc_other() { return *make_format(Codec::kH264, hex(kAvcHigh)); }
inline TrackFormat aac() { return *make_format(Codec::kAac, hex("1190")); }
inline TrackFormat aac_other() { return *make_format(Codec::kAac, hex("1210")); }

/// A track that is fed frame after frame.
class Encoder {
 public:
  Encoder(Segmenter &segmenter, uint32_t track, MediaTime frame, unsigned gop)
      : segmenter_(segmenter), track_(track), frame_(frame), gop_(gop) {}

  /// The next frame's decode time.
  [[nodiscard]] MediaTime now() const { return {start_.ns + frame_.ns * count_}; }
  void start_at(MediaTime time) {
    start_ = time;
    count_ = 0;
  }
  void break_next() { breaks_ = true; }
  void set_frame(MediaTime frame, unsigned gop) {
    start_at(now());
    frame_ = frame;
    gop_ = gop;
  }
  void set_rounding(int64_t ns) { rounding_ = ns; }
  void set_offset(MediaTime offset) { offset_ = offset; }
  /// Its frames arrive so much after their time.
  void set_lateness(MediaTime lateness) { lateness_ = lateness; }
  [[nodiscard]] MediaTime arrives() const { return now() + lateness_; }
  /// Key-frame distances that repeat, in frames.
  void set_gops(std::vector<unsigned> gops) { gops_ = std::move(gops); }

  void push() {
    const base::Bytes data = {static_cast<uint8_t>(pushed), static_cast<uint8_t>(pushed >> 8)};
    InputSample sample;
    sample.dts = {now().ns / rounding_ * rounding_};
    sample.pts = sample.dts + offset_;
    sample.key = is_key();
    sample.discontinuity = breaks_;
    sample.data = data;
    const auto result = segmenter_.push(track_, sample);
    EXPECT_TRUE(result.has_value());
    breaks_ = false;
    ++count_;
    ++pushed;
  }
  void push_until(MediaTime end) {
    while (now() < end) push();
  }

  int pushed = 0;

 private:
  bool is_key() {
    if (gops_.empty()) return gop_ == 0 || count_ % gop_ == 0;
    if (to_key_-- > 0) return false;
    to_key_ = gops_[next_gop_++ % gops_.size()] - 1;
    return true;
  }

  Segmenter &segmenter_;
  uint32_t track_;
  MediaTime frame_, start_, offset_, lateness_;
  unsigned gop_;
  int count_ = 0;
  int64_t rounding_ = 1;
  std::vector<unsigned> gops_;
  size_t next_gop_ = 0;
  unsigned to_key_ = 0;
  bool breaks_ = false;
};

class SegmenterTest : public testing::Test {
 protected:
  void make(SegmenterSettings settings = {}) {
    segmenter = std::make_unique<Segmenter>(settings, out);
  }
  Encoder video(MediaTime frame, unsigned gop) {
    const uint32_t track = segmenter->add_track(Kind::kVideo);
    segmenter->set_format(track, avc());
    return {*segmenter, track, frame, gop};
  }
  Encoder audio() {
    const uint32_t track = segmenter->add_track(Kind::kAudio);
    segmenter->set_format(track, aac());
    return {*segmenter, track, kAacFrame, 0};
  }
  /// Feeds in the order of arrival up to decode time `end`.
  static void feed(std::vector<Encoder *> encoders, MediaTime end) {
    for (;;) {
      Encoder *first = nullptr;
      for (Encoder *encoder : encoders) {
        if (encoder->now() < end && (first == nullptr || encoder->arrives() < first->arrives()))
          first = encoder;
      }
      if (first == nullptr) return;
      first->push();
    }
  }

  static constexpr MediaTime kAacFrame = {21'333'333};
  Recorder out;
  std::unique_ptr<Segmenter> segmenter;
};

inline SegmenterSettings no_fast_start() {
  SegmenterSettings settings;
  settings.fast_start = 0;
  return settings;
}

}  // namespace klive::cmaf
