// SPDX-License-Identifier: LGPL-2.1-or-later
// The MPD against golden files.
#include <gtest/gtest.h>

#include "broadcast.h"

namespace klive::manifest {
namespace {

const DashOptions kOptions{.utc_timing_url = "/time?a&b",
                           .publish_time_ns = 1'795'168'900 * kSecond + 250'000'000};

TEST(Dash, NothingWhole_IsEmpty) {
  Broadcast b;
  b.video("v32", 32);
  b.chunk("v32", 0, 0);
  EXPECT_FALSE(render_dash(b.p, kOptions));
}

TEST(Dash, LiveThenMovedThenEnded) {
  Broadcast b;
  b.video("v32", 32, 1080);
  b.video("v33", 33, 360);
  b.audio("a32", 32, "eng");
  b.audio("a100", 100, "spa");
  b.video("v32b", 32, 1080, true);
  for (uint32_t n = 0; n < 6; ++n) {
    for (const char *track : {"v32", "v33", "a32", "a100", "v32b"}) {
      if (n == 2 && track == std::string("v33")) continue;
      const double shift = n >= 4 ? 30.5 : 0;
      b.segment(track, n, n * 6 + shift, 6, n == 4);
    }
  }
  expect_golden("live.mpd", render_dash(b.p, kOptions));
  b.say(WindowMoved{.first = 5});
  expect_golden("moved.mpd", render_dash(b.p, kOptions));
  b.say(SessionEnded{});
  expect_golden("ended.mpd", render_dash(b.p, kOptions));
}

TEST(Dash, TimeWentBack_OnlyWhatCameAfterIsShown) {
  Broadcast b;
  b.video("v32", 32);
  b.segment("v32", 0, 10, 6);
  b.segment("v32", 1, 2, 6, true);
  b.segment("v32", 2, 20, 6, true);
  b.segment("v32", 3, 26, 6);
  const auto text = render_dash(b.p, kOptions);
  ASSERT_TRUE(text);
  EXPECT_EQ(text->find("Period id=\"s0\""), std::string::npos);
  EXPECT_NE(text->find("Period id=\"s1\""), std::string::npos);
  EXPECT_NE(text->find("Period id=\"s2\""), std::string::npos);
}

TEST(Dash, SoundComesAMomentLater_PeriodIsShownWithBoth) {
  Broadcast b;
  b.video("v32", 32);
  b.audio("a32", 32);
  b.segment("v32", 0, 0, 6);
  b.chunk("a32", 0, 0);
  EXPECT_FALSE(render_dash(b.p, kOptions));
  b.segment("a32", 0, 0, 6);
  EXPECT_TRUE(render_dash(b.p, kOptions));
  b.segment("v32", 1, 20, 6, true);
  EXPECT_EQ(render_dash(b.p, kOptions)->find("Period id=\"s1\""), std::string::npos);
  b.segment("a32", 1, 20, 6, true);
  EXPECT_NE(render_dash(b.p, kOptions)->find("Period id=\"s1\""), std::string::npos);
}

TEST(Dash, SegmentAtATime_IsFound) {
  Broadcast b;
  b.video("v32", 32);
  b.segment("v32", 3, 6, 6);
  b.segment("v32", 5, 18, 6);
  ASSERT_TRUE(find_segment_at(b.track("v32"), 540000));
  EXPECT_EQ(find_segment_at(b.track("v32"), 540000)->number, 3u);
  EXPECT_FALSE(find_segment_at(b.track("v32"), 540001));
  EXPECT_FALSE(find_segment_at(b.track("v32"), 1'080'000));  // the gap
}

}  // namespace
}  // namespace klive::manifest
