// SPDX-License-Identifier: LGPL-2.1-or-later
// The window that a crash left on disk without GStreamer: what of it is salvaged.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "dvr_keeper.h"
#include "manifest/dash.h"
#include "manifest/hls.h"

namespace klive::dvr {
namespace {

// A folder as a crash left it: video has 0-2 and a part of 3, sound has 0-2.
struct Crashed {
  TemporaryFolder before, folder;
  Crashed() {
    Keeper run(before.path());
    run.feed.init("v32");
    run.feed.init("a32");
    run.segments("v32", 0, 3);
    run.segments("a32", 0, 3);
    run.settle();
    run.feed.chunk("v32", 3, 0, 6);
    run.feed.chunk("v32", 3, 1, 7);
    std::filesystem::copy(before.path(), folder.path(), std::filesystem::copy_options::recursive);
  }
  [[nodiscard]] std::string file(const std::string &name) const {
    return folder.path() + "/" + name;
  }
};

TEST(DvrRepair, WorkerDied_PartIsSalvagedAndOtherTracksGetAGap) {
  const Crashed crashed;
  Keeper run(crashed.folder.path(), 7200, true);
  EXPECT_EQ(run.sink.stats().next_segment, 4u);
  EXPECT_TRUE(exists(crashed.file("v32/seg-00000003.m4s")));
  EXPECT_TRUE(exists(crashed.file("v32/t-540000.m4s")));
  EXPECT_FALSE(exists(crashed.file("v32/seg-00000003.m4s.part")));
  run.feed.init("v32");
  run.feed.init("a32");
  run.feed.segment("v32", 4, 20, 2, true);
  run.feed.segment("a32", 4, 20, 2, true);
  run.settle();
  const auto journal = journal_of(crashed.folder.path());
  const auto &video = journal.tracks.at("v32").segments;
  ASSERT_EQ(video.size(), 5u);
  EXPECT_FALSE(video[3].gap);
  EXPECT_EQ(video[3].time(video[3].duration).ns, 2 * kSecond);
  const auto &audio = journal.tracks.at("a32").segments;
  ASSERT_EQ(audio.size(), 5u);
  EXPECT_TRUE(audio[3].gap);
  EXPECT_EQ(*run.refused.lock(), std::vector<std::string>());
}

TEST(DvrRepair, ChunkWasCutInTheMiddle_WholeChunksBeforeItStay) {
  const Crashed crashed;
  const std::string part = crashed.file("v32/seg-00000003.m4s.part");
  std::filesystem::resize_file(part, std::filesystem::file_size(part) - 10);
  Keeper run(crashed.folder.path(), 7200, true);
  const auto journal = journal_of(crashed.folder.path());
  const auto &segment = journal.tracks.at("v32").segments.back();
  EXPECT_EQ(segment.number, 3u);
  EXPECT_EQ(segment.time(segment.duration).ns, kSecond);
  EXPECT_EQ(std::filesystem::file_size(crashed.file("v32/seg-00000003.m4s")), segment.size);
}

TEST(DvrRepair, PartHoldsNothing_ItIsRemovedAndItsNumberStaysUsed) {
  const Crashed crashed;
  std::filesystem::resize_file(crashed.file("v32/seg-00000003.m4s.part"), 5);
  {
    Keeper run(crashed.folder.path(), 7200, true);
    EXPECT_EQ(run.sink.stats().next_segment, 4u);
    EXPECT_FALSE(exists(crashed.file("v32/seg-00000003.m4s.part")));
  }
  // Also after the next start, when no file tells of it any more.
  Keeper run(crashed.folder.path(), 7200, true);
  EXPECT_EQ(run.sink.stats().next_segment, 4u);
}

TEST(DvrRepair, FinishedButNotYetInTheJournal_IsListed) {
  const Crashed crashed;
  std::filesystem::rename(crashed.file("v32/seg-00000003.m4s.part"),
                          crashed.file("v32/seg-00000003.m4s"));
  Keeper run(crashed.folder.path(), 7200, true);
  EXPECT_EQ(journal_of(crashed.folder.path()).tracks.at("v32").segments.size(), 4u);
}

TEST(DvrRepair, JournalWasCut_TornLineIsDroppedAndItsSegmentFoundAgain) {
  const Crashed crashed;
  const std::string log = crashed.file("segments.log");
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 7);
  Keeper run(crashed.folder.path(), 7200, true);
  const auto journal = journal_of(crashed.folder.path());
  EXPECT_EQ(journal.tracks.at("a32").segments.size(), 3u);
  EXPECT_FALSE(journal.tracks.at("a32").segments.back().gap);
}

TEST(DvrRepair, ForeignLines_ArePutAsideAndTheRestHolds) {
  const Crashed crashed;
  append_text(crashed.file("segments.log"), "hello\nsegment track=../x crc=00000000\n");
  Keeper run(crashed.folder.path(), 7200, true);
  EXPECT_EQ(read_text(crashed.file("segments.log.bad-1")),
            "hello\nsegment track=../x crc=00000000\n");
  EXPECT_EQ(journal_of(crashed.folder.path()).tracks.at("v32").segments.size(), 4u);
  EXPECT_FALSE(run.warnings.lock()->empty());
}

TEST(DvrRepair, LinesAreDamaged_TheirSegmentsAreListedAgain) {
  const TemporaryFolder folder;
  {
    Keeper run(folder.path());
    run.feed.init("v32");
    run.segments("v32", 0, 6);
  }
  std::string text = read_text(folder.path() + "/segments.log");
  for (const char *number : {"segment=2 ", "segment=4 "}) {
    const size_t at = text.find(number);
    ASSERT_NE(at, std::string::npos) << text;
    text[at + 8] = '7';
  }
  std::ofstream(folder.path() + "/segments.log", std::ios::binary) << text;
  Keeper run(folder.path(), 7200, true);
  const auto segments = journal_of(folder.path()).tracks.at("v32").segments;
  ASSERT_EQ(segments.size(), 6u);
  for (const auto &segment : segments) {
    EXPECT_FALSE(segment.gap) << segment.number;
    EXPECT_EQ(segment.duration, segments[0].duration) << segment.number;
  }
  // Who knew them as gaps, from the damaged journal, knows better now.
  const auto followed = run.follower.lock()->tracks.at("v32").segments;
  for (const auto &segment : followed) EXPECT_FALSE(segment.gap) << segment.number;
  EXPECT_EQ(*run.refused.lock(), std::vector<std::string>());
  EXPECT_TRUE(exists(folder.path() + "/v32/seg-00000002.m4s"));
}

TEST(DvrRepair, ListedFilesAreGoneOrShort_TheyBecomeGaps) {
  const Crashed crashed;
  std::filesystem::remove(crashed.file("v32/seg-00000001.m4s"));
  std::filesystem::resize_file(crashed.file("a32/seg-00000002.m4s"), 20);
  Keeper run(crashed.folder.path(), 7200, true);
  const auto journal = journal_of(crashed.folder.path());
  EXPECT_TRUE(journal.tracks.at("v32").segments[1].gap);
  EXPECT_TRUE(journal.tracks.at("a32").segments[2].gap);
  EXPECT_FALSE(journal.tracks.at("a32").segments[1].gap);
  EXPECT_FALSE(exists(crashed.file("a32/seg-00000002.m4s")));
  EXPECT_TRUE(run.refused.lock()->empty());
  EXPECT_EQ(run.sink.stats().gaps, 2u);
}

TEST(DvrRepair, FilesThatNobodyLists_AreRemovedAndStrangersStay) {
  const Crashed crashed;
  std::filesystem::create_directory(crashed.file("v99"));
  for (const char *name : {"v99/seg-00000001.m4s", "v99/init-0.mp4", "v32/init-1.mp4",
                           "v32/t-5.m4s", "v32/index.m3u8.tmp", "v32/notes.txt"}) {
    append_text(crashed.file(name), "x");
  }
  Keeper run(crashed.folder.path(), 7200, true);
  EXPECT_FALSE(exists(crashed.file("v99")));
  EXPECT_FALSE(exists(crashed.file("v32/init-1.mp4")));
  EXPECT_FALSE(exists(crashed.file("v32/t-5.m4s")));
  EXPECT_FALSE(exists(crashed.file("v32/index.m3u8.tmp")));
  EXPECT_TRUE(exists(crashed.file("v32/notes.txt")));
}

TEST(DvrRepair, JournalIsGone_NumbersGoOnBehindTheFiles) {
  const Crashed crashed;
  std::filesystem::remove(crashed.file("segments.log"));
  Keeper run(crashed.folder.path(), 7200, true);
  EXPECT_EQ(run.sink.stats().next_segment, 4u);
}

}  // namespace
}  // namespace klive::dvr
