// SPDX-License-Identifier: LGPL-2.1-or-later
// The rules that Presentation::apply keeps.
#include <gtest/gtest.h>

#include "broadcast.h"

namespace klive::manifest {
namespace {

TEST(Presentation, EpochSaidAgain_MustBeTheSame) {
  Broadcast b;
  EXPECT_FALSE(b.refuses(Epoch{1'795'168'800 * kSecond}));
  EXPECT_TRUE(b.refuses(Epoch{1}));
}

TEST(Presentation, NothingBeforeTheEpoch) {
  Presentation p;
  EXPECT_FALSE(p.apply(SessionStarted{}));
  EXPECT_FALSE(p.apply(TrackInit{.track = "v32", .timescale = 1, .codecs = "x"}));
}

TEST(Presentation, NumberNotAboveTheLast_IsRefused) {
  Broadcast b;
  b.video("v32", 32);
  b.segment("v32", 5, 0, 6);
  EXPECT_TRUE(b.refuses(b.make_segment("v32", 5, 6, 6)));
  EXPECT_TRUE(b.refuses(b.make_segment("v32", 4, 6, 6)));
  EXPECT_EQ(b.p.next_segment, 6u);
}

TEST(Presentation, UnknownTrackOrInit_IsRefused) {
  Broadcast b;
  EXPECT_TRUE(b.refuses(SegmentAdded{.track = "v32"}));
  b.video("v32", 32);
  SegmentAdded segment = b.make_segment("v32", 0, 0, 6);
  segment.init = 1;
  EXPECT_TRUE(b.refuses(segment));
}

TEST(Presentation, HoleInOneTrack_BecomesGapsWithTheSiblingsTimes) {
  Broadcast b;
  b.video("v32", 32);
  b.audio("a32", 32);
  b.segment("v32", 0, 0, 6);
  b.segment("a32", 0, 0, 6);
  b.segment("v32", 1, 6, 2);
  b.segment("v32", 2, 8, 6);
  b.segment("a32", 3, 14, 6);
  const auto &a = b.track("a32").segments;
  ASSERT_EQ(a.size(), 4u);
  EXPECT_TRUE(a[1].gap);
  EXPECT_EQ(a[1].start_time().ns, 6 * kSecond);
  EXPECT_EQ(a[1].end_time().ns, 8 * kSecond);
  EXPECT_TRUE(a[2].gap);
  EXPECT_EQ(a[2].end_time().ns, 14 * kSecond);
  EXPECT_FALSE(a[3].gap);
}

TEST(Presentation, HoleInAllTracks_SharesTheTime) {
  Broadcast b;
  b.video("v32", 32);
  b.segment("v32", 0, 0, 6);
  b.segment("v32", 3, 16, 6);
  const auto &v = b.track("v32").segments;
  ASSERT_EQ(v.size(), 4u);
  EXPECT_EQ(v[1].end_time().ns, 11 * kSecond);
  EXPECT_EQ(v[2].end_time().ns, 16 * kSecond);
}

TEST(Presentation, HoleAcrossAJumpBack_HasGapsWithoutLength) {
  Broadcast b;
  b.video("v32", 32);
  b.segment("v32", 0, 10, 6);
  b.segment("v32", 2, 5, 6, true);
  EXPECT_EQ(b.track("v32").segments[1].duration, 0);
}

TEST(Presentation, HugeHole_BeginsTheTrackAnew) {
  Broadcast b;
  b.video("v32", 32);
  b.segment("v32", 0, 0, 6);
  b.segment("v32", 1'000'000'000, 100, 6);
  ASSERT_EQ(b.track("v32").segments.size(), 1u);
  EXPECT_EQ(b.p.next_segment, 1'000'000'001u);
}

TEST(Presentation, TrackStartsLate_BeginsAtItsNumberAndCountsDiscontinuitiesAsItsSiblings) {
  Broadcast b;
  b.video("v32", 32);
  b.segment("v32", 0, 0, 6);
  b.segment("v32", 1, 6, 6, true);
  b.segment("v32", 2, 12, 6, true);
  b.audio("a32", 32);
  b.segment("a32", 2, 12, 6, true);
  EXPECT_EQ(b.track("a32").segments.size(), 1u);
  EXPECT_EQ(b.track("a32").discontinuity_sequence, 1u);
}

TEST(Presentation, NewSession_EmptiesTheWindowAndNumbersGoOn) {
  Broadcast b;
  b.video("v32", 32);
  b.segment("v32", 0, 0, 6);
  b.segment("v32", 1, 6, 6, true);
  b.say(SessionEnded{});
  EXPECT_FALSE(b.p.on_air);
  b.say(SessionStarted{{2 * kSecond}, {kSecond}, {}});
  EXPECT_TRUE(b.p.tracks.empty());
  EXPECT_EQ(b.p.next_segment, 2u);
  EXPECT_EQ(b.p.target_duration.ns, 2 * kSecond);
  b.video("v32", 32, 720, false, 2);
  EXPECT_TRUE(b.refuses(b.make_segment("v32", 1, 12, 6)));
  b.segment("v32", 2, 12, 2);
  EXPECT_GE(b.track("v32").discontinuity_sequence, 2u);
}

TEST(Presentation, WindowMoves_TrimsEveryTrackAndCountsDiscontinuities) {
  Broadcast b;
  b.video("v32", 32);
  b.audio("a32", 32);
  for (uint32_t n = 0; n < 6; ++n) {
    b.segment("v32", n, n * 6, 6, n == 2 || n == 4);
    b.segment("a32", n, n * 6, 6, n == 2 || n == 4);
  }
  b.say(WindowMoved{.first = 4});
  EXPECT_EQ(b.track("v32").segments.front().number, 4u);
  EXPECT_EQ(b.track("a32").segments.front().number, 4u);
  // The mark before 4 is still listed.
  EXPECT_EQ(b.track("v32").discontinuity_sequence, 1u);
  ASSERT_EQ(b.p.stretches.size(), 1u);
  EXPECT_EQ(b.p.stretches[0], (Stretch{4, {24 * kSecond}}));
  b.say(WindowMoved{.first = 5});
  EXPECT_EQ(b.track("v32").discontinuity_sequence, 2u);
  EXPECT_EQ(b.p.stretches[0], (Stretch{4, {24 * kSecond}}));
}

TEST(Presentation, LongSegment_RaisesTheTargetForTheSession) {
  Broadcast b;
  b.video("v32", 32);
  b.segment("v32", 0, 0, 6.02);
  EXPECT_EQ(b.p.target_duration.ns, 6 * kSecond);
  b.segment("v32", 1, 6.02, 9.6);
  EXPECT_EQ(b.p.target_duration.ns, 10 * kSecond);
  b.say(WindowMoved{.first = 2});
  EXPECT_EQ(b.p.target_duration.ns, 10 * kSecond);
}

TEST(Presentation, SegmentAdded_ClosesTheOpenOneAndKeepsItsChunks) {
  Broadcast b;
  b.video("v32", 32);
  b.chunk("v32", 0, 0);
  b.chunk("v32", 0, 1);
  ASSERT_TRUE(b.track("v32").open);
  b.segment("v32", 0, 0, 2);
  EXPECT_FALSE(b.track("v32").open);
  EXPECT_EQ(b.track("v32").segments[0].chunks.size(), 2u);
  EXPECT_TRUE(b.track("v32").segments[0].durable);
}

TEST(Presentation, NextSegmentsChunksBeforeSegmentAdded_ListItAsNotDurableUntilThen) {
  Broadcast b;
  b.video("v32", 32);
  b.chunk("v32", 0, 0);
  b.chunk("v32", 0, 1, true);
  EXPECT_FALSE(b.track("v32").open);
  EXPECT_FALSE(b.track("v32").segments[0].durable);
  b.chunk("v32", 1, 2);
  b.segment("v32", 0, 0, 2);
  EXPECT_TRUE(b.track("v32").segments[0].durable);
  EXPECT_EQ(b.track("v32").open->number, 1u);
}

TEST(Presentation, SegmentNeverBecameDurable_TurnsIntoAGap) {
  Broadcast b;
  b.video("v32", 32);
  b.chunk("v32", 0, 0, true);
  b.chunk("v32", 1, 1, true);
  b.segment("v32", 1, 1, 1);
  EXPECT_TRUE(b.track("v32").segments[0].gap);
  EXPECT_FALSE(b.track("v32").segments[1].gap);
}

TEST(Presentation, ListedFileLost_SegmentTurnsIntoAGap) {
  Broadcast b;
  b.video("v32", 32);
  b.segment("v32", 0, 0, 6);
  SegmentAdded lost = b.make_segment("v32", 0, 0, 6);
  lost.gap = true;
  b.say(lost);
  EXPECT_TRUE(b.track("v32").segments[0].gap);
}

TEST(Presentation, LostFileIsFoundAgain_GapTurnsIntoItsSegmentAndStaysOne) {
  Broadcast b;
  b.video("v32", 32);
  b.segment("v32", 0, 0, 6);
  b.segment("v32", 2, 12, 6);
  EXPECT_TRUE(b.track("v32").segments[1].gap);
  b.segment("v32", 1, 6, 6);
  EXPECT_FALSE(b.track("v32").segments[1].gap);
  EXPECT_TRUE(b.refuses(b.make_segment("v32", 1, 6, 6)));
}

TEST(Presentation, GapToldAfterTheNextSegmentsChunks_IsTheHoleTheyMade) {
  Broadcast b;
  b.video("v32", 32);
  b.segment("v32", 0, 0, 6);
  b.chunk("v32", 2, 12);
  SegmentAdded lost = b.make_segment("v32", 1, 6, 6);
  lost.gap = true;
  b.say(lost);
  EXPECT_TRUE(b.track("v32").segments[1].gap);
  EXPECT_EQ(b.track("v32").open->number, 2u);
}

TEST(Presentation, ChunksOutOfOrder_AreRefused) {
  Broadcast b;
  b.video("v32", 32);
  EXPECT_TRUE(b.refuses(ChunkAdded{.track = "v32", .segment = 0, .chunk = 1}));
  b.chunk("v32", 0, 0);
  EXPECT_TRUE(b.refuses(ChunkAdded{.track = "v32", .segment = 0, .chunk = 2, .offset = 100'000}));
  EXPECT_TRUE(b.refuses(ChunkAdded{.track = "v32", .segment = 0, .chunk = 1, .offset = 5}));
}

TEST(Presentation, OldSegments_LoseTheirChunks) {
  Broadcast b(7200, 2);
  b.video("v32", 32);
  for (uint32_t n = 0; n < 10; ++n) {
    b.chunk("v32", n, n * 2);
    b.chunk("v32", n, n * 2 + 1, true);
    b.segment("v32", n, n * 2, 2);
  }
  EXPECT_TRUE(b.track("v32").segments[5].chunks.empty());
  EXPECT_EQ(b.track("v32").segments[6].chunks.size(), 2u);
}

TEST(Presentation, SampleRateChanges_EachSegmentKeepsItsTimescale) {
  Broadcast b;
  b.audio("a32", 32);
  b.segment("a32", 0, 0, 6);
  TrackInit init = b.track("a32").init;
  init.init = 1;
  init.timescale = init.sample_rate = 44100;
  b.say(init);
  b.segment("a32", 1, 6, 6);
  EXPECT_EQ(b.track("a32").segments[0].end_time().ns, 6 * kSecond);
  EXPECT_EQ(b.track("a32").segments[1].end_time().ns, 12 * kSecond);
  EXPECT_TRUE(b.track("a32").segments[1].discontinuity);
}

TEST(Presentation, BitRates_FollowTheWindow) {
  Broadcast b;
  b.video("v32", 32);
  for (uint32_t n = 0; n < 6; ++n) {
    SegmentAdded segment = b.make_segment("v32", n, n * 6, n == 0 ? 1 : 6);
    segment.size = n == 0 ? 900'000 : n == 1 ? 3'000'000 : 1'500'000;
    b.say(segment);
  }
  // The first is too short to say anything.
  EXPECT_EQ(b.track("v32").peak_bitrate, 4'000'000u);
  EXPECT_EQ(b.track("v32").average_bitrate, 9'900'000u * 8 / 31);
  b.say(WindowMoved{.first = 1});
  EXPECT_EQ(b.track("v32").peak_bitrate, 4'000'000u);
  b.say(WindowMoved{.first = 2});
  EXPECT_EQ(b.track("v32").peak_bitrate, 2'000'000u);
  EXPECT_EQ(b.track("v32").average_bitrate, 2'000'000u);
  SegmentAdded lost = b.make_segment("v32", 3, 18, 6);
  lost.gap = true;
  b.say(lost);
  EXPECT_EQ(b.track("v32").average_bitrate, 2'000'000u);
}

TEST(Snapshot, AppliedToNothing_BuildsTheSamePlaylists) {
  Broadcast b;
  b.video("v32", 32);
  b.audio("a32", 32);
  for (uint32_t n = 0; n < 8; ++n) {
    if (n == 5) b.video("v32", 32, 360, false, 5);
    b.segment("v32", n, n * 6, 6, n == 3);
    if (n != 4) b.segment("a32", n, n * 6, 6, n == 3 || n == 5);
  }
  b.say(WindowMoved{.first = 2, .next = 20});
  b.say(TrackActive{"a32", false});
  Presentation copy;
  for (const Event &event : snapshot(b.p)) {
    auto read = read_event(write_event(event));
    ASSERT_TRUE(read);
    auto applied = copy.apply(*read);
    ASSERT_TRUE(applied) << write_event(event) << ": " << applied.error().message;
  }
  EXPECT_EQ(copy.next_segment, b.p.next_segment);
  EXPECT_EQ(copy.window_first, b.p.window_first);
  EXPECT_EQ(copy.stretches, b.p.stretches);
  EXPECT_EQ(render_master(copy), render_master(b.p));
  EXPECT_EQ(render_dash(copy, {}), render_dash(b.p, {}));
  for (const char *track : {"v32", "a32"}) {
    EXPECT_EQ(render_media_playlist(copy, track, {}), render_media_playlist(b.p, track, {}));
  }
  b.say(SessionEnded{});
  Presentation ended;
  for (const Event &event : snapshot(b.p)) ASSERT_TRUE(ended.apply(event));
  EXPECT_FALSE(ended.on_air);
}

}  // namespace
}  // namespace klive::manifest
