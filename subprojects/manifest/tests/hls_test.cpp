// SPDX-License-Identifier: LGPL-2.1-or-later
// HLS playlists against golden files, and delivery directives.
#include <gtest/gtest.h>

#include "broadcast.h"

namespace klive::manifest {
namespace {

Broadcast two_tracks(uint32_t segments, int64_t target = 6) {
  Broadcast b(7200, target);
  b.video("v32", 32);
  b.audio("a32", 32);
  for (uint32_t n = 0; n < segments; ++n) {
    b.segment("v32", n, n * target, static_cast<double>(target));
    b.segment("a32", n, n * target, static_cast<double>(target));
  }
  return b;
}

TEST(Master, NothingPlayable_IsEmpty) {
  Broadcast b;
  EXPECT_FALSE(render_master(b.p));
  b.video("v32", 32);
  EXPECT_FALSE(render_master(b.p));
  EXPECT_FALSE(render_media_playlist(b.p, "v32", {}));
  EXPECT_FALSE(render_media_playlist(b.p, "nope", {}));
}

TEST(Master, OneFlavorWithSound) {
  expect_golden("master-one-flavor.m3u8", render_master(two_tracks(3).p));
}

TEST(Master, LadderLanguagesAndBackup) {
  Broadcast b;
  b.video("v32", 32, 1080);
  b.audio("a32", 32, "eng");
  b.video("v33", 33, 360);
  b.video("v34", 34, 720);
  b.audio("a34", 34, "eng");
  b.audio("a100", 100, "spa");
  b.video("v32b", 32, 1080, true);
  b.audio("a32b", 32, "eng", true);
  for (const char *track : {"v32", "a32", "v33", "v34", "a34", "a100", "v32b", "a32b"})
    b.segment(track, 0, 0, 6);
  expect_golden("master-ladder.m3u8", render_master(b.p));
}

TEST(Master, PrimaryWentAway_OnlyTheBackupIsListed) {
  Broadcast b;
  b.video("v32", 32);
  b.video("v32b", 32, 720, true);
  for (const char *track : {"v32", "v32b"}) {
    b.segment(track, 0, 0, 6);
    b.segment(track, 1, 6, 6);
  }
  b.say(TrackActive{"v32", false});
  expect_golden("master-backup-only.m3u8", render_master(b.p));
  b.say(TrackActive{"v32b", false});
  EXPECT_NE(render_master(b.p)->find("\nv32/index.m3u8"), std::string::npos);
}

TEST(Master, SoundAlone) {
  Broadcast b;
  b.audio("a32", 32, "eng");
  b.segment("a32", 0, 0, 6);
  b.segment("a32", 1, 6, 6);
  expect_golden("master-audio.m3u8", render_master(b.p));
  b.audio("a101", 101, "fra");
  b.segment("a101", 0, 0, 6);
  expect_golden("master-audio-languages.m3u8", render_master(b.p));
}

TEST(Master, WindowFillsTheHoldBackAfterThreeTargetDurations) {
  EXPECT_FALSE(fills_hold_back(Broadcast().p));
  Broadcast b = two_tracks(2);
  EXPECT_FALSE(fills_hold_back(b.p));
  b.segment("v32", 2, 12, 6);
  EXPECT_TRUE(fills_hold_back(b.p));
  b.say(TrackActive{"v32", false});
  EXPECT_FALSE(fills_hold_back(b.p)) << "what nobody publishes has no live edge";
}

TEST(Master, LowLatency_FirstIndependentChunksOfPictureAndSoundAreEnough) {
  Broadcast b(7200, 6, 500);
  b.video("v32", 32);
  b.chunk("v32", 0, 0, false, 0.5);
  EXPECT_FALSE(render_master(b.p)) << "a player would never look for the sound again";
  b.audio("a32", 32);
  EXPECT_FALSE(render_master(b.p));
  b.chunk("a32", 0, 0, false, 0.5);
  EXPECT_TRUE(render_master(b.p));
  EXPECT_TRUE(render_media_playlist(b.p, "v32", {.low_latency = true}));
  EXPECT_FALSE(render_media_playlist(b.p, "v32", {}));
}

TEST(Master, LowLatencyPictureAlone_IsListedWithItsSecondChunk) {
  Broadcast b(7200, 6, 500);
  b.video("v32", 32);
  b.chunk("v32", 0, 0, false, 0.5);
  EXPECT_FALSE(render_master(b.p));
  b.chunk("v32", 0, 0.5, false, 0.5);
  EXPECT_TRUE(render_master(b.p));
}

TEST(Master, Ordinary_WaitsForAWholeSegmentOfEachTrack) {
  Broadcast b;
  b.video("v32", 32);
  b.audio("a32", 32);
  b.chunk("v32", 0, 0);
  b.chunk("a32", 0, 0);
  EXPECT_FALSE(render_master(b.p));
  b.segment("v32", 0, 0, 6);
  EXPECT_FALSE(render_master(b.p));
  b.segment("a32", 0, 0, 6);
  EXPECT_TRUE(render_master(b.p));
}

TEST(Master, OrdinaryPictureAlone_IsListedAChunkAfterItsFirstSegment) {
  Broadcast b;
  b.video("v32", 32);
  b.segment("v32", 0, 0, 6);
  EXPECT_FALSE(render_master(b.p));
  b.chunk("v32", 1, 6);
  EXPECT_TRUE(render_master(b.p));
}

TEST(MediaPlaylist, PlainWithGapDiscontinuityAndNewInit) {
  Broadcast b;
  b.video("v32", 32);
  b.segment("v32", 7, 42, 6);
  b.segment("v32", 8, 48, 6.006);
  b.segment("v32", 10, 60.006, 5.994);
  b.segment("v32", 11, 70.25, 2, true);
  b.video("v32", 32, 360, false, 12);
  b.segment("v32", 12, 72.25, 4);
  expect_golden("media-plain.m3u8", render_media_playlist(b.p, "v32", {}));
  b.say(WindowMoved{.first = 12});
  expect_golden("media-trimmed.m3u8", render_media_playlist(b.p, "v32", {}));
  b.say(SessionEnded{});
  expect_golden("media-ended.m3u8", render_media_playlist(b.p, "v32", {.low_latency = true}));
}

TEST(MediaPlaylist, FileNotYetDurable_IsInTheLowLatencyPlaylistOnly) {
  Broadcast b;
  b.video("v32", 32);
  b.segment("v32", 0, 0, 6);
  b.chunk("v32", 1, 6, true);
  EXPECT_EQ(render_media_playlist(b.p, "v32", {})->find("seg-00000001"), std::string::npos);
  EXPECT_NE(render_media_playlist(b.p, "v32", {.low_latency = true})->find("\nseg-00000001.m4s"),
            std::string::npos);
}

TEST(MediaPlaylist, LowLatencyAndItsDelta) {
  Broadcast b = two_tracks(20, 2);
  for (const char *track : {"v32", "a32"}) {
    b.chunk(track, 20, 40);
    b.chunk(track, 20, 41, true);
    b.segment(track, 20, 40, 2);
    b.chunk(track, 21, 42);
    b.chunk(track, 21, 43);
  }
  expect_golden("media-low-latency.m3u8", render_media_playlist(b.p, "v32", {.low_latency = true}));
  expect_golden("media-delta.m3u8",
                render_media_playlist(b.p, "v32", {.low_latency = true, .skip = true}));
}

TEST(MediaPlaylist, LastChunkSaidSo_HintNamesTheNextSegment) {
  Broadcast b;
  b.video("v32", 32);
  b.chunk("v32", 4, 0, true);
  EXPECT_NE(render_media_playlist(b.p, "v32", {.low_latency = true})
                ->find("PRELOAD-HINT:TYPE=PART,URI=\"seg-00000005.0.m4s\""),
            std::string::npos);
}

TEST(Directives, WellFormed_AreRead) {
  auto d = parse_directives("_HLS_msn=12&_HLS_part=3&_HLS_skip=YES&x=y");
  ASSERT_TRUE(d);
  EXPECT_EQ(d->msn, 12u);
  EXPECT_EQ(d->part, 3u);
  EXPECT_TRUE(d->skip);
  EXPECT_TRUE(parse_directives(""));
  EXPECT_TRUE(parse_directives("&&a&=b"));
}

TEST(Directives, Malformed_AreErrors) {
  for (const char *query :
       {"_HLS_part=1", "_HLS_msn=", "_HLS_msn=-1", "_HLS_msn=1x", "_HLS_msn=01", "_HLS_msn=+1",
        "_HLS_msn=99999999999999999999", "_HLS_msn=1&_HLS_msn=1", "_HLS_skip=no", "_HLS_msn"}) {
    EXPECT_FALSE(parse_directives(query)) << query;
  }
}

TEST(Reload, AnsweredHeldOrRefused) {
  Broadcast b = two_tracks(3);
  b.chunk("v32", 3, 18);
  b.chunk("v32", 3, 19);
  const auto check = [&](std::optional<uint64_t> msn, std::optional<uint64_t> part) {
    return check_reload(b.p, "v32", {msn, part, false});
  };
  EXPECT_EQ(check({}, {}), ReloadAnswer::kNow);
  EXPECT_EQ(check(2, {}), ReloadAnswer::kNow);
  EXPECT_EQ(check(3, {}), ReloadAnswer::kWait);
  EXPECT_EQ(check(3, 1), ReloadAnswer::kNow);
  EXPECT_EQ(check(3, 2), ReloadAnswer::kWait);
  EXPECT_EQ(check(3, 4), ReloadAnswer::kWait);
  EXPECT_EQ(check(3, 5), ReloadAnswer::kTooFar);
  EXPECT_EQ(check(4, 0), ReloadAnswer::kWait);
  EXPECT_EQ(check(4, {}), ReloadAnswer::kWait);
  EXPECT_EQ(check(5, {}), ReloadAnswer::kTooFar);
  EXPECT_EQ(check(999999, 7), ReloadAnswer::kTooFar);
  b.say(SessionEnded{});
  EXPECT_EQ(check(999999, 7), ReloadAnswer::kNow);
}

TEST(Reload, PartPastTheLastOfAWholeSegment_MeansTheNextSegmentsFirst) {
  Broadcast b;
  b.video("v32", 32);
  b.chunk("v32", 0, 0);
  b.chunk("v32", 0, 1, true);
  EXPECT_EQ(check_reload(b.p, "v32", {0, 1, false}), ReloadAnswer::kNow);
  EXPECT_EQ(check_reload(b.p, "v32", {0, 2, false}), ReloadAnswer::kWait);
  b.chunk("v32", 1, 2);
  EXPECT_EQ(check_reload(b.p, "v32", {0, 2, false}), ReloadAnswer::kNow);
}

}  // namespace
}  // namespace klive::manifest
