// SPDX-License-Identifier: LGPL-2.1-or-later
// Real encoders' bytes, recorded on the server's side of the socket.
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "rtmp/flv.h"
#include "support.h"

namespace klive::rtmp {
namespace {

using base::Bytes;

struct Capture {
  const char *file;
  size_t video, audio;  ///< tags that hold frames
};

class RealEncoder : public ::testing::TestWithParam<Capture> {};

TEST_P(RealEncoder, PublishesAndEnds) {
  std::ifstream in(std::filesystem::path(CAPTURES) / GetParam().file, std::ios::binary);
  const Bytes input{std::istreambuf_iterator<char>(in), {}};
  ASSERT_FALSE(input.empty());
  testing::Owner owner;
  ASSERT_TRUE(owner.feed(input)) << owner.error.message;
  ASSERT_EQ(owner.connects.size(), 1u);
  EXPECT_EQ(owner.connects[0].app, "kLive?p=101&e=1_abcd1234&i=0&t=sesame");
  EXPECT_TRUE(owner.connects[0].tc_url.ends_with("/kLive?p=101&e=1_abcd1234&i=0&t=sesame"));
  ASSERT_EQ(owner.publishes.size(), 1u);
  EXPECT_EQ(owner.publishes[0].name, "1");
  EXPECT_EQ(owner.unpublished, std::vector<uint32_t>{1});

  FlvReader reader;
  reader.feed(owner.media[1]);
  size_t video = 0, audio = 0, headers = 0, scripts = 0;
  uint32_t last = 0;
  for (;;) {
    auto tag = reader.next();
    ASSERT_TRUE(tag) << tag.error().message;
    if (!*tag) break;
    EXPECT_GE((*tag)->timestamp + 500, last);
    last = (*tag)->timestamp;
    if ((*tag)->type == TagType::kVideo) {
      auto packets = parse_video((*tag)->body);
      ASSERT_TRUE(packets);
      ASSERT_EQ(packets->size(), 1u);
      EXPECT_EQ(packets->at(0).codec, four_cc("avc1"));
      (packets->at(0).type == PacketType::kFrames ? video : headers)++;
    } else if ((*tag)->type == TagType::kAudio) {
      auto packets = parse_audio((*tag)->body);
      ASSERT_TRUE(packets);
      EXPECT_EQ(packets->at(0).codec, four_cc("mp4a"));
      (packets->at(0).type == PacketType::kFrames ? audio : headers)++;
    } else {
      EXPECT_EQ(base::as_text((*tag)->body).substr(3, 10), "onMetaData");
      ++scripts;
    }
  }
  EXPECT_EQ(video, GetParam().video);
  EXPECT_EQ(audio, GetParam().audio);
  EXPECT_GE(headers, 2u);
  EXPECT_GE(scripts, 1u);

  testing::Owner slow;
  for (const uint8_t byte : input) ASSERT_TRUE(slow.feed(Bytes{byte}));
  EXPECT_EQ(slow.media[1], owner.media[1]);
}

INSTANTIATE_TEST_SUITE_P(Captures, RealEncoder,
                         ::testing::Values(Capture{"ffmpeg.bin", 10, 45},
                                           Capture{"gst-rtmp2sink.bin", 10, 40},
                                           Capture{"librtmp.bin", 10, 40}),
                         [](const auto &info) {
                           std::string name = info.param.file;
                           std::erase_if(name, [](char c) { return !std::isalnum(c); });
                           return name;
                         });

}  // namespace
}  // namespace klive::rtmp
