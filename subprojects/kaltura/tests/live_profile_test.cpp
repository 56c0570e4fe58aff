// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kaltura/live_profile.h"

#include <gtest/gtest.h>

namespace klive::kaltura {
namespace {

constexpr char kFile[] = R"({
  "liveParams": [
    {"id": 32, "name": "Source", "tags": "source,ingest", "streamSuffix": "1", "videoCodec": "copy"},
    {"id": 43, "name": "HD", "tags": "mbr, optional_flavor", "videoCodec": "h264h", "videoBitrate": 2600,
     "height": 720, "audioCodec": "aac", "audioBitrate": 128,
     "conversionEnginesExtraParams": "{\"constantBitrate\": true}"},
    {"id": 100, "name": "English", "tags": "ingest,audio_only", "streamSuffix": "1000",
     "multiStream": "{\"audio\":{\"languages\":[\"eng\"]}}"}],
  "conversionProfiles": [
    {"id": 9, "systemName": "All", "name": "All of them",
     "flavors": [{"id": 32, "origin": "ingest"}, {"id": 43, "origin": "convert"}, {"id": 100, "origin": "ingest"}]},
    {"id": 8, "systemName": "Source_only", "name": "Source", "flavors": [{"id": 32, "origin": "ingest"}]}]})";

TEST(LiveProfile, File_BecomesProfilesWithTheirFlavorsInOrder) {
  const auto objects = read_live_profiles(kFile, {});
  ASSERT_TRUE(objects) << objects.error().message;
  const auto profile = find_profile(*objects, "All");
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->id, 9);
  ASSERT_EQ(profile->flavors.size(), 3u);
  EXPECT_TRUE(profile->transcodes());
  const LiveParams &hd = profile->flavors[1].params;
  EXPECT_EQ(profile->flavors[1].origin, Origin::kConvert);
  EXPECT_EQ(hd.video_bitrate, 2'600'000);
  EXPECT_EQ(hd.audio_bitrate, 128'000);
  EXPECT_TRUE(hd.constant_bitrate);
  EXPECT_TRUE(hd.has_tag("optional_flavor"));
  const auto ingest = profile->ingest();
  ASSERT_EQ(ingest.size(), 2u);
  EXPECT_EQ(ingest[0].stream_name, "1");
  EXPECT_EQ(ingest[0].id, 32u);
  EXPECT_EQ(ingest[1].stream_name, "1000");
  EXPECT_TRUE(ingest[1].audio_only);
  EXPECT_EQ(ingest[1].language, "eng");
  EXPECT_FALSE(find_profile(*objects, "Source_only")->transcodes());
  EXPECT_FALSE(find_profile(*objects, "None"));
}

TEST(LiveProfile, Mistakes_AreNamedWithTheirPlace) {
  struct Row {
    const char *json, *message;
  };
  const Row rows[] = {
      {"[]", "top: an object is needed here"},
      {R"({"x":1})", "top: \"x\" is not known"},
      {R"({"liveParams":{}})", "liveParams: an array is needed here"},
      {R"({"liveParams":[{"id":1,"bitrat":1}]})", "liveParams[0]: \"bitrat\" is not known"},
      {R"({"liveParams":[{"name":"x"}]})", "liveParams[0]: an \"id\" above 0 is needed"},
      {R"({"liveParams":[{"id":1,"videoBitrate":"x"}]})",
       "liveParams[0]: The property \"KalturaLiveParams::videoBitrate\" must be numeric"},
      {R"({"conversionProfiles":[{"id":1,"name":"x"}]})",
       "conversionProfiles[0].flavors: an array is needed here"},
      {R"({"conversionProfiles":[{"id":1,"name":"x","flavors":[{"id":5,"origin":"ingest"}]}]})",
       "conversionProfiles[0].flavors[0]: no live params have the id 5"},
      {R"({"conversionProfiles":[{"id":1,"name":"x","flavors":[{"id":5}]}]})",
       "conversionProfiles[0].flavors[0]: \"origin\" is \"ingest\" or \"convert\""},
  };
  for (const Row &row : rows) {
    const auto objects = read_live_profiles(row.json, {});
    ASSERT_FALSE(objects) << row.json;
    EXPECT_EQ(objects.error().message, row.message);
  }
}

}  // namespace
}  // namespace klive::kaltura
