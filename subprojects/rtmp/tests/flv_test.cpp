// SPDX-License-Identifier: LGPL-2.1-or-later
// FLV tags and their codec headers.
#include "rtmp/flv.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "rtmp/server_session.h"

namespace klive::rtmp {
namespace {

using base::Bytes;
using base::ByteView;

Bytes operator+(Bytes left, const Bytes &right) {
  base::append(left, right);
  return left;
}
Bytes cc(const char (&text)[5]) { return Bytes(text, text + 4); }
Bytes copy(ByteView view) { return Bytes(view.begin(), view.end()); }

TEST(FlvReader, WrittenTags_ReadBack_WithAndWithoutFileHeader) {
  for (const bool with_header : {false, true}) {
    Bytes bytes = with_header ? copy(flv_header()) : Bytes();
    write_flv_tag(bytes, TagType::kVideo, 0xfffffffe, Bytes(300, 1));
    write_flv_tag(bytes, TagType::kAudio, 5, {});
    for (const size_t step : {size_t{1}, size_t{7}, bytes.size()}) {
      FlvReader reader;
      std::vector<std::pair<uint32_t, size_t>> seen;
      for (size_t at = 0; at < bytes.size(); at += step) {
        reader.feed(ByteView(bytes).subspan(at, std::min(step, bytes.size() - at)));
        for (;;) {
          auto tag = reader.next();
          ASSERT_TRUE(tag);
          if (!*tag) break;
          seen.emplace_back((*tag)->timestamp, (*tag)->body.size());
        }
      }
      EXPECT_EQ(seen, (std::vector<std::pair<uint32_t, size_t>>{{0xfffffffe, 300}, {5, 0}}));
    }
  }
}

TEST(FlvReader, Garbage_IsAnError) {
  const std::vector<Bytes> situations{
      Bytes{'F', 'L', 'X', 1, 5, 0, 0, 0, 9, 0, 0, 0, 0},
      Bytes{'F', 'L', 'V', 1, 5, 0, 0, 0, 1, 0, 0, 0, 0},
      Bytes{'F', 'L', 'V', 1, 5, 0xff, 0, 0, 9, 0, 0, 0, 0},
      Bytes(11, 0),
      Bytes(11, 7),
      Bytes{0x29, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
  };
  for (const Bytes &bytes : situations) {
    FlvReader reader;
    reader.feed(bytes);
    EXPECT_FALSE(reader.next()) << int{bytes[0]} << ' ' << int{bytes[2]};
  }
}

TEST(FlvReader, TagLargerThanTheLimit_IsAnError) {
  FlvReader reader(100);
  Bytes bytes;
  write_flv_tag(bytes, TagType::kVideo, 0, Bytes(101, 1));
  reader.feed(ByteView(bytes).first(20));
  auto tag = reader.next();
  ASSERT_FALSE(tag);
  EXPECT_EQ(tag.error().code, base::ErrorCode::kTooLarge);
}

struct ExpectedVideo {
  const char *situation;
  Bytes body;
  std::vector<VideoPacket> packets{};
  std::vector<Bytes> data{};
};

TEST(ParseVideo, EverySituation) {
  const uint32_t avc = four_cc("avc1"), hevc = four_cc("hvc1"), av1 = four_cc("av01");
  const Bytes x{'x'}, y{'y'};
  const ExpectedVideo situations[] = {
      {"AVC sequence header",
       Bytes{0x17, 0, 0, 0, 0} + x,
       {{.codec = avc, .legacy_codec = 7, .type = PacketType::kSequenceHeader, .key = true}},
       {x}},
      {"AVC frame with negative offset",
       Bytes{0x27, 1, 0xff, 0xff, 0xd8} + x,
       {{.codec = avc, .legacy_codec = 7, .type = PacketType::kFrames, .composition_offset = -40}},
       {x}},
      {"AVC end of sequence",
       {0x17, 2, 0, 0, 0},
       {{.codec = avc, .legacy_codec = 7, .type = PacketType::kSequenceEnd, .key = true}},
       {{}}},
      {"HEVC as number 12",
       Bytes{0x1c, 1, 0, 0, 40} + x,
       {{.codec = hevc,
         .legacy_codec = 12,
         .type = PacketType::kFrames,
         .key = true,
         .composition_offset = 40}},
       {x}},
      {"Sorenson H.263 is not carried",
       Bytes{0x12} + x,
       {{.legacy_codec = 2, .type = PacketType::kFrames, .key = true}},
       {x}},
      {"legacy command frame", {0x57, 0}, {{.codec = avc, .legacy_codec = 7}}, {{0}}},
      {"empty body", {}, {}, {}},
      {"HEVC SequenceStart",
       Bytes{0x90} + cc("hvc1") + x,
       {{.codec = hevc, .type = PacketType::kSequenceHeader, .key = true}},
       {x}},
      {"HEVC CodedFrames",
       Bytes{0xa1} + cc("hvc1") + Bytes{0, 0, 80} + x,
       {{.codec = hevc, .type = PacketType::kFrames, .composition_offset = 80}},
       {x}},
      {"HEVC CodedFramesX",
       Bytes{0xa3} + cc("hvc1") + x,
       {{.codec = hevc, .type = PacketType::kFrames}},
       {x}},
      {"AV1 CodedFrames has no offset",
       Bytes{0x91} + cc("av01") + x,
       {{.codec = av1, .type = PacketType::kFrames, .key = true}},
       {x}},
      {"SequenceEnd",
       Bytes{0x92} + cc("hvc1"),
       {{.codec = hevc, .type = PacketType::kSequenceEnd, .key = true}},
       {{}}},
      {"Metadata",
       Bytes{0xd4} + cc("hvc1") + x,
       {{.codec = hevc, .type = PacketType::kMetadata}},
       {x}},
      {"command frame", {0xd1, 0}, {{}}, {{0}}},
      {"OneTrack",
       Bytes{0x96, 0x01} + cc("avc1") + Bytes{5, 0, 0, 40} + x,
       {{.codec = avc,
         .type = PacketType::kFrames,
         .key = true,
         .composition_offset = 40,
         .track = 5}},
       {x}},
      {"ManyTracks",
       Bytes{0xa6, 0x13} + cc("avc1") + Bytes{0, 0, 0, 1} + x + Bytes{1, 0, 0, 1} + y,
       {{.codec = avc, .type = PacketType::kFrames},
        {.codec = avc, .type = PacketType::kFrames, .track = 1}},
       {x, y}},
      {"ManyTracksManyCodecs",
       Bytes{0xa6, 0x21} + cc("hvc1") + Bytes{0, 0, 0, 4, 0, 0, 40} + x + cc("av01") +
           Bytes{1, 0, 0, 1} + y,
       {{.codec = hevc, .type = PacketType::kFrames, .composition_offset = 40},
        {.codec = av1, .type = PacketType::kFrames, .track = 1}},
       {x, y}},
      {"ModEx before frames",
       Bytes{0xa7, 2, 1, 2, 3, 0x03} + cc("hvc1") + x,
       {{.codec = hevc, .type = PacketType::kFrames}},
       {x}},
      {"two ModEx, the second long",
       Bytes{0xa7, 0, 1, 0x07, 0xff, 1, 0} + Bytes(257, 9) + Bytes{0x03} + cc("hvc1") + x,
       {{.codec = hevc, .type = PacketType::kFrames}},
       {x}},
  };
  for (const ExpectedVideo &expected : situations) {
    auto packets = parse_video(expected.body);
    ASSERT_TRUE(packets) << expected.situation << ": " << packets.error().message;
    ASSERT_EQ(packets->size(), expected.packets.size()) << expected.situation;
    for (size_t i = 0; i < packets->size(); ++i) {
      const VideoPacket &got = packets->at(i), &want = expected.packets[i];
      EXPECT_EQ(got.codec, want.codec) << expected.situation;
      EXPECT_EQ(got.legacy_codec, want.legacy_codec) << expected.situation;
      EXPECT_EQ(got.type, want.type) << expected.situation;
      EXPECT_EQ(got.key, want.key) << expected.situation;
      EXPECT_EQ(got.composition_offset, want.composition_offset) << expected.situation;
      EXPECT_EQ(got.track, want.track) << expected.situation;
      EXPECT_EQ(copy(got.data), expected.data[i]) << expected.situation;
    }
    // Every header cut short is an error or, where only data is missing, a shorter packet.
    for (size_t cut = 0; cut < expected.body.size(); ++cut) {
      const Bytes front(expected.body.begin(),
                        expected.body.begin() + static_cast<std::ptrdiff_t>(cut));
      (void)parse_video(front);
    }
  }
}

struct ExpectedAudio {
  const char *situation;
  Bytes body;
  std::vector<AudioPacket> packets;
  std::vector<Bytes> data;
};

TEST(ParseAudio, EverySituation) {
  const uint32_t aac = four_cc("mp4a"), opus = four_cc("Opus"), ac3 = four_cc("ac-3");
  const Bytes x{'x'}, y{'y'};
  const ExpectedAudio situations[] = {
      {"AAC sequence header",
       Bytes{0xaf, 0} + x,
       {{.codec = aac, .legacy_codec = 10, .type = PacketType::kSequenceHeader}},
       {x}},
      {"AAC frame",
       Bytes{0xaf, 1} + x,
       {{.codec = aac, .legacy_codec = 10, .type = PacketType::kFrames}},
       {x}},
      {"MP3",
       Bytes{0x2f} + x,
       {{.codec = four_cc(".mp3"), .legacy_codec = 2, .type = PacketType::kFrames}},
       {x}},
      {"Speex is not carried",
       Bytes{0xb2} + x,
       {{.legacy_codec = 11, .type = PacketType::kFrames}},
       {x}},
      {"empty body", {}, {}, {}},
      {"Opus SequenceStart",
       Bytes{0x90} + cc("Opus") + x,
       {{.codec = opus, .type = PacketType::kSequenceHeader}},
       {x}},
      {"Opus CodedFrames",
       Bytes{0x91} + cc("Opus") + x,
       {{.codec = opus, .type = PacketType::kFrames}},
       {x}},
      {"MultichannelConfig",
       Bytes{0x94} + cc("Opus") + x,
       {{.codec = opus, .type = PacketType::kOther}},
       {x}},
      {"OneTrack",
       Bytes{0x95, 0x01} + cc("mp4a") + Bytes{3} + x,
       {{.codec = aac, .type = PacketType::kFrames, .track = 3}},
       {x}},
      {"ManyTracksManyCodecs",
       Bytes{0x95, 0x21} + cc("mp4a") + Bytes{0, 0, 0, 1} + x + cc("ac-3") + Bytes{1, 0, 0, 1} + y,
       {{.codec = aac, .type = PacketType::kFrames},
        {.codec = ac3, .type = PacketType::kFrames, .track = 1}},
       {x, y}},
      {"ModEx",
       Bytes{0x97, 0, 1, 0x01} + cc("mp4a") + x,
       {{.codec = aac, .type = PacketType::kFrames}},
       {x}},
  };
  for (const ExpectedAudio &expected : situations) {
    auto packets = parse_audio(expected.body);
    ASSERT_TRUE(packets) << expected.situation << ": " << packets.error().message;
    ASSERT_EQ(packets->size(), expected.packets.size()) << expected.situation;
    for (size_t i = 0; i < packets->size(); ++i) {
      const AudioPacket &got = packets->at(i), &want = expected.packets[i];
      EXPECT_EQ(got.codec, want.codec) << expected.situation;
      EXPECT_EQ(got.legacy_codec, want.legacy_codec) << expected.situation;
      EXPECT_EQ(got.type, want.type) << expected.situation;
      EXPECT_EQ(got.track, want.track) << expected.situation;
      EXPECT_EQ(copy(got.data), expected.data[i]) << expected.situation;
    }
  }
}

TEST(ParseTags, HeadersCutShortOrImpossible_AreErrors) {
  const std::vector<Bytes> videos{{0x17},
                                  {0x17, 1, 0, 0},
                                  {0x90, 'h', 'v', 'c'},
                                  Bytes{0xa1} + cc("hvc1") + Bytes{0, 0},
                                  {0xa7, 200, 1},
                                  {0xa6},
                                  Bytes{0xa6, 0x16} + cc("hvc1") + Bytes{0},
                                  Bytes{0xa6, 0x31} + cc("hvc1") + Bytes{0},
                                  Bytes{0xa6, 0x13} + cc("avc1") + Bytes{0, 0, 0, 9, 1},
                                  Bytes{0xa6, 0x13} + cc("avc1"),
                                  Bytes{0xa6, 0x13} + cc("avc1") + Bytes(4 * 300, 0)};
  for (size_t i = 0; i < videos.size(); ++i) EXPECT_FALSE(parse_video(videos[i])) << i;
  const std::vector<Bytes> audios{{0xaf}, {0x90, 'O'}, {0x95, 0x01}, {0x97, 0xff, 0xff, 0xff}};
  for (size_t i = 0; i < audios.size(); ++i) EXPECT_FALSE(parse_audio(audios[i])) << i;
}

}  // namespace
}  // namespace klive::rtmp
