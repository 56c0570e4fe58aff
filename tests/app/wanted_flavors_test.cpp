// SPDX-License-Identifier: LGPL-2.1-or-later
// What an installation is told of an encoder's streams when its transcode template is asked for.
#include "remote/wanted_flavors.h"

#include <gtest/gtest.h>

#include "kaltura/transcode_template.h"

namespace klive::app {
namespace {

using kaltura::Value;

Value streams() {
  const auto read = kaltura::read_json(
      R"([{"flavorId":"32","bitrate":2500000,"codec":"avc1","width":1280,"height":720,
           "frameRate":30},
          {"flavorId":"32","bitrate":128000,"codec":"mp4a"},
          {"flavorId":"36","bitrate":400000,"codec":"hvc1","width":640,"height":360}])");
  EXPECT_TRUE(read);
  return read ? *read : Value(Value::Array());
}

TEST(WantedFlavors, StreamsOfAFlavor_AreWhatAnEncoderWouldSayOfThem) {
  const kaltura::IngestInfo info = kaltura::read_ingest_info(extra_params_of(streams(), 32));
  EXPECT_EQ(info.video_codec, "AVC1");
  EXPECT_EQ(info.audio_codec, "AAC");
  EXPECT_EQ(info.width, 1280);
  EXPECT_EQ(info.height, 720);
  EXPECT_EQ(info.frame_rate, 30);
  EXPECT_EQ(info.video_bitrate, 2'500'000);
  EXPECT_EQ(info.audio_bitrate, 128'000);
}

TEST(WantedFlavors, OtherFlavor_IsNotMixedIn) {
  const kaltura::IngestInfo info = kaltura::read_ingest_info(extra_params_of(streams(), 36));
  EXPECT_EQ(info.video_codec, "HVC1");
  EXPECT_EQ(info.audio_codec, "");
  EXPECT_EQ(info.height, 360);
}

}  // namespace
}  // namespace klive::app
