// SPDX-License-Identifier: LGPL-2.1-or-later
// From messages to FLV tags.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "rtmp/server_session.h"
#include "support.h"

namespace klive::rtmp {
namespace {

using base::Bytes;
using base::ByteView;
using testing::Encoder;
using testing::Owner;
using testing::repeated;
using testing::Tags;

class Media : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(owner.feed(encoder.start())) << owner.error.message; }

  Owner owner;
  Encoder encoder;
};

/// The first chunk of a video message of `size` bytes at `timestamp`, chunk size 128.
Bytes video_begins(uint32_t timestamp, size_t size) {
  Bytes bytes;
  base::ByteWriter writer(bytes);
  writer.u8(6);
  writer.u24(timestamp);
  writer.u24(static_cast<uint32_t>(size));
  writer.u8(kVideo);
  writer.u32le(1);
  writer.bytes(repeated(7, std::min<size_t>(size, 128)));
  return bytes;
}
Bytes video_goes_on(size_t size) {
  Bytes bytes{0xc6};
  base::append(bytes, repeated(7, size));
  return bytes;
}

TEST_F(Media, AudioAndVideo_BecomeTagsInOrder) {
  encoder.audio(0, repeated(1, 10)).video(0x12345678, repeated(2, 20000)).audio(23, repeated(3, 1));
  ASSERT_TRUE(owner.feed(encoder));
  Tags tags;
  tags.add(TagType::kAudio, 0, repeated(1, 10));
  tags.add(TagType::kVideo, 0x12345678, repeated(2, 20000));
  tags.add(TagType::kAudio, 23, repeated(3, 1));
  EXPECT_EQ(owner.media[1], tags.bytes());
}

TEST_F(Media, AudioBetweenChunksOfVideo_ComesAfterIt) {
  encoder.raw(video_begins(40, 300)).audio(41, repeated(1, 10)).raw(video_goes_on(128));
  encoder.audio(42, repeated(2, 200)).raw(video_goes_on(44)).audio(43, repeated(3, 10));
  ASSERT_TRUE(owner.feed(encoder));
  Tags tags;
  tags.add(TagType::kVideo, 40, repeated(7, 300));
  tags.add(TagType::kAudio, 41, repeated(1, 10));
  tags.add(TagType::kAudio, 42, repeated(2, 200));
  tags.add(TagType::kAudio, 43, repeated(3, 10));
  EXPECT_EQ(owner.media[1], tags.bytes());
}

TEST_F(Media, UnfinishedMessage_IsNotHandedOut) {
  encoder.audio(1, repeated(1, 10)).raw(video_begins(40, 200));
  ASSERT_TRUE(owner.session.feed(encoder.take()));
  EXPECT_EQ(owner.session.buffered_media(1), 25u);
  EXPECT_EQ(owner.session.take_media(1).size(), 25u);
  EXPECT_TRUE(owner.session.take_media(1).empty());
  ASSERT_TRUE(owner.session.feed(encoder.raw(video_goes_on(72)).take()));
  EXPECT_EQ(owner.session.take_media(1), Tags().add(TagType::kVideo, 40, repeated(7, 200)).bytes());
}

TEST_F(Media, AbortedMessage_LeavesNoTrace) {
  encoder.raw(video_begins(40, 300)).audio(41, repeated(1, 10)).control(kAbort, 6);
  encoder.audio(42, repeated(2, 10));
  ASSERT_TRUE(owner.feed(encoder));
  Tags tags;
  tags.add(TagType::kAudio, 41, repeated(1, 10)).add(TagType::kAudio, 42, repeated(2, 10));
  EXPECT_EQ(owner.media[1], tags.bytes());
}

TEST_F(Media, StreamDeletedInsideAMessage_KeepsTheWholeTags) {
  encoder.audio(1, repeated(1, 10)).raw(video_begins(40, 300));
  encoder.command("deleteStream", 6, {amf::Value::null(), amf::Value::of(1)});
  encoder.raw(video_goes_on(128)).raw(video_goes_on(44)).audio(2, repeated(2, 10));
  ASSERT_TRUE(owner.feed(encoder)) << owner.error.message;
  EXPECT_EQ(owner.media[1], Tags().add(TagType::kAudio, 1, repeated(1, 10)).bytes());
}

TEST_F(Media, EmptyMessages_MakeNoTags) {
  ASSERT_TRUE(owner.feed(encoder.audio(1, {}).video(2, {})));
  EXPECT_TRUE(owner.media[1].empty());
}

TEST_F(Media, MediaOnAnotherMessageStream_IsIgnored) {
  ASSERT_TRUE(owner.feed(encoder.audio(1, repeated(1, 10), 0).video(2, repeated(2, 10), 7)));
  EXPECT_TRUE(owner.media[1].empty());
}

TEST_F(Media, SetDataFrame_IsUnwrapped) {
  const Bytes script = testing::amf_bytes({amf::Value::of("onMetaData"), amf::Value::of(25)});
  Bytes wrapped = testing::amf_bytes({amf::Value::of("@setDataFrame")});
  base::append(wrapped, script);
  Bytes amf3{0};
  base::append(amf3, wrapped);
  const MessageHeader data{.type = kDataAmf0, .timestamp = 5, .message_stream = 1};
  encoder.message(4, data, wrapped).message(4, data, script);
  encoder.message(4, {.type = kDataAmf3, .timestamp = 6, .message_stream = 1}, amf3);
  encoder.message(4, data, testing::amf_bytes({amf::Value::of("@clearDataFrame")}));
  encoder.message(4, data, testing::amf_bytes({amf::Value::of(3)}));
  ASSERT_TRUE(owner.feed(encoder));
  Tags tags;
  tags.add(TagType::kScript, 5, script).add(TagType::kScript, 5, script);
  tags.add(TagType::kScript, 6, script);
  EXPECT_EQ(owner.media[1], tags.bytes());
}

TEST_F(Media, AggregateMessage_IsSplitAndShifted) {
  Tags inside;
  inside.add(TagType::kAudio, 100, repeated(1, 10)).add(TagType::kVideo, 140, repeated(2, 20));
  encoder.message(4, {.type = kAggregate, .timestamp = 1000, .message_stream = 1}, inside.bytes());
  ASSERT_TRUE(owner.feed(encoder));
  Tags tags;
  tags.add(TagType::kAudio, 1000, repeated(1, 10)).add(TagType::kVideo, 1040, repeated(2, 20));
  EXPECT_EQ(owner.media[1], tags.bytes());
}

TEST_F(Media, AggregateCutShort_IsAnError) {
  const Bytes inside{8, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1};
  EXPECT_FALSE(owner.feed(encoder.message(4, {.type = kAggregate, .message_stream = 1}, inside)));
}

TEST(MediaCuts, AnyCutOfTheInput_GivesTheSameBytes) {
  Encoder encoder;
  encoder.start().chunk_size(1000);
  for (uint32_t i = 0; i < 42; ++i) {
    encoder.video(i * 40, repeated(static_cast<uint8_t>(i), 300 + i * 97));
    encoder.audio(i * 40 + 3, repeated(static_cast<uint8_t>(i), 150));
  }
  const Bytes input = encoder.take();
  Owner whole;
  ASSERT_TRUE(whole.feed(input));
  ASSERT_GT(whole.media[1].size(), 100000u);
  Owner byte_by_byte;
  for (const uint8_t byte : input) ASSERT_TRUE(byte_by_byte.feed(Bytes{byte}));
  EXPECT_EQ(byte_by_byte.media[1], whole.media[1]);
  EXPECT_EQ(byte_by_byte.output, whole.output);
  std::mt19937 random(1);  // fixed: the same cuts on every machine
  for (int run = 0; run < 20; ++run) {
    Owner owner;
    for (size_t at = 0; at < input.size();) {
      const size_t count = std::min<size_t>(1 + random() % 3000, input.size() - at);
      ASSERT_TRUE(owner.feed(ByteView(input).subspan(at, count)));
      at += count;
    }
    EXPECT_EQ(owner.media[1], whole.media[1]);
  }
}

}  // namespace
}  // namespace klive::rtmp
