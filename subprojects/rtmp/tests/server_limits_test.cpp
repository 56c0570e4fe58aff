// SPDX-License-Identifier: LGPL-2.1-or-later
// Bad and hostile input: each is an error, none takes more memory than allowed.
#include <gtest/gtest.h>

#include "rtmp/server_session.h"
#include "support.h"

namespace klive::rtmp {
namespace {

using base::Bytes;
using base::ErrorCode;
using testing::amf_bytes;
using testing::Encoder;
using testing::Owner;
using testing::repeated;

/// The header alone of a message of `length` bytes.
Bytes declared(uint8_t type, uint32_t length, uint8_t chunk_stream = 3) {
  Bytes bytes;
  base::ByteWriter writer(bytes);
  writer.u8(chunk_stream);
  writer.u24(0);
  writer.u24(length);
  writer.u8(type);
  writer.u32le(1);
  return bytes;
}

Bytes deep(size_t depth) {
  Bytes bytes = amf_bytes({amf::Value::of("connect"), amf::Value::of(1)});
  for (size_t i = 0; i < depth; ++i) base::append(bytes, Bytes{3, 0, 1, 'a'});
  return bytes;
}

Bytes long_string() {
  Bytes bytes = amf_bytes({amf::Value::of("connect"), amf::Value::of(1)});
  base::append(bytes, Bytes{12, 0xff, 0xff, 0xff, 0xff});
  return bytes;
}

struct Bad {
  const char *situation;
  Bytes bytes;
  ErrorCode code = ErrorCode::kInvalid;
};

const MessageHeader kCommand{.type = kCommandAmf0};

std::vector<Bad> situations() {
  return {
      {"HTTP", Bytes{'G', 'E', 'T'}},
      {"TLS", Bytes{0x16, 3, 1}},
      {"type 3 without basis", Encoder().raw(Bytes{0xc4, 1}).take()},
      {"chunk size 0", Encoder().control(kSetChunkSize, 0).take()},
      {"chunk size 2^31", Encoder().control(kSetChunkSize, 0x80000000).take()},
      {"control message too short", Encoder().message(2, {.type = kSetChunkSize}, Bytes{1}).take()},
      {"createStream before connect", Encoder().create_stream().take()},
      {"publish before connect", Encoder().publish(1, "1").take()},
      {"publish before createStream", Encoder().connect().publish(1, "1").take()},
      {"publish on stream 0", Encoder().connect().create_stream().publish(0, "1").take()},
      {"connect twice", Encoder().connect().connect().take()},
      {"connect without its object", Encoder().command("connect", 1, {}).take()},
      {"command without name",
       Encoder().message(3, kCommand, amf_bytes({amf::Value::of(1)})).take()},
      {"empty command", Encoder().message(3, kCommand, {}).take()},
      {"AMF nested 10000 deep", Encoder().message(3, kCommand, deep(10000)).take(),
       ErrorCode::kTooLarge},
      {"4 GB string declared", Encoder().message(3, kCommand, long_string()).take(),
       ErrorCode::kTooLarge},
      {"16 MiB command declared", Encoder().raw(declared(kCommandAmf0, 0xffffff)).take(),
       ErrorCode::kTooLarge},
      {"16 MiB video declared before publishing", Encoder().raw(declared(kVideo, 0xffffff)).take(),
       ErrorCode::kTooLarge},
      {"16 MiB command after publishing",
       Encoder().start().raw(declared(kCommandAmf0, 0xffffff)).take(), ErrorCode::kTooLarge},
  };
}

TEST(ServerLimits, EverySituation_IsAFinalErrorWithASentence) {
  for (const Bad &bad : situations()) {
    Owner owner;
    EXPECT_FALSE(owner.feed(bad.bytes)) << bad.situation;
    EXPECT_EQ(owner.error.code, bad.code) << bad.situation << ": " << owner.error.message;
    EXPECT_GT(owner.error.message.size(), 10u) << bad.situation;
    EXPECT_EQ(owner.error.message.find("sesame"), std::string::npos) << bad.situation;
    EXPECT_FALSE(owner.session.feed(Encoder().take())) << bad.situation;
  }
}

TEST(ServerLimits, PublishBeforeCreateStream_IsToldToTheEncoder) {
  Owner owner;
  EXPECT_FALSE(owner.feed(Encoder().connect().publish(1, "1")));
  EXPECT_TRUE(owner.sent("publish came before createStream."));
}

TEST(ServerLimits, EncoderNamesItselfWithControlCharacters_TheyAreGone) {
  ServerSession session;
  auto object = amf::Value::object();
  object.set("flashVer", "OBS\r\n\x1b[1m\x7f\xff" + std::string(4000, 'x'));
  ASSERT_TRUE(session.feed(Encoder().connect(object).take()));
  const auto event = session.next_event();
  ASSERT_TRUE(event && std::holds_alternative<ConnectRequested>(*event));
  const std::string &name = std::get<ConnectRequested>(*event).flash_version;
  EXPECT_EQ(name.substr(0, 12), "OBS???[1m??x");
  EXPECT_EQ(name.size(), 64u);
}

TEST(ServerLimits, LargestChunkSizeAnyoneSends_IsAccepted) {
  Owner owner;
  Encoder encoder;
  ASSERT_TRUE(owner.feed(encoder.start().control(kSetChunkSize, 0x7fffffff)));
  encoder.raw(declared(kVideo, 1000, 6)).raw(repeated(1, 1000));
  ASSERT_TRUE(owner.feed(encoder));
  EXPECT_EQ(owner.media[1].size(), 1015u);
}

TEST(ServerLimits, MessageLargerThanAllowed_IsAnErrorBeforeItsBytesCome) {
  Owner owner({.message_size = 1000});
  Encoder encoder;
  ASSERT_TRUE(owner.feed(encoder.start().video(0, repeated(1, 1000))));
  EXPECT_EQ(owner.media[1].size(), 1015u);
  EXPECT_FALSE(owner.feed(encoder.raw(declared(kVideo, 1001, 6))));
  EXPECT_EQ(owner.error.code, ErrorCode::kTooLarge);
}

TEST(ServerLimits, UnfinishedMessagesOnManyChunkStreams_AreBounded) {
  Owner owner;
  Encoder encoder;
  encoder.connect().chunk_size(100'000);
  ASSERT_TRUE(owner.feed(encoder));
  bool ok = true;
  size_t fed = 0;
  for (uint8_t id = 10; ok && id < 60; ++id) {
    encoder.raw(declared(kCommandAmf0, 100'000, id)).raw(repeated(5, 50'000));
    ok = owner.feed(encoder);
    fed += 50'000;
  }
  EXPECT_FALSE(ok);
  EXPECT_EQ(owner.error.code, ErrorCode::kTooLarge);
  EXPECT_LE(fed, 150'000u);
}

TEST(ServerLimits, InputWhileADecisionIsDue_IsBounded) {
  ServerSession session;
  ASSERT_TRUE(session.feed(Encoder().connect().take()));
  (void)session.take_output();
  size_t fed = 0;
  while (session.feed(repeated(0, 1000)) && fed < 1'000'000) fed += 1000;
  EXPECT_GT(fed, 125'000u);
  EXPECT_LE(fed, 128 * 1024u);
}

TEST(ServerLimits, AnswersThatNobodyReads_AreBounded) {
  ServerSession session;
  Encoder encoder;
  ASSERT_TRUE(session.feed(encoder.connect().take()));
  session.accept_connect();
  bool ok = true;
  int rounds = 0;
  for (; ok && rounds < 100'000; ++rounds) {
    ok = session.feed(encoder.command("x", 2, {amf::Value::null()}).take()).has_value();
  }
  EXPECT_FALSE(ok);
  EXPECT_LE(session.take_output().size(), 129 * 1024u);
}

TEST(ServerLimits, VideoNeverFinishedWhileAudioPilesUp_IsAnError) {
  Owner owner({.message_size = 10'000});
  Encoder encoder;
  ASSERT_TRUE(owner.feed(encoder.start().raw(declared(kVideo, 9000, 6)).raw(repeated(1, 128))));
  bool ok = true;
  for (int i = 0; ok && i < 100; ++i) ok = owner.feed(encoder.audio(0, repeated(2, 1000)));
  EXPECT_FALSE(ok);
  EXPECT_EQ(owner.error.code, ErrorCode::kTooLarge);
}

TEST(ServerLimits, ErrorInInputThatWaited_IsToldByTheNextFeed) {
  ServerSession session;
  ASSERT_TRUE(session.feed(Encoder().connect().control(kSetChunkSize, 0).take()));
  session.accept_connect();
  auto result = session.feed({});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("chunk size 0"), std::string::npos);
}

TEST(ServerLimits, DecisionsNobodyAskedFor_ChangeNothing) {
  ServerSession session;
  session.accept_connect();
  session.accept_publish(1);
  session.reject_connect({"a", "b"});
  session.reject_publish(1, {"a", "b"});
  session.end_publish(1, {"a", "b"});
  EXPECT_TRUE(session.take_output().empty());
  EXPECT_TRUE(session.take_media(1).empty());
  EXPECT_TRUE(session.feed(Encoder().connect().take()));
  EXPECT_TRUE(session.next_event());
}

}  // namespace
}  // namespace klive::rtmp
