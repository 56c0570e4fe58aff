// SPDX-License-Identifier: LGPL-2.1-or-later
// What a disk that is full, slow, failing or stuck does to the window.
#include <gtest/gtest.h>

#include <thread>

#include "dvr_keeper.h"
#include "manifest/hls.h"

namespace klive::dvr {
namespace {

/// A sink with one track, v32, over a disk that does what the test says.
class DvrDisk : public testing::Test {
 protected:
  DvrDisk() { run.feed.init("v32"); }
  void segments(uint32_t first, uint32_t count) {
    run.segments("v32", first, count);
    run.settle();
  }
  void fail_writes(int error, int count) {
    run.disk.failures = count;
    run.disk.write_error = error;
  }
  /// The segments that the journal lists.
  [[nodiscard]] auto journal() const { return journal_of(folder.path()).tracks.at("v32").segments; }

  const TemporaryFolder folder;
  Keeper run{folder.path()};
};

TEST_F(DvrDisk, FullOnce_WindowIsShortenedAndNothingIsLost) {
  segments(0, 20);
  fail_writes(ENOSPC, 1);
  segments(20, 1);
  const auto listed = journal();
  EXPECT_EQ(listed.front().number, 2u);
  EXPECT_EQ(listed.back().number, 20u);
  EXPECT_FALSE(listed.back().gap);
  EXPECT_FALSE(exists(folder.path() + "/v32/seg-00000000.m4s"));
  EXPECT_EQ(run.sink.stats().shortened, 1u);
  EXPECT_EQ(run.sink.stats().gaps, 0u);
  EXPECT_EQ(*run.refused.lock(), std::vector<std::string>());
}

TEST_F(DvrDisk, FirstRoomIsNotEnough_WindowGivesMore) {
  segments(0, 20);
  fail_writes(ENOSPC, 3);
  segments(20, 1);
  const auto listed = journal();
  EXPECT_EQ(listed.back().number, 20u);
  EXPECT_FALSE(listed.back().gap);
  EXPECT_GE(run.sink.stats().shortened, 2u);
  EXPECT_EQ(run.sink.stats().gaps, 0u);
}

TEST_F(DvrDisk, WriteFails_SegmentIsAGapAndTheNextIsWhole) {
  segments(0, 2);
  fail_writes(EIO, 1);
  segments(2, 2);
  const auto listed = journal();
  ASSERT_EQ(listed.size(), 4u);
  EXPECT_TRUE(listed[2].gap);
  EXPECT_EQ(listed[2].time(listed[2].duration).ns, 2 * kSecond);
  EXPECT_FALSE(listed[3].gap);
  EXPECT_FALSE(exists(folder.path() + "/v32/seg-00000002.m4s.part"));
  EXPECT_EQ(run.warnings.lock()->size(), 1u);
  EXPECT_EQ(run.sink.stats().gaps, 1u);
  EXPECT_EQ(*run.refused.lock(), std::vector<std::string>());
}

TEST_F(DvrDisk, DiskStaysFull_LiveEdgeIsKeptAndMediaFlowsOn) {
  segments(0, 10);
  fail_writes(ENOSPC, 1'000'000);
  segments(10, 10);
  EXPECT_GE(run.follower.lock()->tracks.at("v32").segments.size(), 3u);
  run.disk.write_error = 0;
  segments(20, 2);
  const auto listed = journal();
  EXPECT_EQ(listed.back().number, 21u);
  EXPECT_FALSE(listed.back().gap);
  EXPECT_EQ(*run.refused.lock(), std::vector<std::string>());
}

TEST_F(DvrDisk, FlushFails_SegmentIsAGap) {
  segments(0, 1);
  run.disk.sync_error = EIO;
  segments(1, 1);
  run.disk.sync_error = 0;
  segments(2, 1);
  const auto listed = journal();
  ASSERT_EQ(listed.size(), 3u);
  EXPECT_TRUE(listed[1].gap);
  EXPECT_FALSE(listed[2].gap);
  EXPECT_EQ(run.sink.stats().gaps, 1u);
}

TEST_F(DvrDisk, DiskIsSlow_ChunksAreToldAndLateSegmentsAreListedUnflushed) {
  segments(0, 1);
  run.disk.hold_syncs(true);
  run.hasty_segments("v32", 1, 6);
  run.feed.chunk("v32", 7, 0, 14);
  EXPECT_EQ(run.follower.lock()->tracks.at("v32").open->number, 7u);
  run.disk.hold_syncs(false);
  run.settle();
  EXPECT_GE(run.sink.stats().unflushed, 1u);
  EXPECT_EQ(run.sink.stats().gaps, 0u);
  EXPECT_EQ(journal().size(), 8u);
  EXPECT_EQ(*run.refused.lock(), std::vector<std::string>());
}

TEST_F(DvrDisk, DiskHangs_QueueStaysBoundedAndTheRestBecomesGaps) {
  segments(0, 1);
  run.disk.hold_syncs(true);
  run.hasty_segments("v32", 1, 40);
  run.disk.hold_syncs(false);
  run.settle();
  EXPECT_GE(run.sink.stats().gaps, 20u);
  EXPECT_EQ(journal_of(folder.path()).next_segment, 41u);
}

TEST_F(DvrDisk, WriteTakesLong_ItIsSaid) {
  int64_t longest = 0;
  run.disk.on_write = [&] { longest = std::max(longest, run.sink.taking_ns()); };
  run.segments("v32", 0, 1);
  EXPECT_GT(longest, 0);
  EXPECT_EQ(run.sink.taking_ns(), 0);
  run.disk.on_write = nullptr;  // the sink outlives `longest`, and may write as it ends
}

TEST_F(DvrDisk, HangingDisk_InterruptEndsTheWait) {
  run.disk.hold_syncs(true);
  run.hasty_segments("v32", 0, 1);
  run.sink.interrupt(true);
  run.settle();
  run.disk.hold_syncs(false);
  run.sink.interrupt(false);
}

}  // namespace
}  // namespace klive::dvr
