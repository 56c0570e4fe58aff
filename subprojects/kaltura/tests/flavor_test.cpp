// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kaltura/flavor.h"

#include <gtest/gtest.h>

namespace klive::kaltura {
namespace {

const std::vector<IngestFlavor> kProfile = {
    {.stream_name = "1", .id = 32},
    {.stream_name = "2", .id = 36},
    {.stream_name = "1000", .id = 100, .audio_only = true, .language = "eng"}};

TEST(Flavor, NameOfTheProfile_GivesItsFlavor) {
  EXPECT_EQ(map_stream_name(kProfile, "2", "1_abcd1234")->id, 36u);
  EXPECT_EQ(map_stream_name(kProfile, "1000", "1_abcd1234")->language, "eng");
}

TEST(Flavor, NameTheProfileLacks_IsRefusedWithTheNamesItHas) {
  const auto flavor = map_stream_name(kProfile, "7", "1_abcd1234");
  ASSERT_FALSE(flavor);
  EXPECT_EQ(flavor.error().code, base::ErrorCode::kRefused);
  EXPECT_EQ(flavor.error().message,
            "Incorrect stream name/key 7: the conversion profile of entry 1_abcd1234 takes 1, 2, "
            "1000.");
}

TEST(Flavor, ProfileWithoutIngest_SaysSo) {
  EXPECT_EQ(map_stream_name({}, "1", "1_abcd1234").error().message,
            "Incorrect stream name/key 1: the conversion profile of entry 1_abcd1234 takes no "
            "streams.");
}

}  // namespace
}  // namespace klive::kaltura
