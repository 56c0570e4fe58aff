// SPDX-License-Identifier: LGPL-2.1-or-later
// Parts of a presentation: flavors, sides, and what viewers of a preview may see.
#include "manifest/excerpt.h"

#include <gtest/gtest.h>

#include "broadcast.h"

namespace klive::manifest {
namespace {

constexpr int64_t kBegin = 1'795'168'800 * kSecond;  // of the fixture's epoch

std::vector<std::string> names(const Presentation &presentation) {
  std::vector<std::string> all;
  for (const auto &[name, track] : presentation.tracks) all.push_back(name);
  return all;
}

Broadcast two_flavors() {
  Broadcast live;
  live.video("v32", 32);
  live.audio("a32", 32);
  live.video("v33", 33, 360);
  live.video("v32b", 32, 720, true);
  for (const char *track : {"v32", "a32", "v33", "v32b"}) live.segment(track, 0, 0, 6);
  return live;
}

TEST(Excerpt, ChosenFlavor_KeepsTheSound) {
  const Broadcast live = two_flavors();
  const auto chosen = select(live.p, {.flavors = {33}, .backup = {}});
  ASSERT_TRUE(chosen);
  EXPECT_EQ(names(*chosen), (std::vector<std::string>{"a32", "v33"}));
  const auto master = render_master(*chosen);
  ASSERT_TRUE(master);
  EXPECT_NE(master->find("v33/index.m3u8"), std::string::npos);
  EXPECT_NE(master->find("a32/index.m3u8"), std::string::npos);
  EXPECT_EQ(master->find("v32/"), std::string::npos);
}

TEST(Excerpt, OneSide_IsAllThatIsLeft) {
  const Broadcast live = two_flavors();
  EXPECT_EQ(names(*select(live.p, {.flavors = {}, .backup = true})),
            (std::vector<std::string>{"v32b"}));
  EXPECT_EQ(names(*select(live.p, {.flavors = {}, .backup = false})),
            (std::vector<std::string>{"a32", "v32", "v33"}));
}

TEST(Excerpt, WhatIsNotThere_GivesNothing) {
  const Broadcast live = two_flavors();
  EXPECT_FALSE(select(live.p, {.flavors = {99}, .backup = {}}));
  EXPECT_FALSE(select(live.p, {.flavors = {33}, .backup = true}));
}

class Cut : public ::testing::Test {
 protected:
  void SetUp() override {
    live.video("v32", 32);
    live.audio("a32", 32);
    for (uint32_t number = 0; number < 5; ++number) {
      live.segment("v32", number, number * 6.0, 6);
      live.segment("a32", number, number * 6.0 + (number > 0 ? -0.01 : 0), 6);
    }
    live.chunk("v32", 5, 30);
    live.chunk("a32", 5, 29.99);
  }
  [[nodiscard]] static std::vector<uint32_t> numbers(const Track &track) {
    std::vector<uint32_t> all;
    for (const Segment &segment : track.segments) all.push_back(segment.number);
    return all;
  }
  Broadcast live;
};

TEST_F(Cut, SegmentsThatBeganBefore_AreGoneInEveryTrack) {
  const Presentation part = cut(live.p, {.from = kBegin + 12 * kSecond});
  EXPECT_EQ(numbers(part.tracks.at("v32")), (std::vector<uint32_t>{2, 3, 4}));
  EXPECT_EQ(numbers(part.tracks.at("a32")), (std::vector<uint32_t>{2, 3, 4}));
  EXPECT_TRUE(part.on_air);
  const Presentation later = cut(live.p, {.from = kBegin + 12 * kSecond + 1});
  EXPECT_EQ(numbers(later.tracks.at("v32")), (std::vector<uint32_t>{3, 4}));
  const auto text = render_media_playlist(later, "v32", {});
  EXPECT_NE(text->find("#EXT-X-MEDIA-SEQUENCE:3\n"), std::string::npos) << *text;
}

TEST_F(Cut, BeforeAnythingIsShown_NothingCanBePlayed) {
  const Presentation part = cut(live.p, {.from = kBegin + 31 * kSecond});
  EXPECT_TRUE(part.tracks.at("v32").segments.empty());
  EXPECT_FALSE(part.tracks.at("v32").open);
  EXPECT_FALSE(render_master(part));
  EXPECT_FALSE(render_dash(part, {}));
}

TEST_F(Cut, AfterItsEnd_ItIsOverAndStaysAsItWas) {
  const ShownTime shown{.from = kBegin + 6 * kSecond, .until = kBegin + 20 * kSecond};
  const Presentation part = cut(live.p, shown);
  EXPECT_EQ(numbers(part.tracks.at("v32")), (std::vector<uint32_t>{1, 2}));
  EXPECT_EQ(numbers(part.tracks.at("a32")), (std::vector<uint32_t>{1, 2}));
  EXPECT_FALSE(part.on_air);
  const auto before = render_media_playlist(part, "v32", {.low_latency = true});
  EXPECT_NE(before->find("#EXT-X-ENDLIST"), std::string::npos);
  live.chunk("v32", 5, 31);
  EXPECT_EQ(render_media_playlist(cut(live.p, shown), "v32", {.low_latency = true}), before);
}

}  // namespace
}  // namespace klive::manifest
