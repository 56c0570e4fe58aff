// SPDX-License-Identifier: LGPL-2.1-or-later
// The segmenter of low-latency entries: chunks end with the picture that fills them.
#include "segmenter_fixture.h"

namespace klive::cmaf {
namespace {

using Times = std::vector<int64_t>;

class LowLatencySegmenterTest : public SegmenterTest {
 protected:
  static SegmenterSettings low_latency() {
    SegmenterSettings settings;
    settings.chunk_duration = ms(500);
    settings.low_latency = true;
    return settings;
  }
  [[nodiscard]] size_t chunks() {
    size_t count = 0;
    for (const Written &segment : out.tracks[0].segments) count += segment.chunks.size();
    return count;
  }
};

TEST_F(LowLatencySegmenterTest, ConstantRate_ChunkComesOutWithThePictureThatFillsIt) {
  make(low_latency());
  Encoder v = video(ms(40), 50);
  v.push_until(ms(1400));
  EXPECT_EQ(chunks(), 2u);  // twelve pictures each
  v.push();                 // the thirty-sixth
  EXPECT_EQ(chunks(), 3u);
  EXPECT_TRUE(out.tracks[0].holes.empty());
}

TEST_F(LowLatencySegmenterTest, RateNotYetKnown_ChunkWaitsForThePictureBehindIt) {
  make(low_latency());
  Encoder v = video(ms(100), 20);
  v.push_until(ms(500));
  EXPECT_EQ(chunks(), 0u);
  v.push();
  EXPECT_EQ(chunks(), 1u);
}

// Rates of cameras and broadcasters, rounded to milliseconds on the way.
TEST_F(LowLatencySegmenterTest, RoundedTimes_ChunksJoinAndPicturesStayInTime) {
  for (const int64_t frame : {33'333'333, 33'366'667, 16'666'667, 40'000'000, 41'708'333}) {
    out = {};
    make(low_latency());
    Encoder v = video({frame}, 60);
    v.set_rounding(1'000'000);
    v.set_offset(ms(80));
    v.push_until(seconds(30));
    segmenter->finish();
    EXPECT_TRUE(out.tracks[0].holes.empty()) << frame;
    ASSERT_EQ(out.tracks[0].samples.size(), static_cast<size_t>(v.pushed));
    for (size_t i = 0; i < out.tracks[0].samples.size(); ++i) {
      const Sample &sample = out.tracks[0].samples[i];
      const int64_t shown = static_cast<int64_t>(i) * frame / 1'000'000 + 80;
      ASSERT_EQ(sample.dts + sample.cts, shown * 90) << frame << ": picture " << i;
      ASSERT_NEAR(static_cast<double>(sample.dts), static_cast<double>(shown - 80) * 90, 180.0);
    }
    for (const Written &segment : out.tracks[0].segments) {
      for (const ChunkReady &chunk : segment.chunks) EXPECT_LE(chunk.duration, 45'000);
      for (size_t i = 0; i + 1 < segment.chunks.size(); ++i)
        EXPECT_GE(segment.chunks[i].duration, 45'000 * 85 / 100) << frame;
    }
  }
}

// A frame of 1/30 s that begins at 999.6 ms is said to begin at 999, and the last one of its chunk
// at 1467: together they would be half a millisecond too long.
TEST_F(LowLatencySegmenterTest, RoundedTimesThatDoNotBeginAtZero_EveryChunkComesOutEarly) {
  for (const int64_t begin : {0, 333'333, 400'000, 666'667, 999'999}) {
    out = {};
    make(low_latency());
    Encoder v = video({33'333'334}, 60);
    v.set_rounding(1'000'000);
    v.start_at({begin});
    v.push_until(seconds(4) + MediaTime{begin});
    const size_t before = chunks();
    for (size_t expected = before + 1; expected <= before + 20; ++expected) {
      for (int i = 0; i < 14; ++i) v.push();
      EXPECT_EQ(chunks(), expected - 1) << begin;
      v.push();
      EXPECT_EQ(chunks(), expected) << begin;
    }
    EXPECT_TRUE(out.tracks[0].holes.empty());
    for (const Written &segment : out.tracks[0].segments) {
      for (const ChunkReady &chunk : segment.chunks) EXPECT_LE(chunk.duration, 45'000);
    }
  }
}

TEST_F(LowLatencySegmenterTest, SegmentEndsWhereAChunkWasFilled_ItEndsWithTheKeyFrame) {
  make(low_latency());
  Encoder v = video(ms(50), 20);  // ten pictures a chunk
  v.push_until(seconds(2));
  ASSERT_EQ(chunks(), 4u);
  EXPECT_FALSE(out.tracks[0].segments[1].ended);
  v.push();
  EXPECT_TRUE(out.tracks[0].segments[1].ended);
  EXPECT_EQ(out.tracks[0].segments[1].duration, 90'000);
  EXPECT_FALSE(out.tracks[0].segments[1].discontinuity);
}

TEST_F(LowLatencySegmenterTest, PictureMissingBehindAFilledChunk_OneHoleAndThenItWaitsAgain) {
  make(low_latency());
  Encoder v = video(ms(50), 1000);
  v.push_until(seconds(2));
  EXPECT_EQ(chunks(), 4u);
  v.start_at(ms(2050));
  v.push_until(ms(2550));
  EXPECT_EQ(chunks(), 4u) << "nothing is foreseen for a while";
  v.push();
  EXPECT_EQ(chunks(), 5u);
  EXPECT_EQ(out.tracks[0].holes, Times{2050 * 90});
  v.push_until(seconds(4));
  EXPECT_EQ(out.tracks[0].holes.size(), 1u);
}

TEST_F(LowLatencySegmenterTest, RateChangesInsideAChunk_NothingIsForeseen) {
  make(low_latency());
  Encoder v = video(ms(40), 1000);
  v.push_until(ms(2080));
  v.set_frame(ms(80), 1000);
  v.push_until(seconds(6));
  segmenter->finish();
  EXPECT_TRUE(out.tracks[0].holes.empty());
}

TEST_F(LowLatencySegmenterTest, PicturesAtNoConstantRate_NoHoles) {
  make(low_latency());
  Encoder v = video(ms(40), 1000);
  v.push_until(seconds(2));
  for (int i = 0; i < 400; ++i) {
    v.push();
    v.set_frame(ms(i % 3 == 0 ? 20 : 60), 1000);
  }
  segmenter->finish();
  EXPECT_TRUE(out.tracks[0].holes.empty());
}

TEST_F(LowLatencySegmenterTest, SoundBesideIt_BothHaveTheSameSegments) {
  make(low_latency());
  Encoder v = video({33'333'333}, 60), a = audio();
  v.set_rounding(1'000'000);
  a.set_rounding(1'000'000);
  feed({&v, &a}, seconds(20));
  segmenter->finish();
  EXPECT_EQ(out.numbers(1), out.numbers(0));
  EXPECT_TRUE(out.tracks[0].holes.empty());
}

}  // namespace
}  // namespace klive::cmaf
