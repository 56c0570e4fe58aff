// SPDX-License-Identifier: LGPL-2.1-or-later
// The window on disk without GStreamer: what is written, kept, removed, repaired, and what a
// failing disk does to it.
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "dvr_feed.h"
#include "dvr_sink.h"
#include "manifest/dash.h"
#include "manifest/hls.h"

namespace klive::dvr {
namespace {

using base::MediaTime;
using test::count_files;
using test::DvrFeed;
using test::exists;
using test::read_text;
using test::TemporaryFolder;

constexpr int64_t kSecond = 1'000'000'000;

// A disk that does what the test says.
class TestDisk : public Disk {
 public:
  int write(const File &file, base::ByteView bytes) override {
    if (on_write) on_write();
    if (write_error != 0 && failures > 0) {
      --failures;
      // Half of it gets there, as it does when a disk fills up.
      (void)Disk::write(file, bytes.first(bytes.size() / 2));
      return write_error;
    }
    return Disk::write(file, bytes);
  }
  int sync(const File &file) override {
    if (sync_error != 0) return sync_error;
    auto gate = is_held.lock();
    is_held.wait(gate, [](bool held) { return !held; });
    return file.is_open() ? 0 : EBADF;  // the test's folder need not survive a power cut
  }
  void hold_syncs(bool hold) {
    *is_held.lock() = hold;
    is_held.notify();
  }

  std::function<void()> on_write;
  std::atomic<int> write_error = 0, failures = 0, sync_error = 0;
  base::Locked<bool> is_held{false};
};

// One run of a sink over a folder, with a follower that believes every event.
struct Keeper {
  TestDisk disk;
  base::Locked<manifest::Presentation> follower;
  base::Locked<std::vector<std::string>> warnings, refused, lines;
  DvrSink sink{
      {.event =
           [this](const std::string &line) {
             lines.lock()->push_back(line);
             auto event = manifest::read_event(line);
             auto presentation = follower.lock();
             if (!event || !presentation->apply(*event)) refused.lock()->push_back(line);
           },
       .warning = [this](const std::string &reason) { warnings.lock()->push_back(reason); }},
      disk};
  DvrFeed feed{
      [this](const gst::ChunkInfo &info, const base::Bytes &bytes) { sink.take(info, bytes); }};

  explicit Keeper(const std::string &folder, int64_t window = 7200, bool resume = false,
                  int64_t target = 2) {
    // As the service does: what the journal says is known before the sink begins.
    if (auto contents = read_journal(folder + "/segments.log"))
      *follower.lock() = std::move(contents->presentation);
    auto started = sink.start({.folder = folder,
                               .window = {window * kSecond},
                               .segment_target = {target * kSecond},
                               .chunk_target = {kSecond},
                               .epoch_wall = 0,
                               .resume = resume});
    EXPECT_TRUE(started) << started.error().message;
  }
  ~Keeper() { disk.hold_syncs(false); }

  // Of two seconds each, with the disk keeping up.
  void segments(const std::string &track, uint32_t first, uint32_t count) {
    for (uint32_t n = first; n < first + count; ++n) {
      feed.segment(track, n, n * 2, 2);
      settle();
    }
  }
  void hasty_segments(const std::string &track, uint32_t first, uint32_t count) {
    for (uint32_t n = first; n < first + count; ++n) feed.segment(track, n, n * 2, 2);
  }
  void settle() { sink.end_of_stream(); }
};

manifest::Presentation journal_of(const std::string &folder) {
  auto contents = read_journal(folder + "/segments.log");
  EXPECT_TRUE(contents);
  EXPECT_TRUE(contents->bad.empty());
  EXPECT_FALSE(contents->is_torn);
  return contents->presentation;
}

void append_text(const std::string &path, const std::string &text) {
  std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

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
    // A tenth more stays on disk, less the one that the window may be longer by.
    EXPECT_LE(count_files(folder.path() + "/" + track, "seg-"), 33u);
    EXPECT_GE(count_files(folder.path() + "/" + track, "seg-"), 31u);
    EXPECT_EQ(count_files(folder.path() + "/" + track, "t-"),
              count_files(folder.path() + "/" + track, "seg-"));
  }
  EXPECT_TRUE(exists(folder.path() + "/v32/init-0.mp4"));
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
  const auto &segments = journal_of(folder.path()).tracks.at("v32").segments;
  ASSERT_EQ(segments.size(), 6u);
  for (const auto &segment : segments) {
    EXPECT_FALSE(segment.gap) << segment.number;
    EXPECT_EQ(segment.duration, segments[0].duration) << segment.number;
  }
  // Who knew them as gaps, from the damaged journal, knows better now.
  for (const auto &segment : run.follower.lock()->tracks.at("v32").segments)
    EXPECT_FALSE(segment.gap) << segment.number;
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
