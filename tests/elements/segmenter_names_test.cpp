// SPDX-License-Identifier: LGPL-2.1-or-later
// What klivesegmenter reads out of stream-ids.
#include <gtest/gtest.h>

#include "stream_name.h"

using klive::segmenter::parse_stream_id;

TEST(StreamName, OfTheHouse_FlavorSideAndOrdinal) {
  const auto name = parse_stream_id("1_abcd1234/backup/32/audio_1");
  EXPECT_EQ(name.flavor, 32u);
  EXPECT_TRUE(name.backup);
  EXPECT_EQ(name.ordinal, 1u);
}

TEST(StreamName, WithoutTrack_IsTheFirst) {
  const auto name = parse_stream_id("1_abcd1234/primary/36");
  EXPECT_EQ(name.flavor, 36u);
  EXPECT_FALSE(name.backup);
  EXPECT_EQ(name.ordinal, 0u);
}

TEST(StreamName, Foreign_FlavorZeroPrimary) {
  for (const char *id : {"", "/", "//", "b7e0c4/video_0", "a/primary/", "a/primary/x", "a/left/3",
                         "a/primary/99999999999999999999", "/primary/3", "a/primary/-3"}) {
    const auto name = parse_stream_id(id);
    EXPECT_EQ(name.flavor, 0u) << id;
    EXPECT_FALSE(name.backup) << id;
    EXPECT_FALSE(name.ordinal) << id;
  }
}
