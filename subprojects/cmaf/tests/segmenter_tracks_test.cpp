// SPDX-License-Identifier: LGPL-2.1-or-later
// Tracks that come late, end early or fall silent, and who waits for whom.
#include "segmenter_fixture.h"

namespace klive::cmaf {
namespace {

using Numbers = std::vector<uint32_t>;
using Times = std::vector<int64_t>;

TEST_F(SegmenterTest, AudioFrames_BelongToTheSegmentTheirStartFallsInto) {
  make(no_fast_start());
  Encoder v = video(ms(40), 50), a = audio();
  feed({&v, &a}, seconds(20));
  segmenter->finish();
  EXPECT_EQ(out.numbers(1), out.numbers(0));
  for (size_t i = 1; i < 3; ++i) {
    const int64_t cut = out.starts(0)[i] * 48;
    const Written &segment = out.tracks[1].segments[i];
    EXPECT_GE(segment.start, cut);
    EXPECT_LT(segment.start, cut + 1024);
  }
  EXPECT_TRUE(out.tracks[1].holes.empty());
  EXPECT_EQ(out.tracks[1].samples.size(), static_cast<size_t>(a.pushed));
}

TEST_F(SegmenterTest, AudioStartsBeforeVideo_FirstSegmentWaitsForVideo) {
  make();
  Encoder v = video(ms(40), 50), a = audio();
  a.push_until(ms(1500));
  EXPECT_TRUE(out.tracks[1].inits.empty());
  v.start_at(ms(1500));
  feed({&v, &a}, ms(6000));
  segmenter->finish();
  EXPECT_EQ(out.numbers(0), (Numbers{0, 1, 2}));
  EXPECT_EQ(out.numbers(1), (Numbers{0, 1, 2}));
  EXPECT_EQ(out.starts(1)[0], 0);
  EXPECT_EQ(out.tracks[1].samples.size(), static_cast<size_t>(a.pushed));
}

TEST_F(SegmenterTest, VideoNeverComes_AudioWaitsForTwoSecondsAndCutsAlone) {
  make(no_fast_start());
  segmenter->add_track(Kind::kVideo);
  Encoder a = audio();
  a.push_until(ms(1990));
  EXPECT_TRUE(out.tracks[1].inits.empty());
  a.push_until(ms(2100));
  EXPECT_FALSE(out.tracks[1].segments.empty());
  a.push_until(seconds(20));
  // From now on nothing is held any longer: a chunk is out when the frame behind it came.
  const Written &open = out.tracks[1].segments.back();
  EXPECT_GT(open.chunks.back().start_time, a.now() - ms(2000));
  segmenter->finish();
  ASSERT_EQ(out.tracks[1].segments.size(), 4u);
  EXPECT_NEAR(static_cast<double>(out.starts(1)[1]), 6000, 22);
  EXPECT_TRUE(out.tracks[1].holes.empty());
}

TEST_F(SegmenterTest, AudioOnly_CutsAtTheTargetAtOnce) {
  make(no_fast_start());
  Encoder a = audio();
  a.push_until(seconds(13));
  EXPECT_EQ(out.numbers(0), (Numbers{0, 1, 2}));
  EXPECT_NEAR(static_cast<double>(out.starts(0)[2]), 12000, 22);
}

TEST_F(SegmenterTest, AudioNeverComes_VideoIsNotDelayed) {
  make();
  Encoder v = video(ms(40), 50);
  segmenter->add_track(Kind::kAudio);
  v.push_until(ms(1040));
  ASSERT_EQ(out.tracks[0].segments.size(), 1u);
  EXPECT_EQ(out.tracks[0].segments[0].chunks.size(), 1u);
}

TEST_F(SegmenterTest, AudioAppearsAfterAMinute_JoinsTheCurrentSegment) {
  make();
  Encoder v = video(ms(40), 50), a = audio();
  v.push_until(seconds(61));
  a.start_at(seconds(61));
  feed({&v, &a}, seconds(75));
  segmenter->finish();
  const uint32_t joined = out.numbers(1).front();
  EXPECT_EQ(out.starts(0)[joined], 60000);
  EXPECT_EQ(out.numbers(1).back(), out.numbers(0).back());
  EXPECT_TRUE(out.marked(0).empty());
  EXPECT_TRUE(out.marked(1).empty());
}

TEST_F(SegmenterTest, VideoAppearsAfterAMinute_JoinsAndLeads) {
  make(no_fast_start());
  Encoder v = video(ms(40), 50), a = audio();
  a.push_until(seconds(61));
  v.start_at(seconds(61));
  feed({&v, &a}, seconds(80));
  segmenter->finish();
  EXPECT_EQ(out.numbers(0).back(), out.numbers(1).back());
  EXPECT_EQ(out.starts(0)[0], 61000);
  EXPECT_EQ(out.starts(0)[1], 67000);  // 60 + 6 is no key frame
  EXPECT_EQ(out.tracks[1].samples.size(), static_cast<size_t>(a.pushed));
}

TEST_F(SegmenterTest, AudioTenSecondsAhead_IsHeldForTwoSecondsAndVideoNotAtAll) {
  make(no_fast_start());
  Encoder v = video(ms(40), 50), a = audio();
  a.start_at(seconds(10));
  for (int i = 0; i < 400; ++i) {
    v.push();
    while (a.now() < v.now() + seconds(10)) a.push();
    if (v.now() > ms(1100)) {
      const ChunkReady &newest = out.tracks[0].segments.back().chunks.back();
      EXPECT_GE(newest.start_time + ms(2080), v.now());
    }
    if (v.now() > seconds(4)) {
      const ChunkReady &newest = out.tracks[1].segments.back().chunks.back();
      EXPECT_GE(newest.start_time + ms(4100), a.now());
    }
  }
  segmenter->finish();
  EXPECT_EQ(out.numbers(1), out.numbers(0));
  EXPECT_TRUE(out.tracks[1].holes.empty());
}

TEST_F(SegmenterTest, AudioThreeSecondsLate_KeepsItsSegments) {
  make(no_fast_start());
  Encoder v = video(ms(40), 50), a = audio();
  for (int i = 0; i < 500; ++i) {
    v.push();
    a.push_until(v.now() - seconds(3));
  }
  segmenter->finish();
  EXPECT_EQ(out.starts(0), (Times{0, 6000, 12000, 18000}));
  ASSERT_EQ(out.tracks[1].segments.size(), 3u);
  EXPECT_NEAR(static_cast<double>(out.starts(1)[1]), 6000, 22);
  EXPECT_NEAR(static_cast<double>(out.starts(1)[2]), 12000, 22);
}

TEST_F(SegmenterTest, AudioStopsWithoutEnding_ItsSegmentClosesTwoSecondsLater) {
  make(no_fast_start());
  Encoder v = video(ms(40), 50), a = audio();
  feed({&v, &a}, seconds(5));
  v.push_until(ms(7000));
  EXPECT_FALSE(out.tracks[1].segments.back().ended && out.numbers(1).back() > 0);
  v.push_until(ms(8100));
  ASSERT_EQ(out.numbers(1), (Numbers{0}));
  EXPECT_TRUE(out.tracks[1].segments[0].ended);
  EXPECT_EQ(out.tracks[1].samples.size(), static_cast<size_t>(a.pushed));
  a.start_at(seconds(20));  // and comes back, in the segment of its time
  v.push_until(seconds(20));
  feed({&v, &a}, seconds(25));
  segmenter->finish();
  EXPECT_EQ(out.numbers(1), (Numbers{0, 3, 4}));
  EXPECT_TRUE(out.marked(1).empty());
}

TEST_F(SegmenterTest, AudioEndsEarly_ItsSegmentClosesAtOnce) {
  make();
  Encoder v = video(ms(40), 50), a = audio();
  feed({&v, &a}, ms(2500));
  segmenter->end_track(1);
  EXPECT_TRUE(out.tracks[1].segments.back().ended);
  EXPECT_EQ(out.tracks[1].samples.size(), static_cast<size_t>(a.pushed));
  v.push_until(seconds(9));
  EXPECT_EQ(out.starts(0), (Times{0, 2000, 4000, 6000}));
}

TEST_F(SegmenterTest, VideoStopsWithoutEnding_AudioCutsAlone) {
  make(no_fast_start());
  Encoder v = video(ms(40), 50), a = audio();
  feed({&v, &a}, seconds(5));
  a.push_until(seconds(30));
  EXPECT_GE(out.numbers(1).back(), 3u);
  v.start_at(seconds(30));
  feed({&v, &a}, seconds(40));
  segmenter->finish();
  EXPECT_EQ(out.numbers(0).back(), out.numbers(1).back());
  EXPECT_EQ(out.tracks[0].samples.size(), static_cast<size_t>(v.pushed));
}

TEST_F(SegmenterTest, LeadingVideoEnds_TheOtherLeads) {
  make(no_fast_start());
  Encoder one = video(ms(40), 50), two = video(ms(40), 50), a = audio();
  feed({&one, &two, &a}, seconds(7));
  segmenter->end_track(0);
  feed({&two, &a}, seconds(20));
  segmenter->finish();
  EXPECT_EQ(out.starts(1), (Times{0, 6000, 12000, 18000}));
  EXPECT_EQ(out.numbers(2), out.numbers(1));
  EXPECT_EQ(out.numbers(0), (Numbers{0, 1}));
}

TEST_F(SegmenterTest, SecondVideoWithItsOwnKeyFrames_CutsAtTheNearest) {
  make(no_fast_start());
  Encoder one = video(ms(40), 50), two = video(ms(40), 50), three = video(ms(40), 50);
  two.start_at(ms(600));     // key frames 600 ms behind: the next one is nearest
  three.start_at(ms(1600));  // 400 ms in front: the one before
  feed({&one, &two, &three}, seconds(20));
  segmenter->finish();
  EXPECT_EQ(out.starts(0), (Times{0, 6000, 12000, 18000}));
  EXPECT_EQ(out.starts(1), (Times{600, 6600, 12600, 18600}));
  EXPECT_EQ(out.starts(2), (Times{1600, 5600, 11600, 17600}));
  for (const uint32_t track : {0u, 1u, 2u}) EXPECT_EQ(out.numbers(track), (Numbers{0, 1, 2, 3}));
}

TEST_F(SegmenterTest, SecondVideoArrivesFirst_WaitsForTheLeadersCut) {
  make(no_fast_start());
  Encoder one = video(ms(40), 50), two = video(ms(40), 50);
  feed({&one, &two}, seconds(6));
  two.push();  // its key frame at 6 s, before the leader's
  EXPECT_EQ(out.numbers(1).size(), 1u);
  two.push();
  one.push();
  two.push_until(ms(7100));
  EXPECT_EQ(out.numbers(1), (Numbers{0, 1}));
  EXPECT_EQ(out.starts(1)[1], 6000);
}

TEST_F(SegmenterTest, SecondVideoJoinsLate_AtTheCurrentNumber) {
  make();
  Encoder one = video(ms(40), 50), two = video(ms(40), 50);
  one.push_until(seconds(31));
  two.start_at(ms(31'000));
  feed({&one, &two}, seconds(45));
  segmenter->finish();
  EXPECT_EQ(out.starts(0)[out.numbers(1)[0]], 30000);
  EXPECT_EQ(out.starts(1)[0], 31000);
  EXPECT_EQ(out.numbers(1).back(), out.numbers(0).back());
}

TEST_F(SegmenterTest, EndOfTrack_NewestSampleGetsTheLastKnownDuration) {
  make();
  Encoder v = video(ms(20), 50);
  v.push_until(ms(100));
  segmenter->end_track(0);
  ASSERT_EQ(out.tracks[0].samples.size(), 5u);
  EXPECT_EQ(out.tracks[0].samples.back().duration, 1800u);
  EXPECT_TRUE(out.tracks[0].segments[0].ended);
}

// An encoder is stopped just when a cut is due; its sound is a moment longer than its picture.
TEST_F(SegmenterTest, PictureEndsWhereACutIsDue_TailOfTheSoundIsNoSegmentOfItsOwn) {
  SegmenterSettings settings = no_fast_start();
  settings.segment_duration = seconds(2);
  make(settings);
  Encoder v = video(ms(40), 50);
  Encoder a = audio();
  feed({&v, &a}, seconds(4));
  a.push_until(ms(4100));
  segmenter->end_track(0);
  segmenter->end_track(1);
  ASSERT_EQ(out.tracks[0].segments.size(), 2u);
  ASSERT_EQ(out.tracks[1].segments.size(), 2u);
  EXPECT_EQ(out.tracks[1].samples.size(), static_cast<size_t>(a.pushed));
}

TEST_F(SegmenterTest, SoundGoesOnAloneBehindThePicture_IsCutAgain) {
  SegmenterSettings settings = no_fast_start();
  settings.segment_duration = seconds(2);
  make(settings);
  Encoder v = video(ms(40), 50);
  Encoder a = audio();
  feed({&v, &a}, seconds(4));
  segmenter->end_track(0);
  a.push_until(seconds(9));
  segmenter->end_track(1);
  const auto &segments = out.tracks[1].segments;
  ASSERT_EQ(segments.size(), 5u);
  EXPECT_LE(segments[1].duration, 48000 * 2300LL / 1000);
  EXPECT_LE(segments[2].duration, 48000 * 2100LL / 1000);
}

}  // namespace
}  // namespace klive::cmaf
