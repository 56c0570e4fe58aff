// SPDX-License-Identifier: LGPL-2.1-or-later
// What viewers are shown of an entry, and since when.
#include "backend/showing.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <set>

#include "live/public_windows.h"
#include "temp_folder.h"

namespace klive::app {
namespace {

constexpr int64_t kMs = 1'000'000;

Entry preview() {
  Entry entry;
  entry.name = "A preview";
  entry.more["explicitLive"] = 1;
  entry.more["viewMode"] = kViewPreview;
  return entry;
}

TEST(Showing, OrdinaryEntry_IsShownToEverybody) {
  EXPECT_FALSE(showing_of({}).is_limited);
  Entry entry;
  entry.more["viewMode"] = kViewPreview;
  EXPECT_FALSE(showing_of(entry).is_limited);
}

TEST(Showing, Preview_IsShownFromGoLiveUntilItsEnd) {
  Entry entry = preview();
  EXPECT_TRUE(showing_of(entry).is_limited);
  EXPECT_EQ(showing_of(entry).time.from, std::numeric_limits<int64_t>::max());
  set_view_mode(entry.more, kViewAllowAll, 5'000);
  EXPECT_EQ(showing_of(entry).time, (manifest::ShownTime{.from = 5'000 * kMs}));
  EXPECT_EQ(entry.more.integer_of("broadcastTime"), 5);
  set_view_mode(entry.more, kViewAllowAll, 6'000);
  EXPECT_EQ(showing_of(entry).time.from, 5'000 * kMs) << "it was live already";
  set_view_mode(entry.more, kViewPreview, 9'000);
  EXPECT_EQ(showing_of(entry).time,
            (manifest::ShownTime{.from = 5'000 * kMs, .until = 9'000 * kMs}));
  set_view_mode(entry.more, kViewAllowAll, 20'000);
  EXPECT_EQ(showing_of(entry).time, (manifest::ShownTime{.from = 20'000 * kMs}));
  EXPECT_EQ(entry.more.integer_of("broadcastTime"), 5);
}

TEST(Showing, ChangedEntry_NotesTheMomentAlone) {
  const Entry before = preview();
  Entry after = before;
  after.more["viewMode"] = kViewAllowAll;
  note_view_mode(before, after, 7'000);
  EXPECT_EQ(showing_of(after).time.from, 7'000 * kMs);
  Entry other = after;
  other.name = "Another name";
  note_view_mode(after, other, 8'000);
  EXPECT_EQ(showing_of(other).time.from, 7'000 * kMs);
}

TEST(Showings, ChangeOfAnEntry_IsSeenOnceItIsForgotten) {
  const test::TempFolder folder;
  auto store = EntryStore::open(folder / "klive.db");
  ASSERT_TRUE(store);
  Showings showings(**store);
  auto entry = (*store)->add(preview());
  ASSERT_TRUE(entry) << entry.error().message;
  EXPECT_TRUE(showings.of(entry->id).is_limited);
  set_view_mode(entry->more, kViewAllowAll, 5'000);
  ASSERT_TRUE((*store)->update(*entry));
  showings.forget(entry->id);
  EXPECT_EQ(showings.of(entry->id).time.from, 5'000 * kMs);
  EXPECT_EQ(showings.of("1_nobody00").time.from, std::numeric_limits<int64_t>::max());
}

TEST(PublicWindows, WindowOfAPreview_HasNoMark) {
  const test::TempFolder folder;
  std::set<std::string> previews = {"1_preview0"};
  PublicWindows windows(folder / "live",
                        [&](const std::string &entry) { return !previews.contains(entry); });
  const auto has_mark = [&](const std::string &entry) {
    return std::filesystem::exists(folder / "live" + "/" + entry + "/public");
  };
  windows.make("1_preview0");
  windows.make("1_public00");
  EXPECT_TRUE(std::filesystem::is_directory(folder / "live/1_preview0"));
  EXPECT_FALSE(has_mark("1_preview0"));
  EXPECT_TRUE(has_mark("1_public00"));
  previews = {"1_public00"};
  for (const char *entry : {"1_preview0", "1_public00", "1_nowindow"}) windows.update(entry);
  EXPECT_TRUE(has_mark("1_preview0"));
  EXPECT_FALSE(has_mark("1_public00"));
  EXPECT_FALSE(std::filesystem::exists(folder / "live/1_nowindow"));
}

}  // namespace
}  // namespace klive::app
