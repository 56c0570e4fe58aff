// SPDX-License-Identifier: LGPL-2.1-or-later
// LiveRegistry and the journals that it reads.
#include "live/live_registry.h"

#include <gtest/gtest.h>

#include "live_fixture.h"

namespace klive::app {
namespace {

using test::kEntry;
using test::LiveWindow;
using test::TempFolder;
using test::write_file;

std::string journal_of_two_segments() {
  std::string text;
  const auto add = [&text](const manifest::Event &event) {
    text += manifest::write_event(event) + "\n";
  };
  add(manifest::Epoch{1'700'000'000'000'000'000});
  add(manifest::SessionStarted{base::MediaTime::from_seconds(6), base::MediaTime::from_ms(500),
                               base::MediaTime::from_seconds(7200)});
  manifest::TrackInit init;
  init.track = "v32";
  init.flavor = 32;
  init.init = 1;
  init.timescale = test::kTimescale;
  init.codecs = "avc1.64001f";
  add(init);
  for (uint32_t number : {0u, 1u}) {
    manifest::SegmentAdded segment;
    segment.track = "v32";
    segment.segment = number;
    segment.start = number * 6 * test::kSecondTicks;
    segment.duration = 6 * test::kSecondTicks;
    segment.size = 1000;
    segment.init = 1;
    add(segment);
  }
  return text;
}

TEST(LiveRegistry, JournalOnDisk_WindowIsThereAfterLoad) {
  const TempFolder root;
  write_file(root.path() + "/1_abcd1234/segments.log", journal_of_two_segments());
  LiveRegistry registry(root.path());
  registry.load();
  const LiveEntry *entry = registry.find(kEntry);
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->id, kEntry);
  EXPECT_EQ(entry->presentation.tracks.at("v32").segments.size(), 2u);
  EXPECT_TRUE(entry->is_live());
  EXPECT_TRUE(entry->low_latency);
}

TEST(LiveRegistry, JournalTornByACrash_WholeLinesCount) {
  const TempFolder root;
  const std::string text = journal_of_two_segments();
  write_file(root.path() + "/1_abcd1234/segments.log", text.substr(0, text.size() - 12));
  LiveRegistry registry(root.path());
  registry.load();
  ASSERT_NE(registry.find(kEntry), nullptr);
  EXPECT_EQ(registry.find(kEntry)->presentation.tracks.at("v32").segments.size(), 1u);
}

TEST(LiveRegistry, DamagedJournal_EntryIsLeftOutAndOthersLoad) {
  const TempFolder root;
  write_file(root.path() + "/1_abcd1234/segments.log", journal_of_two_segments());
  write_file(root.path() + "/1_00000000/segments.log", std::string(500, '\xff') + "\n");
  write_file(root.path() + "/1_11111111/segments.log", "");
  LiveRegistry registry(root.path());
  registry.load();
  EXPECT_EQ(registry.entries().size(), 1u);
}

TEST(LiveRegistry, FolderThatIsNoEntry_IsIgnored) {
  const TempFolder root;
  write_file(root.path() + "/lost+found/segments.log", journal_of_two_segments());
  write_file(root.path() + "/" + std::string(65, 'a') + "/segments.log", journal_of_two_segments());
  write_file(root.path() + "/segments.log", journal_of_two_segments());
  LiveRegistry registry(root.path());
  registry.load();
  EXPECT_TRUE(registry.entries().empty());
}

TEST(LiveRegistry, NoFolderYet_LoadsNothing) {
  LiveRegistry registry("/nonexistent/live");
  registry.load();
  EXPECT_TRUE(registry.entries().empty());
}

TEST(LiveRegistry, EventApplied_VersionGoesUpAndListenersHear) {
  const TempFolder root;
  LiveRegistry registry(root.path());
  int heard = 0;
  const uint64_t handle = registry.subscribe([&](const LiveEntry &entry) {
    EXPECT_EQ(entry.id, kEntry);
    ++heard;
  });
  ASSERT_TRUE(registry.apply(kEntry, manifest::Epoch{1'700'000'000'000'000'000}).has_value());
  const uint64_t version = registry.find(kEntry)->version;
  EXPECT_GT(version, 0u);
  EXPECT_GT(registry.find(kEntry)->changed_ns, 0);
  EXPECT_EQ(heard, 1);
  registry.unsubscribe(handle);
  LiveWindow(registry).go_on_air();
  EXPECT_GT(registry.find(kEntry)->version, version);
  EXPECT_EQ(heard, 1);
}

TEST(LiveRegistry, EventThatBreaksTheRules_IsRefusedAndNobodyHears) {
  const TempFolder root;
  LiveRegistry registry(root.path());
  LiveWindow window(registry);
  window.go_on_air();
  const uint64_t version = registry.find(kEntry)->version;
  int heard = 0;
  registry.subscribe([&](const LiveEntry &) { ++heard; });
  manifest::SegmentAdded stray;
  stray.track = "v99";
  EXPECT_FALSE(registry.apply(kEntry, stray).has_value());
  EXPECT_FALSE(registry.apply("../etc", manifest::Epoch{5}).has_value());
  EXPECT_EQ(registry.find(kEntry)->version, version);
  EXPECT_EQ(heard, 0);
}

TEST(LiveRegistry, ListenerLeavesWhileCalled_OthersStillHear) {
  const TempFolder root;
  LiveRegistry registry(root.path());
  uint64_t first = 0;
  int heard = 0;
  first = registry.subscribe([&](const LiveEntry &) { registry.unsubscribe(first); });
  registry.subscribe([&](const LiveEntry &) { ++heard; });
  ASSERT_TRUE(registry.apply(kEntry, manifest::Epoch{5}).has_value());
  EXPECT_EQ(heard, 1);
}

TEST(LiveRegistry, EntryRemoved_ListenersSeeNothingLeft) {
  const TempFolder root;
  LiveRegistry registry(root.path());
  LiveWindow window(registry);
  window.go_on_air();
  window.add_segment(0);
  bool is_empty = false;
  registry.subscribe([&](const LiveEntry &entry) { is_empty = entry.presentation.tracks.empty(); });
  registry.remove(kEntry);
  EXPECT_TRUE(is_empty);
  EXPECT_EQ(registry.find(kEntry), nullptr);
}

TEST(LiveRegistry, SessionEnded_EntryIsNotLive) {
  const TempFolder root;
  LiveRegistry registry(root.path());
  LiveWindow window(registry);
  window.go_on_air();
  EXPECT_FALSE(registry.find(kEntry)->is_live());
  window.add_segment(0);
  EXPECT_TRUE(registry.find(kEntry)->is_live());
  window.apply(manifest::SessionEnded{});
  EXPECT_FALSE(registry.find(kEntry)->is_live());
}

}  // namespace
}  // namespace klive::app
