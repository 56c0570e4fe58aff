// SPDX-License-Identifier: LGPL-2.1-or-later
// What operators put into their encoders.
#include "kaltura/encoder_settings.h"

#include <gtest/gtest.h>

namespace klive::kaltura {
namespace {

const EncoderTarget kTarget{
    .entry = "1_abcd1234",
    .name = "Tom & <Jerry>'s",
    .primary_url = "rtmp://live.example.org:1935/kLive?p=101&e=1_abcd1234&i=0&t=secret",
    .backup_url = "rtmp://live.example.org:1935/kLive?p=101&e=1_abcd1234&i=1&t=secret",
    .qualities = {{.bitrate = 2'000'000, .width = 1280, .height = 720},
                  {.bitrate = 900'000, .width = 640, .height = 360}}};

std::string settings(std::string_view encoder) {
  const auto made = encoder_settings(encoder, kTarget);
  return made ? made->text : "(none)";
}

TEST(EncoderSettings, FlashMediaLiveEncoder_GetsTheProfileOfTheNotes) {
  std::string xml = settings("fmle");
  // Elements alone.
  std::string flat;
  bool is_margin = true;
  for (const char c : xml) {
    if (c == '\n') is_margin = true;
    if (c != '\n' && !(is_margin && c == ' ')) {
      flat += c;
      is_margin = false;
    }
  }
  EXPECT_EQ(
      flat,
      "<?xml version=\"1.0\"?><flashmedialiveencoder_profile>"
      "<preset><name>Custom</name><description>Tom &amp; &lt;Jerry&gt;&#39;s</description></preset>"
      "<capture><video><device/><crossbar_input>0</crossbar_input><frame_rate>25</frame_rate>"
      "<size><width>1280</width><height>720</height></size></video>"
      "<audio><device/><crossbar_input>0</crossbar_input><sample_rate>44100</sample_rate>"
      "<channels>2</channels><input_volume>75</input_volume></audio></capture>"
      "<encode><video><format>H.264</format><datarate>2000;900;</datarate>"
      "<outputsize>1280x720;640x360;</outputsize>"
      "<advanced><profile>Baseline</profile><level>3.1</level>"
      "<keyframe_frequency>2 Seconds</keyframe_frequency></advanced>"
      "<autoadjust><enable>false</enable><maxbuffersize>1</maxbuffersize>"
      "<dropframes><enable>false</enable></dropframes>"
      "<degradequality><enable>false</enable><minvideobitrate/><preservepfq>false</preservepfq>"
      "</degradequality></autoadjust></video>"
      "<audio><format>MP3</format><datarate>128</datarate></audio></encode>"
      "<restartinterval><days/><hours/><minutes/></restartinterval>"
      "<reconnectinterval><attempts/><interval/></reconnectinterval>"
      "<output><rtmp>"
      "<url>rtmp://live.example.org:1935/kLive?p=101&amp;e=1_abcd1234&amp;i=0&amp;t=secret</url>"
      "<backup_url>rtmp://live.example.org:1935/kLive?p=101&amp;e=1_abcd1234&amp;i=1&amp;t=secret"
      "</backup_url><stream>1_abcd1234_%i</stream></rtmp></output><metadata/>"
      "<preview><video><input><zoom>100%</zoom></input><output><zoom>100%</zoom></output></video>"
      "<audio/></preview><log><level>100</level><directory/></log>"
      "</flashmedialiveencoder_profile>");
}

TEST(EncoderSettings, Texts_NameAddressAndStream) {
  for (const std::string_view encoder : encoder_names()) {
    if (encoder == "fmle") continue;
    const std::string text = settings(encoder);
    EXPECT_NE(text.find(kTarget.primary_url), std::string::npos) << text;
    EXPECT_NE(text.find(kTarget.backup_url), std::string::npos) << text;
    EXPECT_NE(text.find("1280"), std::string::npos) << text;
  }
  const std::string ffmpeg = settings("ffmpeg");
  EXPECT_NE(ffmpeg.find("'" + kTarget.primary_url + "/1'"), std::string::npos) << ffmpeg;
  EXPECT_NE(ffmpeg.find("'" + kTarget.primary_url + "/2'"), std::string::npos) << ffmpeg;
}

TEST(EncoderSettings, AnotherEncoder_IsRefusedWithThoseThatThereAre) {
  const auto made = encoder_settings("wirecast", kTarget);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "one of fmle, obs, ffmpeg, larix, vmix was needed");
}

}  // namespace
}  // namespace klive::kaltura
