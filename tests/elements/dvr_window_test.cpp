// SPDX-License-Identifier: LGPL-2.1-or-later
// The window on disk without GStreamer: what is written, kept and removed, over one session and the
// next.
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>
#include <utility>

#include "dvr_keeper.h"
#include "manifest/dash.h"
#include "manifest/hls.h"

namespace klive::dvr {
namespace {

TEST(DvrWindow, SegmentEnds_FileLinkJournalAndPlaylistsAreThere) {
  const TemporaryFolder folder;
  Keeper run(folder.path());
  run.feed.init("v32");
  run.feed.init("a32");
  run.segments("v32", 0, 2);
  run.segments("a32", 0, 2);
  run.settle();
  const std::string video = folder.path() + "/v32/";
  EXPECT_TRUE(exists(video + "init-0.mp4"));
  EXPECT_TRUE(exists(video + "seg-00000001.m4s"));
  EXPECT_FALSE(exists(video + "seg-00000001.m4s.part"));
  EXPECT_TRUE(std::filesystem::equivalent(video + "t-180000.m4s", video + "seg-00000001.m4s"));
  const auto journal = journal_of(folder.path());
  ASSERT_EQ(journal.tracks.at("a32").segments.size(), 2u);
  EXPECT_EQ(journal.tracks.at("v32").segments[1].size,
            std::filesystem::file_size(video + "seg-00000001.m4s"));
  EXPECT_NE(read_text(video + "index.m3u8").find("seg-00000001.m4s"), std::string::npos);
  EXPECT_NE(read_text(folder.path() + "/master.m3u8").find("v32/index.m3u8"), std::string::npos);
  EXPECT_NE(read_text(folder.path() + "/manifest.mpd").find("<S t=\"0\" d=\"180000\" r=\"1\"/>"),
            std::string::npos);
  EXPECT_TRUE(run.refused.lock()->empty());
  EXPECT_TRUE(run.warnings.lock()->empty());
  EXPECT_EQ(run.sink.stats().segments, 4u);
  EXPECT_EQ(run.sink.stats().next_segment, 2u);
}

TEST(DvrWindow, ChunkArrives_ItIsToldAndReadableBeforeTheSegmentEnds) {
  const TemporaryFolder folder;
  Keeper run(folder.path());
  run.feed.init("v32");
  run.feed.chunk("v32", 0, 0, 0);
  run.feed.chunk("v32", 0, 1, 1);
  {
    auto follower = run.follower.lock();
    const auto &open = follower->tracks.at("v32").open;
    ASSERT_TRUE(open);
    ASSERT_EQ(open->chunks.size(), 2u);
    EXPECT_EQ(open->chunks[1].offset + open->chunks[1].size,
              std::filesystem::file_size(folder.path() + "/v32/seg-00000000.m4s.part"));
  }
  run.feed.end_segment("v32", 0);
  run.settle();
  EXPECT_TRUE(exists(folder.path() + "/v32/seg-00000000.m4s"));
  EXPECT_EQ(run.follower.lock()->tracks.at("v32").segments.size(), 1u);
}

TEST(DvrWindow, FollowerOfTheEvents_HasWhatTheJournalHas) {
  const TemporaryFolder folder;
  Keeper run(folder.path(), 20);
  run.feed.init("v32");
  run.feed.init("a32");
  for (uint32_t n = 0; n < 30; ++n) {
    if (n == 20) run.feed.init("v32", 360);
    run.feed.segment("v32", n, n * 2, 2, n == 10 || n == 20);
    if (n != 15) run.feed.segment("a32", n, n * 2, 2, n == 10 || n == 20);
    run.settle();
  }
  run.settle();
  EXPECT_TRUE(run.refused.lock()->empty());
  const auto journal = journal_of(folder.path());
  auto follower = run.follower.lock();
  EXPECT_EQ(manifest::render_dash(*follower, {}), manifest::render_dash(journal, {}));
  for (const char *track : {"v32", "a32"}) {
    EXPECT_EQ(manifest::render_media_playlist(*follower, track, {}),
              manifest::render_media_playlist(journal, track, {}));
    EXPECT_EQ(manifest::render_media_playlist(*follower, track, {}),
              read_text(folder.path() + "/" + track + "/index.m3u8"));
  }
}

TEST(DvrWindow, WindowPassed_SegmentsLeaveThePlaylistAndLaterTheDisk) {
  const TemporaryFolder folder;
  Keeper run(folder.path(), 60);
  run.feed.init("v32");
  run.feed.init("a32");
  for (uint32_t n = 0; n < 100; ++n) {
    run.feed.segment("v32", n, n * 2, 2);
    run.feed.segment("a32", n, n * 2, 2);
    run.settle();
  }
  const auto journal = journal_of(folder.path());
  for (const char *track : {"v32", "a32"}) {
    EXPECT_EQ(journal.tracks.at(track).segments.front().number, 70u);
    // A tenth more stays on disk, less the one that is being written.
    EXPECT_EQ(count_files(folder.path() + "/" + track, "seg-"), 32u);
    EXPECT_EQ(count_files(folder.path() + "/" + track, "t-"),
              count_files(folder.path() + "/" + track, "seg-"));
  }
  EXPECT_TRUE(exists(folder.path() + "/v32/init-0.mp4"));
}

TEST(DvrWindow, SegmentsOfUnevenLength_NoMoreThanATenthIsKept) {
  const TemporaryFolder folder;
  Keeper run(folder.path(), 60);
  run.feed.init("v32");
  run.feed.init("a32");
  int64_t sound = 0;
  for (uint32_t n = 0; n < 100; ++n) {
    // Sound ends before or after the picture, as its frames fall.
    const int64_t end = (n + 1) * 2000 + n % 3 * 20 - 20;
    run.feed.chunk_ms("a32", n, 0, std::exchange(sound, end), end, true);
    run.feed.segment("v32", n, n * 2, 2);
    run.settle();
    for (const char *track : {"v32", "a32"}) {
      const size_t kept = count_files(folder.path() + "/" + track, "seg-");
      EXPECT_LE(kept, 32u) << track << " at " << n;
      EXPECT_GE(kept, std::min(n + 1, 31u)) << track << " at " << n;
    }
  }
}

TEST(DvrWindow, TrackJoinsLate_NothingOfTheOthersIsLost) {
  const TemporaryFolder folder;
  Keeper run(folder.path(), 60);
  run.feed.init("v32");
  run.segments("v32", 0, 20);
  run.feed.init("v33");
  run.segments("v33", 20, 1);
  run.segments("v32", 20, 1);
  run.settle();
  EXPECT_EQ(journal_of(folder.path()).tracks.at("v32").segments.front().number, 0u);
}

TEST(DvrWindow, TrackFallsSilent_ItsSegmentsBecomeGapsUntilItReturns) {
  const TemporaryFolder folder;
  Keeper run(folder.path());
  run.feed.init("v32");
  run.feed.init("a32");
  run.segments("v32", 0, 1);
  run.segments("a32", 0, 1);
  run.segments("v32", 1, 7);
  EXPECT_EQ(run.follower.lock()->tracks.at("a32").segments.size(), 1u);
  run.segments("v32", 8, 12);
  {
    const auto heard = journal_of(folder.path()).tracks.at("a32").segments;
    // Fifteen seconds behind the pictures, which are at 40 s.
    ASSERT_EQ(heard.size(), 12u);
    EXPECT_FALSE(heard[0].gap);
    for (size_t i = 1; i < heard.size(); ++i) EXPECT_TRUE(heard[i].gap) << i;
    EXPECT_EQ(heard[5].time(heard[5].start), base::MediaTime::from_seconds(10));
  }
  EXPECT_EQ(run.warnings.lock()->size(), 1u);
  run.segments("a32", 20, 1);
  const auto heard = run.follower.lock()->tracks.at("a32").segments;
  EXPECT_EQ(heard.size(), 21u);
  EXPECT_FALSE(heard.back().gap);
  EXPECT_EQ(*run.refused.lock(), std::vector<std::string>());
}

TEST(DvrWindow, DvrOff_KeepsTheLiveEdgeOnly) {
  const TemporaryFolder folder;
  Keeper run(folder.path(), 0);
  run.feed.init("v32");
  run.segments("v32", 0, 50);
  run.settle();
  EXPECT_EQ(journal_of(folder.path()).tracks.at("v32").segments.size(), 6u);
  EXPECT_LE(count_files(folder.path() + "/v32", "seg-"), 13u);
}

TEST(DvrWindow, FormatChanges_NewInitUnderTheSegmentsNumberAndOldOneGoesWithItsSegments) {
  const TemporaryFolder folder;
  Keeper run(folder.path(), 20);
  run.feed.init("v32");
  run.segments("v32", 0, 5);
  run.feed.init("v32", 360);
  run.feed.segment("v32", 5, 10, 2, true);
  run.settle();
  EXPECT_TRUE(exists(folder.path() + "/v32/init-0.mp4"));
  EXPECT_TRUE(exists(folder.path() + "/v32/init-5.mp4"));
  EXPECT_NE(read_text(folder.path() + "/v32/index.m3u8").find("#EXT-X-DISCONTINUITY\n#EXT-X-MAP"),
            std::string::npos);
  run.segments("v32", 6, 20);
  run.settle();
  EXPECT_FALSE(exists(folder.path() + "/v32/init-0.mp4"));
  EXPECT_TRUE(exists(folder.path() + "/v32/init-5.mp4"));
}

TEST(DvrWindow, LongRun_JournalStaysShort) {
  const TemporaryFolder folder;
  Keeper run(folder.path(), 20);
  run.feed.chunk_size = 10;
  run.feed.init("v32");
  run.segments("v32", 0, 600);
  run.settle();
  auto contents = read_journal(folder.path() + "/segments.log");
  ASSERT_TRUE(contents);
  EXPECT_LT(contents->lines, 300u);
  EXPECT_EQ(contents->presentation.next_segment, 600u);
  EXPECT_EQ(contents->presentation.stretches.front().first, 0u);
}

TEST(DvrWindow, SessionEnds_PlaylistsGetTheirEnd) {
  const TemporaryFolder folder;
  Keeper run(folder.path());
  run.feed.init("v32");
  run.segments("v32", 0, 3);
  run.sink.stop(true);
  EXPECT_NE(read_text(folder.path() + "/v32/index.m3u8").find("#EXT-X-ENDLIST"), std::string::npos);
  EXPECT_NE(read_text(folder.path() + "/manifest.mpd").find("type=\"static\""), std::string::npos);
  EXPECT_FALSE(journal_of(folder.path()).on_air);
  EXPECT_FALSE(run.follower.lock()->on_air);
}

TEST(DvrRestart, NewSession_WindowIsEmptyAndNumbersGoOn) {
  const TemporaryFolder folder;
  int64_t epoch = 0;
  {
    Keeper run(folder.path());
    epoch = run.sink.epoch_wall();
    run.feed.init("v32");
    run.segments("v32", 0, 5);
    run.sink.stop(true);
  }
  Keeper run(folder.path());
  EXPECT_EQ(run.sink.epoch_wall(), epoch);
  EXPECT_EQ(run.sink.stats().next_segment, 5u);
  EXPECT_FALSE(exists(folder.path() + "/v32"));
  EXPECT_FALSE(exists(folder.path() + "/master.m3u8"));
  run.feed.init("v32");
  run.feed.segment("v32", 5, 100, 2, true);
  run.settle();
  EXPECT_TRUE(exists(folder.path() + "/v32/init-5.mp4"));
  EXPECT_NE(read_text(folder.path() + "/v32/index.m3u8").find("#EXT-X-MEDIA-SEQUENCE:5\n"),
            std::string::npos);
  EXPECT_EQ(*run.refused.lock(), std::vector<std::string>());
}

TEST(DvrRestart, SegmenterCountsFromZeroAgain_NumbersAreMovedUp) {
  const TemporaryFolder folder;
  {
    Keeper run(folder.path());
    run.feed.init("v32");
    run.segments("v32", 0, 5);
  }
  Keeper run(folder.path(), 7200, true);
  run.feed.init("v32");
  run.feed.init("a32");
  run.feed.segment("v32", 0, 100, 2);
  run.feed.segment("a32", 0, 100, 2);
  run.settle();
  const auto journal = journal_of(folder.path());
  EXPECT_EQ(journal.next_segment, 6u);
  EXPECT_EQ(journal.tracks.at("v32").segments.size(), 6u);
  EXPECT_TRUE(journal.tracks.at("v32").segments.back().discontinuity);
  EXPECT_EQ(*run.refused.lock(), std::vector<std::string>());
}

// A worker that is dying and the one that takes over.
TEST(DvrWindow, FormerSinkStillWrites_TheNextOneWaitsForIt) {
  const TemporaryFolder folder;
  auto former = std::make_unique<Keeper>(folder.path());
  former->feed.init("v32");
  former->segments("v32", 0, 2);
  former->disk.hold_syncs(true);
  former->hasty_segments("v32", 2, 1);
  std::thread end([&] {
    former->disk.hold_syncs(false);
    former.reset();
  });
  Keeper next(folder.path(), 7200, true);
  end.join();
  EXPECT_EQ(next.sink.stats().next_segment, 3u);
  EXPECT_EQ(journal_of(folder.path()).tracks.at("v32").segments.size(), 3u);
}

TEST(DvrWindow, AnotherSinkDoesNotLetGo_StartFailsAndSaysSo) {
  const TemporaryFolder folder;
  const Keeper former(folder.path());
  TestDisk disk;
  DvrSink next({.event = [](const std::string &) {}, .warning = [](const std::string &) {}}, disk);
  const auto started = next.start({.folder = folder.path()});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, base::ErrorCode::kConflict);
  EXPECT_NE(started.error().message.find(folder.path()), std::string::npos);
}

}  // namespace
}  // namespace klive::dvr
