// SPDX-License-Identifier: LGPL-2.1-or-later
// What a disk that is full, slow, failing or stuck does to the window.
#include <gtest/gtest.h>

#include <thread>

#include "dvr_keeper.h"
#include "manifest/hls.h"

namespace klive::dvr {
namespace {

TEST(DvrDisk, FullOnce_WindowIsShortenedAndNothingIsLost) {
  const TemporaryFolder folder;
  Keeper run(folder.path());
  run.feed.init("v32");
  run.segments("v32", 0, 20);
  run.settle();
  run.disk.failures = 1;
  run.disk.write_error = ENOSPC;
  run.segments("v32", 20, 1);
  run.settle();
  const auto journal = journal_of(folder.path());
  EXPECT_EQ(journal.tracks.at("v32").segments.front().number, 2u);
  EXPECT_EQ(journal.tracks.at("v32").segments.back().number, 20u);
  EXPECT_FALSE(journal.tracks.at("v32").segments.back().gap);
  EXPECT_FALSE(exists(folder.path() + "/v32/seg-00000000.m4s"));
  EXPECT_EQ(run.sink.stats().shortened, 1u);
  EXPECT_EQ(run.sink.stats().gaps, 0u);
  EXPECT_EQ(*run.refused.lock(), std::vector<std::string>());
}

TEST(DvrDisk, FirstRoomIsNotEnough_WindowGivesMore) {
  const TemporaryFolder folder;
  Keeper run(folder.path());
  run.feed.init("v32");
  run.segments("v32", 0, 20);
  run.settle();
  run.disk.failures = 3;
  run.disk.write_error = ENOSPC;
  run.segments("v32", 20, 1);
  run.settle();
  const auto journal = journal_of(folder.path());
  EXPECT_EQ(journal.tracks.at("v32").segments.back().number, 20u);
  EXPECT_FALSE(journal.tracks.at("v32").segments.back().gap);
  EXPECT_GE(run.sink.stats().shortened, 2u);
  EXPECT_EQ(run.sink.stats().gaps, 0u);
}

TEST(DvrDisk, WriteFails_SegmentIsAGapAndTheNextIsWhole) {
  const TemporaryFolder folder;
  Keeper run(folder.path());
  run.feed.init("v32");
  run.segments("v32", 0, 2);
  run.settle();
  run.disk.failures = 1;
  run.disk.write_error = EIO;
  run.segments("v32", 2, 2);
  run.settle();
  const auto journal = journal_of(folder.path());
  const auto &segments = journal.tracks.at("v32").segments;
  ASSERT_EQ(segments.size(), 4u);
  EXPECT_TRUE(segments[2].gap);
  EXPECT_EQ(segments[2].time(segments[2].duration).ns, 2 * kSecond);
  EXPECT_FALSE(segments[3].gap);
  EXPECT_FALSE(exists(folder.path() + "/v32/seg-00000002.m4s.part"));
  EXPECT_EQ(run.warnings.lock()->size(), 1u);
  EXPECT_EQ(run.sink.stats().gaps, 1u);
  EXPECT_EQ(*run.refused.lock(), std::vector<std::string>());
}

TEST(DvrDisk, DiskStaysFull_LiveEdgeIsKeptAndMediaFlowsOn) {
  const TemporaryFolder folder;
  Keeper run(folder.path());
  run.feed.init("v32");
  run.segments("v32", 0, 10);
  run.settle();
  run.disk.failures = 1'000'000;
  run.disk.write_error = ENOSPC;
  run.segments("v32", 10, 10);
  run.settle();
  EXPECT_GE(run.follower.lock()->tracks.at("v32").segments.size(), 3u);
  run.disk.write_error = 0;
  run.segments("v32", 20, 2);
  run.settle();
  const auto journal = journal_of(folder.path());
  EXPECT_EQ(journal.tracks.at("v32").segments.back().number, 21u);
  EXPECT_FALSE(journal.tracks.at("v32").segments.back().gap);
  EXPECT_EQ(*run.refused.lock(), std::vector<std::string>());
}

TEST(DvrDisk, FlushFails_SegmentIsAGap) {
  const TemporaryFolder folder;
  Keeper run(folder.path());
  run.feed.init("v32");
  run.segments("v32", 0, 1);
  run.settle();
  run.disk.sync_error = EIO;
  run.segments("v32", 1, 1);
  run.settle();
  run.disk.sync_error = 0;
  run.segments("v32", 2, 1);
  run.settle();
  const auto journal = journal_of(folder.path());
  const auto &segments = journal.tracks.at("v32").segments;
  ASSERT_EQ(segments.size(), 3u);
  EXPECT_TRUE(segments[1].gap);
  EXPECT_FALSE(segments[2].gap);
  EXPECT_EQ(run.sink.stats().gaps, 1u);
}

TEST(DvrDisk, DiskIsSlow_ChunksAreToldAndLateSegmentsAreListedUnflushed) {
  const TemporaryFolder folder;
  Keeper run(folder.path());
  run.feed.init("v32");
  run.segments("v32", 0, 1);
  run.settle();
  run.disk.hold_syncs(true);
  run.hasty_segments("v32", 1, 6);
  run.feed.chunk("v32", 7, 0, 14);
  EXPECT_EQ(run.follower.lock()->tracks.at("v32").open->number, 7u);
  run.disk.hold_syncs(false);
  run.settle();
  EXPECT_GE(run.sink.stats().unflushed, 1u);
  EXPECT_EQ(run.sink.stats().gaps, 0u);
  EXPECT_EQ(journal_of(folder.path()).tracks.at("v32").segments.size(), 8u);
  EXPECT_EQ(*run.refused.lock(), std::vector<std::string>());
}

TEST(DvrDisk, DiskHangs_QueueStaysBoundedAndTheRestBecomesGaps) {
  const TemporaryFolder folder;
  Keeper run(folder.path());
  run.feed.init("v32");
  run.segments("v32", 0, 1);
  run.settle();
  run.disk.hold_syncs(true);
  run.hasty_segments("v32", 1, 40);
  run.disk.hold_syncs(false);
  run.settle();
  EXPECT_GE(run.sink.stats().gaps, 20u);
  EXPECT_EQ(journal_of(folder.path()).next_segment, 41u);
}

TEST(DvrDisk, WriteTakesLong_ItIsSaid) {
  const TemporaryFolder folder;
  Keeper run(folder.path());
  run.feed.init("v32");
  int64_t longest = 0;
  run.disk.on_write = [&] { longest = std::max(longest, run.sink.taking_ns()); };
  run.segments("v32", 0, 1);
  EXPECT_GT(longest, 0);
  EXPECT_EQ(run.sink.taking_ns(), 0);
}

TEST(DvrDisk, HangingDisk_InterruptEndsTheWait) {
  const TemporaryFolder folder;
  Keeper run(folder.path());
  run.feed.init("v32");
  run.disk.hold_syncs(true);
  run.hasty_segments("v32", 0, 1);
  run.sink.interrupt(true);
  run.settle();
  run.disk.hold_syncs(false);
  run.sink.interrupt(false);
}

}  // namespace
}  // namespace klive::dvr
