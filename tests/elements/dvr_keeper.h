// SPDX-License-Identifier: LGPL-2.1-or-later
// One run of a DVR sink over a folder, on a disk that does what the test says.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "base/locked.h"
#include "dvr_feed.h"
#include "dvr_sink.h"

namespace klive::dvr {

using base::MediaTime;
using test::count_files;
using test::DvrFeed;
using test::exists;
using test::read_text;
using test::TemporaryFolder;

inline constexpr int64_t kSecond = 1'000'000'000;

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

inline manifest::Presentation journal_of(const std::string &folder) {
  auto contents = read_journal(folder + "/segments.log");
  EXPECT_TRUE(contents);
  EXPECT_TRUE(contents->bad.empty());
  EXPECT_FALSE(contents->is_torn);
  return contents->presentation;
}

inline void append_text(const std::string &path, const std::string &text) {
  std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

}  // namespace klive::dvr
