// SPDX-License-Identifier: LGPL-2.1-or-later
// The server session: commands, decisions and what the encoder reads.
#include "rtmp/server_session.h"

#include <gtest/gtest.h>

#include "rtmp/client_session.h"
#include "support.h"

namespace klive::rtmp {
namespace {

using base::Bytes;
using base::ByteView;
using testing::Encoder;
using testing::Owner;
using testing::repeated;

/// Moves bytes both ways until both sides are quiet. `decide` handles the server's events.
template <typename Decide>
void converse(ClientSession &client, ServerSession &server, Decide decide) {
  for (;;) {
    const Bytes up = client.take_output();
    EXPECT_TRUE(server.feed(up));
    while (auto event = server.next_event()) decide(*event);
    const Bytes down = server.take_output();
    EXPECT_TRUE(client.feed(down));
    if (up.empty() && down.empty()) return;
  }
}

void accept(ServerSession &server, const Event &event) {
  if (std::holds_alternative<ConnectRequested>(event)) server.accept_connect();
  if (auto *publish = std::get_if<PublishRequested>(&event)) server.accept_publish(publish->stream);
}

const ClientSession::Settings kSettings{
    .app = "kLive?t=sesame", .tc_url = "rtmp://h/kLive?t=sesame", .stream_name = "1?x=y"};

TEST(ServerSession, PlainAndDigestClients_Publish) {
  for (const bool digest : {false, true}) {
    ClientSession::Settings settings = kSettings;
    settings.digest_handshake = digest;
    ClientSession client(settings);
    ServerSession server;
    std::vector<Event> events;
    converse(client, server, [&](const Event &event) {
      events.push_back(event);
      accept(server, event);
    });
    EXPECT_EQ(client.phase(), ClientSession::Phase::kPublished);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(std::get<ConnectRequested>(events[0]).app, "kLive?t=sesame");
    EXPECT_EQ(std::get<ConnectRequested>(events[0]).tc_url, "rtmp://h/kLive?t=sesame");
    EXPECT_EQ(std::get<PublishRequested>(events[1]).name, "1?x=y");

    client.send_tag(TagType::kVideo, 40, repeated(7, 10000));
    client.unpublish();
    events.clear();
    converse(client, server, [&](const Event &event) { events.push_back(event); });
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(std::get<Unpublished>(events[0]).stream, 1u);
    EXPECT_EQ(server.take_media(1),
              testing::Tags().add(TagType::kVideo, 40, repeated(7, 10000)).bytes());
    EXPECT_TRUE(server.take_media(1).empty());
  }
}

TEST(ServerSession, BeforeADecision_NothingIsAnsweredAndNothingIsRead) {
  ServerSession server;
  Encoder encoder;
  ASSERT_TRUE(server.feed(encoder.connect().create_stream().publish(1, "1").take()));
  EXPECT_TRUE(server.handshake_done());
  EXPECT_EQ(server.take_output().size(), 1 + 2 * kHandshakeSize);
  ASSERT_TRUE(std::holds_alternative<ConnectRequested>(*server.next_event()));
  EXPECT_FALSE(server.next_event());
  server.accept_connect();
  EXPECT_NE(base::as_text(server.take_output()).find("NetConnection.Connect.Success"),
            std::string_view::npos);
  ASSERT_TRUE(std::holds_alternative<PublishRequested>(*server.next_event()));
  ASSERT_TRUE(server.feed(encoder.video(0, repeated(1, 100)).take()));
  EXPECT_TRUE(server.take_output().empty());
  EXPECT_EQ(server.buffered_media(1), 0u);
  server.accept_publish(1);
  EXPECT_EQ(server.buffered_media(1), 100 + 15u);
}

TEST(ServerSession, AcceptedConnectAndPublish_AnswersAreThoseOfTheMediaFramework) {
  Owner owner;
  Encoder encoder;
  encoder.connect();
  encoder.command("releaseStream", 2, {amf::Value::null(), amf::Value::of("1")});
  encoder.command("FCPublish", 3, {amf::Value::null(), amf::Value::of("1")});
  encoder.create_stream().publish(1, "1");
  ASSERT_TRUE(owner.feed(encoder)) << owner.error.message;
  for (const char *text : {"FMS/3,0,1,123", "NetConnection.Connect.Success",
                           "Connection succeeded.", "onFCPublish", "NetStream.Publish.Start"}) {
    EXPECT_TRUE(owner.sent(text)) << text;
  }
  EXPECT_EQ(owner.count("_result"), 4u);
  EXPECT_FALSE(owner.sent("fourCcList"));
  ASSERT_TRUE(
      owner.feed(encoder.command("deleteStream", 6, {amf::Value::null(), amf::Value::of(1)})));
  EXPECT_TRUE(owner.sent("NetStream.Unpublish.Success"));
  EXPECT_TRUE(owner.sent("Stop publishing"));
  EXPECT_EQ(owner.unpublished, std::vector<uint32_t>{1});
}

TEST(ServerSession, RefusedConnect_SaysWhyTwiceAndStopsReading) {
  ClientSession client(kSettings);
  ServerSession server;
  Bytes answer;
  converse(client, server, [&](const Event &event) {
    ASSERT_TRUE(std::holds_alternative<ConnectRequested>(event));
    server.reject_connect({"NetConnection.Connect.Rejected", "The token of 1_abcd1234 is wrong."});
    answer = server.take_output();
    EXPECT_TRUE(client.feed(answer));
  });
  EXPECT_EQ(client.phase(), ClientSession::Phase::kRefused);
  EXPECT_EQ(client.refusal().code, "NetStream.Play.Failed");
  EXPECT_EQ(client.refusal().description, "The token of 1_abcd1234 is wrong.");
  const std::string_view text = base::as_text(answer);
  const size_t status = text.find("onStatus"), error = text.find("_error");
  ASSERT_NE(error, std::string_view::npos);
  EXPECT_LT(status, error);
  EXPECT_NE(text.find("NetConnection.Connect.Rejected"), std::string_view::npos);
  EXPECT_NE(text.find("The token of 1_abcd1234 is wrong.", error), std::string_view::npos);
  EXPECT_TRUE(server.feed(repeated(0xff, 1000)));
  EXPECT_TRUE(server.take_output().empty());
}

TEST(ServerSession, RefusedPublish_SaysWhy) {
  ClientSession client(kSettings);
  ServerSession server;
  converse(client, server, [&](const Event &event) {
    if (std::holds_alternative<ConnectRequested>(event)) return server.accept_connect();
    server.reject_publish(1, {"NetStream.Publish.BadName", "Stream name is already in use: 1"});
  });
  EXPECT_EQ(client.phase(), ClientSession::Phase::kRefused);
  EXPECT_EQ(client.refusal().code, "NetStream.Publish.BadName");
  EXPECT_EQ(client.refusal().description, "Stream name is already in use: 1");
}

TEST(ServerSession, PublicationEndedByUs_SaysWhyAndKeepsWhatCame) {
  ClientSession client(kSettings);
  ServerSession server;
  converse(client, server, [&](const Event &event) { accept(server, event); });
  client.send_tag(TagType::kAudio, 1, repeated(1, 10));
  converse(client, server, [](const Event &) {});
  server.end_publish(1, {"NetStream.Unpublish.Forced", "The token was replaced."});
  converse(client, server, [](const Event &) {});
  EXPECT_EQ(client.refusal().description, "The token was replaced.");
  EXPECT_EQ(server.take_media(1).size(), 25u);
}

TEST(ServerSession, EncoderWithEnhancedRtmp_IsAnsweredInKind) {
  amf::Value codecs = amf::Value::array();
  codecs.items = {amf::Value::of("hvc1"), amf::Value::of("av01")};
  amf::Value map = amf::Value::object();
  map.set("hvc1", 2);
  amf::Value object = amf::Value::object();
  object.set("fourCcList", codecs).set("videoFourCcInfoMap", map).set("capsEx", 3);
  Owner owner;
  ASSERT_TRUE(owner.feed(Encoder().connect(object)));
  EXPECT_EQ(owner.connects.at(0).four_cc_list, (std::vector<std::string>{"hvc1", "av01"}));
  for (const char *text : {"fourCcList", "videoFourCcInfoMap", "capsEx", "hvc1", "av01", "Opus"}) {
    EXPECT_TRUE(owner.sent(text)) << text;
  }
  EXPECT_FALSE(owner.sent("audioFourCcInfoMap"));
}

TEST(ServerSession, Amf3Connect_IsUnderstood) {
  // 0 | AMF0 "connect", 1 | AMF0 switches to AMF3: dynamic object {app, objectEncoding}
  Bytes payload{0};
  base::append(payload, testing::amf_bytes({amf::Value::of("connect"), amf::Value::of(1)}));
  base::append(payload, Bytes{17, 10, 0x0b, 1, 7, 'a', 'p', 'p', 6, 11, 'k', 'L', 'i', 'v', 'e'});
  base::append(payload, Bytes{29, 'o', 'b', 'j', 'e', 'c', 't', 'E', 'n', 'c', 'o', 'd', 'i', 'n',
                              'g', 4, 3, 1});
  Owner owner;
  Encoder encoder;
  ASSERT_TRUE(owner.feed(encoder.message(3, {.type = kCommandAmf3}, payload)))
      << owner.error.message;
  ASSERT_EQ(owner.connects.size(), 1u);
  EXPECT_EQ(owner.connects[0].app, "kLive");
  EXPECT_EQ(owner.connects[0].object_encoding, 3);
  EXPECT_TRUE(owner.sent("NetConnection.Connect.Success"));
}

TEST(ServerSession, QuestionsOfOlderEncoders_AreAnswered) {
  Owner owner;
  Encoder encoder;
  encoder.connect();
  encoder.command("_checkbw", 2, {amf::Value::null()});
  encoder.command("getStreamLength", 3, {amf::Value::null(), amf::Value::of("1")});
  ASSERT_TRUE(owner.feed(encoder));
  EXPECT_EQ(owner.count("_result"), 3u);
  ASSERT_TRUE(owner.feed(encoder.command("makeCoffee", 4, {amf::Value::null()})));
  EXPECT_TRUE(owner.sent("NetConnection.Call.Failed"));
  EXPECT_TRUE(owner.sent("makeCoffee"));
  const size_t before = owner.output.size();
  ASSERT_TRUE(owner.feed(encoder.command("makeCoffee", 0, {}).command("_result", 9, {})));
  EXPECT_EQ(owner.output.size(), before);
  ASSERT_TRUE(owner.feed(encoder.create_stream().command("play", 0, {}, 1)));
  EXPECT_TRUE(owner.sent("NetStream.Play.StreamNotFound"));
}

TEST(ServerSession, Ping_IsAnswered) {
  Owner owner;
  Encoder encoder;
  ASSERT_TRUE(owner.feed(encoder.connect()));
  owner.output.clear();
  ASSERT_TRUE(owner.feed(encoder.message(2, {.type = kUserControl}, Bytes{0, 6, 1, 2, 3, 4})));
  EXPECT_EQ(owner.output, (Bytes{2, 0, 0, 0, 0, 0, 6, 4, 0, 0, 0, 0, 0, 7, 1, 2, 3, 4}));
}

TEST(ServerSession, PeersWindowPassed_IsAcknowledged) {
  Owner owner;
  Encoder encoder;
  ASSERT_TRUE(owner.feed(encoder.start().control(kWindowAckSize, 10000)));
  owner.output.clear();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(owner.feed(encoder.video(0, repeated(1, 3000))));
  const size_t acknowledgement = 12 + 4;
  ASSERT_EQ(owner.output.size() % acknowledgement, 0u);
  EXPECT_GE(owner.output.size() / acknowledgement, 2u);
  EXPECT_LE(owner.output.size() / acknowledgement, 4u);
  EXPECT_EQ(owner.output[7], kAcknowledgement);
}

TEST(ServerSession, PeerBandwidth_IsAnsweredWithOurWindow) {
  Owner owner;
  Encoder encoder;
  ASSERT_TRUE(owner.feed(encoder.connect()));
  owner.output.clear();
  const Bytes bandwidth{0, 1, 0, 0, 2};
  ASSERT_TRUE(owner.feed(encoder.message(2, {.type = kSetPeerBandwidth}, bandwidth)));
  EXPECT_EQ(owner.output, (Bytes{2, 0, 0, 0, 0, 0, 4, 5, 0, 0, 0, 0, 0, 1, 0, 0}));
}

TEST(ServerSession, TwoStreamsOnOneConnection_KeepTheirMediaApart) {
  Owner owner;
  Encoder encoder;
  ASSERT_TRUE(owner.feed(encoder.connect().create_stream(2).create_stream(3)));
  ASSERT_TRUE(owner.feed(encoder.publish(1, "1").publish(2, "2")));
  ASSERT_EQ(owner.publishes.size(), 2u);
  EXPECT_EQ(owner.publishes[1].name, "2");
  ASSERT_TRUE(owner.feed(encoder.video(1, repeated(1, 50), 1).video(2, repeated(2, 60), 2)));
  encoder.command("FCUnpublish", 7, {amf::Value::null(), amf::Value::of("2")});
  ASSERT_TRUE(owner.feed(encoder.video(3, repeated(3, 70), 2).video(4, repeated(4, 80), 1)));
  EXPECT_EQ(owner.unpublished, std::vector<uint32_t>{2});
  testing::Tags first, second;
  first.add(TagType::kVideo, 1, repeated(1, 50)).add(TagType::kVideo, 4, repeated(4, 80));
  second.add(TagType::kVideo, 2, repeated(2, 60));
  EXPECT_EQ(owner.media[1], first.bytes());
  EXPECT_EQ(owner.media[2], second.bytes());
}

TEST(ServerSession, StreamPublishedAgainAfterCloseStream_IsAskedAgain) {
  Owner owner;
  Encoder encoder;
  ASSERT_TRUE(owner.feed(encoder.start().command("closeStream", 0, {amf::Value::null()}, 1)));
  EXPECT_EQ(owner.unpublished, std::vector<uint32_t>{1});
  ASSERT_TRUE(owner.feed(encoder.publish(1, "1").video(5, repeated(1, 5))));
  EXPECT_EQ(owner.publishes.size(), 2u);
  EXPECT_EQ(owner.media[1].size(), 20u);
}

TEST(ServerSession, PublishTwiceOnOneStream_IsBadNameAndTheFirstGoesOn) {
  Owner owner;
  Encoder encoder;
  ASSERT_TRUE(owner.feed(encoder.start().publish(1, "other").video(5, repeated(1, 5))));
  EXPECT_TRUE(owner.sent("NetStream.Publish.BadName"));
  EXPECT_EQ(owner.publishes.size(), 1u);
  EXPECT_EQ(owner.media[1].size(), 20u);
}

TEST(ServerSession, MoreStreamsThanAllowed_AreRefused) {
  Owner owner;
  Encoder encoder;
  encoder.connect();
  for (int i = 0; i < 9; ++i) encoder.create_stream(i + 2);
  ASSERT_TRUE(owner.feed(encoder));
  EXPECT_EQ(owner.count("_result"), 9u);
  EXPECT_EQ(owner.count("_error"), 1u);
}

TEST(ServerSession, BytesReceived_CountsEverything) {
  ServerSession server;
  const Bytes bytes = Encoder().connect().create_stream().take();
  ASSERT_TRUE(server.feed(bytes));
  EXPECT_EQ(server.bytes_received(), bytes.size());
}

}  // namespace
}  // namespace klive::rtmp
