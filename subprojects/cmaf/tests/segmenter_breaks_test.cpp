// SPDX-License-Identifier: LGPL-2.1-or-later
// New formats, publications that return, jumps and holes: what is marked, and where.
#include "segmenter_fixture.h"

namespace klive::cmaf {
namespace {

using Numbers = std::vector<uint32_t>;
using Times = std::vector<int64_t>;

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

}  // namespace
}  // namespace klive::cmaf
