// SPDX-License-Identifier: LGPL-2.1-or-later
// A run that goes on where an earlier one ended: nothing lies over what that one wrote.
#include "segmenter_fixture.h"

namespace klive::cmaf {
namespace {

SegmenterSettings behind(MediaTime end) {
  SegmenterSettings settings = no_fast_start();
  settings.first_segment = 41;
  settings.not_before = end;
  return settings;
}

TEST_F(SegmenterTest, RunBeginsBehindTheLastOne_TimesStayAsTheyAre) {
  make(behind(seconds(10)));
  Encoder v = video(ms(40), 50);
  Encoder a = audio();
  v.start_at(ms(10'020));
  a.start_at(ms(10'001));
  feed({&v, &a}, seconds(20));
  EXPECT_EQ(out.starts(0).front(), 10'020);
  EXPECT_EQ(out.starts(1).front(), 10'001);
}

TEST_F(SegmenterTest, RunBeginsAnHourBeforeTheLastOneEnded_AllTracksAreMovedBehindIt) {
  make(behind(seconds(3700)));
  Encoder a = audio();
  Encoder v = video(ms(40), 50);
  a.start_at(ms(100'000));
  v.start_at(ms(100'120));
  feed({&v, &a}, seconds(110));
  EXPECT_EQ(out.starts(0).front(), 3'700'000);
  EXPECT_EQ(out.starts(1).front(), 3'700'120);
  EXPECT_EQ(out.tracks[1].holes, std::vector<int64_t>{});
}

TEST_F(SegmenterTest, RunBeginsALittleBeforeTheLastOneEnded_NoFrameIsLost) {
  make(behind(seconds(10)));
  Encoder v = video(ms(40), 50);
  Encoder a = audio();
  v.start_at(ms(9'980));
  a.start_at(ms(9'900));
  v.push();
  feed({&v, &a}, seconds(20));
  segmenter->finish();
  EXPECT_EQ(out.starts(0).front(), 10'000);
  EXPECT_EQ(out.starts(1).front(), 10'000);
  EXPECT_EQ(out.tracks[1].samples.size(), static_cast<size_t>(a.pushed));
  // Picture and sound are moved together: what was 80 ms early is squeezed, not moved further.
  EXPECT_NEAR(static_cast<double>(out.tracks[1].samples.back().dts) / 48'000, 20.0, 0.05);
}

TEST_F(SegmenterTest, ClockIsRightAgainWhenAnotherTrackBegins_ItIsNotMoved) {
  make(behind(seconds(3700)));
  Encoder v = video(ms(40), 50);
  v.start_at(seconds(100));
  v.push_until(seconds(110));
  Encoder other = video(ms(40), 50);
  other.start_at(seconds(3712));
  other.push_until(seconds(3720));
  EXPECT_EQ(out.starts(1).front(), 3'712'000);
}

}  // namespace
}  // namespace klive::cmaf
