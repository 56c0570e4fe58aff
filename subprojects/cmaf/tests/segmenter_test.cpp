// SPDX-License-Identifier: LGPL-2.1-or-later
// The segmenter in the situations that publications bring: where segments and chunks are cut.
#include "segmenter_fixture.h"

namespace klive::cmaf {
namespace {

using Numbers = std::vector<uint32_t>;
using Times = std::vector<int64_t>;

TEST_F(SegmenterTest, TwoSecondGops_SegmentsAreExactlySixSeconds) {
  make(no_fast_start());
  Encoder v = video(ms(40), 50);
  v.push_until(ms(24'040));
  segmenter->finish();
  EXPECT_EQ(out.starts(0), (Times{0, 6000, 12000, 18000, 24000}));
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(out.tracks[0].segments[i].duration, 6 * 90000);
  EXPECT_TRUE(out.tracks[0].holes.empty());
  EXPECT_EQ(out.tracks[0].samples.size(), static_cast<size_t>(v.pushed));
}

TEST_F(SegmenterTest, TimestampsRoundedToMilliseconds_SegmentsAreStillSixSeconds) {
  for (const int64_t frame : {33'333'333, 33'366'667, 16'666'667, 40'000'000, 41'666'667}) {
    out = {};
    make(no_fast_start());
    const auto gop = static_cast<unsigned>((2'000'000'000 + frame / 2) / frame);
    Encoder v = video({frame}, gop);
    v.set_rounding(1'000'000);
    v.push_until(seconds(31));
    segmenter->finish();
    ASSERT_GE(out.tracks[0].segments.size(), 5u) << frame;
    for (size_t i = 0; i < 4; ++i) {
      EXPECT_NEAR(static_cast<double>(out.tracks[0].segments[i].duration) / 90000,
                  3 * gop * static_cast<double>(frame) / 1e9, 0.002);
    }
  }
}

TEST_F(SegmenterTest, FastStart_FirstThreeSegmentsEndAtEveryKeyFrame) {
  make();
  Encoder v = video(ms(40), 50);
  v.push_until(seconds(19));
  segmenter->finish();
  EXPECT_EQ(out.starts(0), (Times{0, 2000, 4000, 6000, 12000, 18000}));
}

TEST_F(SegmenterTest, FastStartWithShortGops_NoSegmentBelowHalfASecond) {
  make();
  Encoder v = video(ms(20), 10);
  v.push_until(ms(1900));
  segmenter->finish();
  EXPECT_EQ(out.starts(0), (Times{0, 600, 1200, 1800}));
}

TEST_F(SegmenterTest, KeyFramesEveryThirtySeconds_NoSegmentWithoutOne) {
  make();
  Encoder v = video(ms(40), 750), a = audio();
  feed({&v, &a}, seconds(65));
  segmenter->finish();
  EXPECT_EQ(out.starts(0), (Times{0, 30000, 60000}));
  EXPECT_EQ(out.numbers(1), out.numbers(0));
  for (const Written &segment : out.tracks[0].segments)
    EXPECT_TRUE(segment.chunks.front().independent);
}

TEST_F(SegmenterTest, HalfSecondGops_SegmentsAreSixSeconds) {
  make(no_fast_start());
  Encoder v = video(ms(20), 25);
  v.push_until(seconds(13));
  segmenter->finish();
  EXPECT_EQ(out.starts(0), (Times{0, 6000, 12000}));
}

TEST_F(SegmenterTest, Chunks_AreAtMostOneSecondAndOnlyTheLastIsShort) {
  make(no_fast_start());
  Encoder v = video({33'366'667}, 60), a = audio();
  v.set_rounding(1'000'000);
  feed({&v, &a}, seconds(20));
  segmenter->finish();
  for (const uint32_t track : {0u, 1u}) {
    const int64_t second = track == 0 ? 90000 : 48000;
    for (const Written &segment : out.tracks[track].segments) {
      for (const ChunkReady &chunk : segment.chunks) {
        EXPECT_LE(chunk.duration, second);
        if (!chunk.last) {
          EXPECT_GE(chunk.duration, second * 85 / 100);
        }
      }
    }
  }
}

TEST_F(SegmenterTest, FullChunk_ComesOutWithTheSampleBehindIt) {
  make();
  Encoder v = video(ms(40), 50);
  v.push_until(seconds(1));
  EXPECT_TRUE(out.tracks[0].segments.empty());
  v.push();  // 25 frames are a second: the 26th closes the chunk
  ASSERT_EQ(out.tracks[0].segments.size(), 1u);
  ASSERT_EQ(out.tracks[0].segments[0].chunks.size(), 1u);
  EXPECT_EQ(out.tracks[0].segments[0].chunks[0].duration, 90000);
}

TEST_F(SegmenterTest, HalfSecondChunksAtNtscRate_ComeOutWithTheSampleBehindThem) {
  SegmenterSettings settings;
  settings.chunk_duration = ms(500);
  make(settings);
  const uint32_t track = segmenter->add_track(Kind::kVideo);
  segmenter->set_format(track, avc_other());  // says 30000/1001
  Encoder v(*segmenter, track, {33'366'667}, 60);
  v.set_rounding(1'000'000);
  for (int i = 0; i < 14; ++i) v.push();
  EXPECT_TRUE(out.tracks[0].segments.empty());
  v.push();  // a fifteenth frame would make it 500.5 ms
  ASSERT_EQ(out.tracks[0].segments.size(), 1u);
  EXPECT_EQ(out.tracks[0].segments[0].chunks.size(), 1u);
}

TEST_F(SegmenterTest, EndOfSegment_LastChunkComesOutWithTheNextKeyFrame) {
  make();
  Encoder v = video(ms(40), 30);
  v.push_until(ms(1200));
  ASSERT_EQ(out.tracks[0].segments.size(), 1u);
  EXPECT_EQ(out.tracks[0].segments[0].chunks.size(), 1u);
  v.push();
  ASSERT_EQ(out.tracks[0].segments[0].chunks.size(), 2u);
  EXPECT_TRUE(out.tracks[0].segments[0].chunks[1].last);
  EXPECT_EQ(out.tracks[0].segments[0].chunks[1].duration, 18000);
}

TEST_F(SegmenterTest, BFrames_CutsAreWherePicturesAreShown) {
  make(no_fast_start());
  Encoder v = video(ms(40), 50), a = audio();
  v.set_offset(ms(80));
  feed({&v, &a}, seconds(14));
  segmenter->finish();
  EXPECT_EQ(out.starts(0), (Times{0, 6000, 12000}));
  EXPECT_EQ(out.tracks[0].samples[0].cts, 7200);
  EXPECT_GE(out.tracks[1].segments[1].start, 6080 * 48);  // shown at, not decoded at
  EXPECT_LE(out.tracks[1].segments[1].start, 6080 * 48 + 1024);
}

TEST_F(SegmenterTest, NumbersGoOnFromAnEarlierRun_FirstSegmentIsMarked) {
  SegmenterSettings settings = no_fast_start();
  settings.first_segment = 41;
  settings.epoch_wall_ns = 1'700'000'000'000'000'000;
  make(settings);
  const uint32_t track = segmenter->add_track(Kind::kVideo, 3);
  segmenter->set_format(track, avc());
  Encoder v(*segmenter, track, ms(40), 50);
  v.push_until(seconds(8));
  EXPECT_EQ(out.numbers(0), (Numbers{41, 42}));
  EXPECT_EQ(out.marked(0), (Numbers{41}));
  EXPECT_EQ(out.tracks[0].inits[0].init, 3u);
  EXPECT_NE(base::as_text(out.tracks[0].segments[0].chunks[0].bytes).find("prft"),
            std::string_view::npos);
}

TEST_F(SegmenterTest, VideoBeforeItsFirstKeyFrame_IsDropped) {
  make();
  Encoder v = video(ms(40), 50);
  const uint8_t byte = 1;
  InputSample sample;
  sample.data = {&byte, 1};
  EXPECT_TRUE(segmenter->push(0, sample));
  v.start_at(ms(40));
  v.push_until(seconds(1));
  segmenter->finish();
  EXPECT_EQ(out.tracks[0].samples.size(), static_cast<size_t>(v.pushed));
}

TEST_F(SegmenterTest, SamplesThatCannotBeTaken_AreRefusedAndTheTrackGoesOn) {
  make();
  const uint32_t track = segmenter->add_track(Kind::kVideo);
  const base::Bytes huge((size_t{16} << 20) + 1);
  InputSample sample;
  sample.key = true;
  sample.data = base::ByteView(huge).first(1);
  EXPECT_FALSE(segmenter->push(track, sample));  // no format
  segmenter->set_format(track, avc());
  sample.data = huge;
  EXPECT_FALSE(segmenter->push(track, sample));
  sample.data = {};
  EXPECT_FALSE(segmenter->push(track, sample));
  sample.data = base::ByteView(huge).first(size_t{16} << 20);
  EXPECT_TRUE(segmenter->push(track, sample));
  sample.pts = seconds(61);
  EXPECT_FALSE(segmenter->push(track, sample));
  segmenter->finish();
  EXPECT_EQ(out.tracks[0].samples.size(), 1u);
}

TEST_F(SegmenterTest, ClockThatStandsStill_MemoryIsBounded) {
  make();
  segmenter->add_track(Kind::kVideo);
  Encoder a = audio();
  a.set_frame({0}, 0);
  for (int i = 0; i < 40'000; ++i) a.push();
  EXPECT_FALSE(out.tracks[1].samples.empty());
}

}  // namespace
}  // namespace klive::cmaf
