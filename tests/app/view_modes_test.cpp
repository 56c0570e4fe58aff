// SPDX-License-Identifier: LGPL-2.1-or-later
// ViewModes: when the entries of an installation are shown, over what it says and over restarts.
#include "remote/view_modes.h"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "temp_folder.h"

namespace klive::app {
namespace {

constexpr int64_t kMs = 1'000'000, kHour = 3'600'000;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

Entry entry(bool is_explicit, int64_t mode, const std::string &id = "1_abcd1234") {
  Entry made;
  made.id = id;
  made.more["explicitLive"] = is_explicit ? 1 : 0;
  made.more["viewMode"] = mode;
  return made;
}
bool every(const std::string &) { return true; }
bool none(const std::string &) { return false; }

class ViewModesTest : public testing::Test {
 protected:
  ViewModes open() {
    auto modes = ViewModes::open(folder_ / "view_modes.json");
    EXPECT_TRUE(modes) << modes.error().message;
    return *std::move(modes);
  }
  test::TempFolder folder_;
};

TEST_F(ViewModesTest, OrdinaryEntry_IsShown) {
  ViewModes modes = open();
  EXPECT_FALSE(modes.learn(entry(false, kViewPreview), 1'000, every));
  EXPECT_FALSE(modes.of("1_abcd1234").is_limited);
  EXPECT_FALSE(modes.of("1_unknown0").is_limited);
}

TEST_F(ViewModesTest, Preview_IsShownSinceItWasNoticedThatItIsLive) {
  ViewModes modes = open();
  EXPECT_TRUE(modes.learn(entry(true, kViewPreview), 1'000, every));
  EXPECT_EQ(modes.of("1_abcd1234").time.from, kNever);
  EXPECT_TRUE(modes.learn(entry(true, kViewAllowAll), 5'000, every));
  EXPECT_FALSE(modes.learn(entry(true, kViewAllowAll), 7'000, every)) << "nothing is new";
  EXPECT_EQ(modes.of("1_abcd1234").time, (manifest::ShownTime{.from = 5'000 * kMs}));
  EXPECT_TRUE(modes.learn(entry(true, kViewPreview), 9'000, every));
  EXPECT_EQ(modes.of("1_abcd1234").time,
            (manifest::ShownTime{.from = 5'000 * kMs, .until = 9'000 * kMs}));
}

TEST_F(ViewModesTest, Restart_KeepsWhatWasShownAndWhatWasNot) {
  {
    ViewModes modes = open();
    modes.learn(entry(true, kViewAllowAll), 5'000, every);
    modes.learn(entry(true, kViewPreview, "1_preview0"), 6'000, every);
  }
  ViewModes modes = open();
  EXPECT_EQ(modes.of("1_abcd1234").time.from, 5'000 * kMs);
  EXPECT_EQ(modes.of("1_preview0").time.from, kNever);
  EXPECT_FALSE(modes.learn(entry(true, kViewAllowAll), 8'000, every)) << "it was live already";
}

TEST_F(ViewModesTest, EntryIsNoPreviewAnyMore_AllOfItIsShown) {
  ViewModes modes = open();
  modes.learn(entry(true, kViewPreview), 1'000, every);
  EXPECT_TRUE(modes.learn(entry(false, kViewPreview), 2'000, every));
  EXPECT_FALSE(modes.of("1_abcd1234").is_limited);
  EXPECT_FALSE(open().of("1_abcd1234").is_limited);
}

TEST_F(ViewModesTest, WindowIsGone_TheEntryIsForgottenLater) {
  ViewModes modes = open();
  modes.learn(entry(true, kViewPreview), 1'000, none);
  modes.learn(entry(true, kViewPreview, "1_second00"), 2'000, none);
  EXPECT_TRUE(modes.of("1_abcd1234").is_limited) << "its window may be about to be made";
  modes.learn(entry(true, kViewPreview, "1_third000"), 2 * kHour, none);
  EXPECT_FALSE(modes.of("1_abcd1234").is_limited);
  EXPECT_TRUE(modes.of("1_third000").is_limited);
}

TEST_F(ViewModesTest, DamagedFile_IsAnErrorThatNamesIt) {
  std::ofstream(folder_ / "view_modes.json") << "{\"1_abcd";
  const auto modes = ViewModes::open(folder_ / "view_modes.json");
  ASSERT_FALSE(modes);
  EXPECT_NE(modes.error().message.find("view_modes.json is damaged"), std::string::npos);
}

}  // namespace
}  // namespace klive::app
