// SPDX-License-Identifier: LGPL-2.1-or-later
// The segmenter in the situations that publications bring.
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

TEST_F(SegmenterTest, NewVideoFormat_EndsTheSegmentAndMarksTheNextInAllTracks) {
  make(no_fast_start());
  Encoder v = video(ms(40), 50), a = audio();
  feed({&v, &a}, seconds(4));
  segmenter->set_format(0, avc_other());
  feed({&v, &a}, seconds(12));
  segmenter->finish();
  EXPECT_EQ(out.starts(0), (Times{0, 4000, 10000}));
  EXPECT_EQ(out.numbers(1), out.numbers(0));
  EXPECT_EQ(out.marked(0), (Numbers{1}));
  EXPECT_EQ(out.marked(1), (Numbers{1}));
  ASSERT_EQ(out.tracks[0].inits.size(), 2u);
  EXPECT_EQ(out.tracks[0].segments[1].init, 1u);
  EXPECT_EQ(out.tracks[1].inits.size(), 1u);
  EXPECT_EQ(out.tracks[0].samples.size(), static_cast<size_t>(v.pushed));
}

TEST_F(SegmenterTest, SameFormatAgain_ChangesNothing) {
  make(no_fast_start());
  Encoder v = video(ms(40), 50);
  v.push_until(seconds(1));
  segmenter->set_format(0, avc());
  v.push_until(seconds(7));
  EXPECT_EQ(out.tracks[0].inits.size(), 1u);
  EXPECT_TRUE(out.marked(0).empty());
}

TEST_F(SegmenterTest, NewAudioFormat_WaitsForTheNextKeyFrame) {
  make(no_fast_start());
  Encoder v = video(ms(40), 50), a = audio();
  feed({&v, &a}, ms(3000));
  segmenter->set_format(1, aac_other());
  feed({&v, &a}, seconds(12));
  segmenter->finish();
  EXPECT_EQ(out.starts(0), (Times{0, 4000, 10000}));
  EXPECT_EQ(out.numbers(1), (Numbers{0, 1, 2}));
  EXPECT_EQ(out.marked(0), (Numbers{1}));
  EXPECT_EQ(out.marked(1), (Numbers{1}));
  EXPECT_NEAR(static_cast<double>(out.starts(1)[1]), 3000, 22);  // nothing of the sound is lost
  EXPECT_EQ(out.tracks[1].inits.size(), 2u);
  EXPECT_EQ(out.tracks[1].samples.size(), static_cast<size_t>(a.pushed));
}

TEST_F(SegmenterTest, NewAudioFormatAndNoKeyFrame_GoesOnAfterTwoSeconds) {
  make(no_fast_start());
  Encoder v = video(ms(40), 500), a = audio();
  feed({&v, &a}, ms(3000));
  segmenter->set_format(1, aac_other());
  feed({&v, &a}, ms(6200));
  ASSERT_EQ(out.numbers(1).size(), 2u);
  feed({&v, &a}, ms(27000));
  segmenter->finish();
  EXPECT_EQ(out.starts(0), (Times{0, 20000}));
  EXPECT_EQ(out.numbers(1), out.numbers(0));
  EXPECT_EQ(out.marked(0), (Numbers{1}));
  EXPECT_EQ(out.marked(1), (Numbers{1}));
}

TEST_F(SegmenterTest, PublicationReturns_OneMarkedSegmentForAllTracks) {
  for (const bool audio_first : {false, true}) {
    out = {};
    make(no_fast_start());
    Encoder v = video(ms(40), 50), a = audio();
    feed({&v, &a}, seconds(8));
    segmenter->end_track(0);
    segmenter->end_track(1);
    segmenter->set_format(0, avc());
    segmenter->set_format(1, aac());
    v.start_at(ms(11'000));
    a.start_at(ms(audio_first ? 10'900 : 11'100));
    feed({&v, &a}, seconds(20));
    segmenter->finish();
    EXPECT_EQ(out.numbers(0), (Numbers{0, 1, 2, 3})) << audio_first;
    EXPECT_EQ(out.numbers(1), (Numbers{0, 1, 2, 3})) << audio_first;
    EXPECT_EQ(out.marked(0), (Numbers{2})) << audio_first;
    EXPECT_EQ(out.marked(1), (Numbers{2})) << audio_first;
    EXPECT_EQ(out.tracks[0].inits.size(), 1u);
    EXPECT_EQ(out.tracks[0].holes.size(), 1u);
  }
}

TEST_F(SegmenterTest, OneFlavorReturns_AllTracksAreMarkedAtTheSameNumber) {
  make(no_fast_start());
  Encoder one = video(ms(40), 50), two = video(ms(40), 50), a = audio();
  feed({&one, &two, &a}, seconds(7));
  segmenter->end_track(1);
  feed({&one, &a}, seconds(14));
  two.start_at(ms(14'500));
  feed({&one, &two, &a}, seconds(30));
  segmenter->finish();
  EXPECT_EQ(out.marked(0).size(), 1u);
  EXPECT_EQ(out.marked(1), out.marked(0));
  EXPECT_EQ(out.marked(2), out.marked(0));
  EXPECT_EQ(out.numbers(1).back(), out.numbers(0).back());
}

TEST_F(SegmenterTest, JumpsInAllTracks_OneMarkedSegment) {
  for (const int64_t jump : {3'600'000, -3'600'000, 5000, -40}) {
    out = {};
    make(no_fast_start());
    Encoder v = video(ms(40), 50), a = audio();
    v.start_at(seconds(7200));
    a.start_at(seconds(7200));
    feed({&v, &a}, seconds(7208));
    v.start_at(v.now() + ms(jump));
    a.start_at(a.now() + ms(jump));
    v.break_next();
    a.break_next();
    feed({&v, &a}, seconds(7220) + ms(jump));
    segmenter->finish();
    EXPECT_EQ(out.numbers(0), (Numbers{0, 1, 2, 3})) << jump;
    EXPECT_EQ(out.numbers(1), out.numbers(0)) << jump;
    EXPECT_EQ(out.marked(0), (Numbers{2})) << jump;
    EXPECT_EQ(out.marked(1), (Numbers{2})) << jump;
    EXPECT_EQ(out.tracks[0].samples.size(), static_cast<size_t>(v.pushed));
    EXPECT_EQ(out.tracks[1].samples.size(), static_cast<size_t>(a.pushed));
  }
}

TEST_F(SegmenterTest, BreakBetweenKeyFrames_NothingIsLostAndTheNextKeyFrameIsMarked) {
  make(no_fast_start());
  Encoder v = video(ms(40), 50), a = audio();
  feed({&v, &a}, seconds(3));
  v.break_next();
  a.break_next();
  feed({&v, &a}, seconds(9));
  segmenter->finish();
  EXPECT_EQ(out.starts(0), (Times{0, 4000}));
  EXPECT_EQ(out.marked(0), (Numbers{1}));
  EXPECT_EQ(out.marked(1), (Numbers{1}));
  EXPECT_EQ(out.tracks[0].samples.size(), static_cast<size_t>(v.pushed));
  EXPECT_TRUE(out.tracks[0].holes.empty());
}

TEST_F(SegmenterTest, StepBackOfAFewMilliseconds_IsClamped) {
  make();
  Encoder v = video(ms(40), 50);
  v.push_until(ms(400));
  v.start_at(ms(350));
  v.push();
  v.push();
  v.push_until(seconds(1));
  segmenter->finish();
  EXPECT_EQ(out.tracks[0].samples.size(), static_cast<size_t>(v.pushed));
  EXPECT_TRUE(out.tracks[0].holes.empty());
  EXPECT_TRUE(out.marked(0).empty());
}

TEST_F(SegmenterTest, RealGapInSound_IsAHoleAndNotALongFrame) {
  make();
  Encoder v = video(ms(40), 50), a = audio();
  feed({&v, &a}, seconds(3));
  a.start_at(seconds(8));
  feed({&v, &a}, seconds(12));
  segmenter->finish();
  ASSERT_EQ(out.tracks[1].holes.size(), 1u);
  EXPECT_EQ(out.tracks[1].holes[0], 8 * 48000);
  EXPECT_TRUE(out.tracks[0].holes.empty());
}

TEST_F(SegmenterTest, PausedPicture_IsOneLongFrame) {
  make();
  Encoder v = video(ms(40), 50);
  v.push_until(seconds(3));
  v.start_at(seconds(8));
  v.push_until(seconds(12));
  segmenter->finish();
  EXPECT_TRUE(out.tracks[0].holes.empty());
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
