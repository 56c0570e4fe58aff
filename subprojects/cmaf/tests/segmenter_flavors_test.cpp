// SPDX-License-Identifier: LGPL-2.1-or-later
// Several video flavors of one entry: the same numbers, and cuts at the same pictures, whichever
// flavor's frames arrive first.
#include <cstdlib>

#include "segmenter_fixture.h"

namespace klive::cmaf {
namespace {

using Numbers = std::vector<uint32_t>;
using Times = std::vector<int64_t>;

constexpr MediaTime kBFrames = {66'666'667};

/// How the second flavor differs from the first, which leads.
struct Difference {
  MediaTime shown;    // its pictures' times are so much later
  MediaTime arrives;  // and its frames arrive so much later than the same of the leader
  MediaTime leader_reorders, reorders;
  unsigned gop = 50;                   // frames of 40 ms; the leader has 50
  std::vector<unsigned> gops_of_both;  // instead of both
};

class FlavorsTest : public SegmenterTest {
 protected:
  void run(const Difference &difference, SegmenterSettings settings = {}) {
    out = {};
    make(settings);
    Encoder one = video(ms(40), 50), two = video(ms(40), difference.gop), a = audio();
    one.set_offset(difference.leader_reorders);
    two.set_offset(difference.reorders);
    one.set_gops(difference.gops_of_both);
    two.set_gops(difference.gops_of_both);
    // The time that the first picture is shown at is what flavors have in common.
    one.start_at(seconds(1) - difference.leader_reorders);
    two.start_at(seconds(1) + difference.shown - difference.reorders);
    a.start_at(seconds(1));
    two.set_lateness(difference.arrives - difference.shown + difference.reorders -
                     difference.leader_reorders);
    feed({&one, &two, &a}, seconds(35));
    segmenter->finish();
    EXPECT_EQ(out.tracks[0].samples.size(), static_cast<size_t>(one.pushed));
    EXPECT_EQ(out.tracks[1].samples.size(), static_cast<size_t>(two.pushed));
  }
  /// When the track's segments' first pictures are shown, ms after the leader's first one.
  Times shown(uint32_t track, MediaTime reorders) {
    Times all = out.starts(track);
    for (int64_t &time : all) time += reorders.ns / 1'000'000 + 1 - 1000;
    return all;
  }
  void expect_same_pictures(const Difference &difference) {
    EXPECT_EQ(out.numbers(1), out.numbers(0));
    EXPECT_EQ(out.numbers(2), out.numbers(0));
    const Times leader = shown(0, difference.leader_reorders);
    const Times follower = shown(1, difference.reorders);
    ASSERT_EQ(leader.size(), follower.size());
    for (size_t i = 0; i < leader.size(); ++i)
      EXPECT_NEAR(static_cast<double>(follower[i] - leader[i]),
                  static_cast<double>(difference.shown.ns) / 1e6, 2)
          << "segment " << i;
  }
};

// Everything that one encoder does to its two publications.
TEST_F(FlavorsTest, OneEncoder_SameNumbersAndPicturesInAnyOrderOfArrival) {
  for (const SegmenterSettings &settings : {SegmenterSettings{}, no_fast_start()}) {
    for (const int64_t shown : {-400, -100, -50, -20, -1, 0, 1, 20, 50, 100, 400}) {
      for (const int64_t arrives : {-1500, -600, -100, -33, -3, 0, 3, 33, 100, 600, 1500}) {
        for (const int reordering : {0, 1, 2, 3}) {
          SCOPED_TRACE("shown " + std::to_string(shown) + " arrives " + std::to_string(arrives) +
                       " reordering " + std::to_string(reordering));
          Difference difference;
          difference.shown = ms(shown);
          difference.arrives = ms(arrives);
          if ((reordering & 1) != 0) difference.reorders = kBFrames;
          if ((reordering & 2) != 0) difference.leader_reorders = kBFrames;
          run(difference, settings);
          expect_same_pictures(difference);
          if (HasFailure()) return;
        }
      }
    }
  }
}

TEST_F(FlavorsTest, FollowerAheadAtTheStart_ItsFirstSegmentsAreNoLongerThanTheLeaders) {
  Difference difference;
  difference.shown = ms(-50);
  difference.arrives = ms(-100);
  difference.reorders = kBFrames;
  run(difference);
  EXPECT_EQ(out.numbers(0), (Numbers{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(out.numbers(1), out.numbers(0));
  EXPECT_EQ(out.tracks[1].segments[0].duration, 2 * 90000);
  EXPECT_TRUE(out.tracks[1].holes.empty());
}

TEST_F(FlavorsTest, FollowerBehindAtTheStart_ItsFirstSegmentsAreNoLongerThanTheLeaders) {
  Difference difference;
  difference.shown = ms(50);
  difference.arrives = ms(100);
  run(difference);
  EXPECT_EQ(out.numbers(1), out.numbers(0));
  EXPECT_EQ(out.tracks[1].segments[0].duration, 2 * 90000);
}

TEST_F(FlavorsTest, IrregularKeyFrames_SameNumbersAndPictures) {
  for (const int64_t shown : {-50, 0, 50}) {
    for (const int64_t arrives : {-100, 0, 100}) {
      SCOPED_TRACE("shown " + std::to_string(shown) + " arrives " + std::to_string(arrives));
      Difference difference;
      difference.shown = ms(shown);
      difference.arrives = ms(arrives);
      difference.reorders = kBFrames;
      difference.gops_of_both = {50, 31, 19, 50, 12, 38, 70, 44};
      run(difference);
      expect_same_pictures(difference);
    }
  }
}

TEST_F(FlavorsTest, FollowerWithHalfTheKeyFrameDistance_CutsWhereTheLeaderDoes) {
  for (const int64_t shown : {-400, -50, 0, 50, 400}) {
    for (const int64_t arrives : {-600, -100, 0, 100, 600}) {
      SCOPED_TRACE("shown " + std::to_string(shown) + " arrives " + std::to_string(arrives));
      Difference difference;
      difference.shown = ms(shown);
      difference.arrives = ms(arrives);
      difference.gop = 25;
      run(difference);
      expect_same_pictures(difference);
    }
  }
}

TEST_F(FlavorsTest, FollowerWithTwiceTheKeyFrameDistance_SkipsOnlyWhatHasNoKeyFrame) {
  for (const int64_t arrives : {-600, -100, 0, 100, 600}) {
    Difference difference;
    difference.arrives = ms(arrives);
    difference.gop = 100;
    run(difference);
    // The leader cuts at 0, 2, 4, 6, 12 … s; at 4 s begin number 2 and nothing less.
    EXPECT_EQ(out.numbers(0), (Numbers{0, 1, 2, 3, 4, 5, 6, 7})) << arrives;
    EXPECT_EQ(out.numbers(1), (Numbers{0, 2, 3, 4, 5, 6, 7})) << arrives;
  }
}

TEST_F(FlavorsTest, FollowerOneSecondOffTheLeader_SameNumbersAtTheNearestKeyFrames) {
  for (const int64_t off : {-1000, -990, 990, 1000, 1010}) {
    for (const int64_t arrives : {-100, 0, 100, 1000}) {
      SCOPED_TRACE("off " + std::to_string(off) + " arrives " + std::to_string(arrives));
      Difference difference;
      difference.shown = ms(off);
      difference.arrives = ms(off + arrives);
      run(difference);
      // It may have begun after the leader's first segment, and only then lack its number.
      Numbers expected = out.numbers(0);
      if (out.numbers(1).front() == 1) expected.erase(expected.begin());
      EXPECT_EQ(out.numbers(1), expected);
      for (const Written &segment : out.tracks[1].segments) {
        const Written &same = out.tracks[0].segments[segment.number];
        if (segment.number > 0) {
          EXPECT_LE(std::abs(segment.start - same.start), 1000 * 90) << segment.number;
        }
      }
    }
  }
}

TEST_F(FlavorsTest, FollowerLaterThanPatience_NoNumberIsSkipped) {
  Difference difference;
  difference.arrives = ms(-3500);  // nobody waits that long for the leader
  run(difference);
  for (size_t i = 1; i < out.numbers(1).size(); ++i)
    EXPECT_EQ(out.numbers(1)[i], out.numbers(1)[i - 1] + 1);
}

TEST_F(FlavorsTest, LeaderIsNotDelayed_ByFollowersAheadOrBehind) {
  make();
  Encoder alone = video(ms(40), 50);
  std::vector<size_t> outputs;
  for (int i = 0; i < 500; ++i) {
    alone.push();
    outputs.push_back(out.tracks[0].samples.size());
  }
  for (const int64_t arrives : {-100, 100}) {
    out = {};
    make();
    Encoder one = video(ms(40), 50), two = video(ms(40), 50), three = video(ms(40), 25);
    two.set_lateness(ms(arrives));
    three.set_lateness(ms(-arrives));
    for (int i = 0; i < 500; ++i) {
      while (two.arrives() < one.arrives()) two.push();
      while (three.arrives() < one.arrives()) three.push();
      one.push();
      ASSERT_EQ(out.tracks[0].samples.size(), outputs[static_cast<size_t>(i)]) << i;
    }
  }
}

TEST_F(FlavorsTest, KeyFrameWhereNoCutCanBe_IsNotHeld) {
  make(no_fast_start());
  Encoder one = video(ms(40), 50), two = video(ms(40), 50);
  feed({&one, &two}, ms(2000));
  one.push();
  two.push();
  two.push();
  // The leader has reached 2 s and cuts at 6 s at the earliest: the first two seconds are out.
  EXPECT_EQ(out.tracks[1].samples.size(), 50u);
}

}  // namespace
}  // namespace klive::cmaf
