// SPDX-License-Identifier: LGPL-2.1-or-later
// klivertmpsrc, with kliveauth and kliveflavormap behind it, as an encoder meets them.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <string>

#include "klive/authenticator.h"
#include "klive/publish_query.h"
#include "klive/rtmp_listener.h"
#include "rtmp_publisher.h"
#include "test_pipeline.h"

namespace klive {
namespace {

using test::RtmpPublisher;
using test::TempFile;
using test::TestPipeline;
using Phase = RtmpPublisher::Phase;

constexpr size_t kFlvHeader = 13;
constexpr size_t kTagFrame = 11 + 4;  // header and PreviousTagSize
constexpr char kApp[] = "kLive?p=101&e=1_abcd1234&i=0&t=8f3c";
constexpr char kSink[] = " ! fakesink name=out sync=false async=false";
const base::Bytes kFrame = {0x17, 1, 0, 0, 0, 0, 0, 0, 2, 9, 16};

class RtmpSrcTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }

  RtmpSrcTest()
      : entries_("entries.json",
                 R"({"entries":[{"id":"1_abcd1234","token":"8f3c"},
                     {"id":"1_efgh5678","token":"77aa","lowLatency":true}]})") {}

  // The whole front: source with these properties, gate, map.
  std::string front(const std::string &properties = "") const {
    return "klivertmpsrc name=src location=rtmp://127.0.0.1:0/kLive " + properties +
           " ! kliveauth name=auth entries=" + entries_.path() + " ! kliveflavormap name=map" +
           kSink;
  }
  static uint16_t port_of(TestPipeline &pipeline) {
    guint port = 0;
    g_object_get(pipeline.element("src").get(), "port", &port, nullptr);
    return static_cast<uint16_t>(port);
  }
  static std::string reason_of(const test::StructurePtr &ended) {
    const char *reason = ended ? gst_structure_get_string(ended.get(), "reason") : nullptr;
    return reason ? reason : "";
  }

  TempFile entries_;
};

TEST_F(RtmpSrcTest, RightToken_MediaComesOutAsFlv) {
  TestPipeline pipeline(front());
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), kApp, "1");
  ASSERT_EQ(publisher.publish(), Phase::kPublished) << publisher.refusal().description;
  ASSERT_TRUE(publisher.send_video(40, kFrame));
  ASSERT_TRUE(pipeline.wait_for_bytes(kFlvHeader + kTagFrame + kFrame.size()));
  const base::Bytes bytes = pipeline.bytes();
  EXPECT_EQ(base::as_text(base::ByteView(bytes).first(3)), "FLV");
  EXPECT_EQ(bytes[kFlvHeader], 9);
  EXPECT_EQ(bytes[kFlvHeader + 6], 40);
  EXPECT_EQ(pipeline.stream_ids().back(), "1_abcd1234/primary/32");
}

TEST_F(RtmpSrcTest, BackupSideAndSecondName_StreamIdSaysSo) {
  TestPipeline pipeline(front());
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), "kLive?p=101&e=1_abcd1234&i=1&t=8f3c", "1_abcd1234_2");
  ASSERT_EQ(publisher.publish(), Phase::kPublished) << publisher.refusal().description;
  ASSERT_TRUE(pipeline.wait_for_bytes(kFlvHeader));
  EXPECT_EQ(pipeline.stream_ids().back(), "1_abcd1234/backup/36");
}

TEST_F(RtmpSrcTest, WrongToken_RefusedAtConnectWithSentence) {
  TestPipeline pipeline(front());
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), "kLive?p=101&e=1_abcd1234&i=0&t=wrong", "1");
  EXPECT_EQ(publisher.publish(), Phase::kRefused);
  EXPECT_NE(publisher.refusal().description.find("Invalid token"), std::string::npos)
      << publisher.refusal().description;
  EXPECT_EQ(publisher.refusal().description.find("wrong"), std::string::npos);
  EXPECT_TRUE(publisher.is_closed_by_server());
  const auto ended = pipeline.wait_for_message("klive-publication-ended");
  EXPECT_NE(reason_of(ended).find("Invalid token"), std::string::npos);
  EXPECT_TRUE(pipeline.bytes().empty());
}

TEST_F(RtmpSrcTest, TokenInStreamName_CheckedAtPublish) {
  TestPipeline pipeline(front());
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher right(port_of(pipeline), "kLive", "1?e=1_abcd1234&t=8f3c");
  EXPECT_EQ(right.publish(), Phase::kPublished) << right.refusal().description;
  right.vanish();
  ASSERT_TRUE(pipeline.wait_for_message("klive-publication-ended"));
  RtmpPublisher wrong(port_of(pipeline), "kLive", "1?e=1_abcd1234&t=wrong");
  EXPECT_EQ(wrong.publish(), Phase::kRefused);
  EXPECT_NE(wrong.refusal().description.find("Invalid token"), std::string::npos);
}

TEST_F(RtmpSrcTest, UnknownEntry_RefusedWithSentence) {
  TestPipeline pipeline(front());
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), "kLive?e=1_zzzz0000&t=8f3c", "1");
  EXPECT_EQ(publisher.publish(), Phase::kRefused);
  EXPECT_NE(publisher.refusal().description.find("not found"), std::string::npos);
}

TEST_F(RtmpSrcTest, NameTheProfileLacks_RefusalListsThoseItHas) {
  TestPipeline pipeline(front());
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), kApp, "7");
  EXPECT_EQ(publisher.publish(), Phase::kRefused);
  EXPECT_EQ(publisher.refusal().code, "NetStream.Publish.BadName");
  EXPECT_NE(publisher.refusal().description.find("1, 2, 3"), std::string::npos)
      << publisher.refusal().description;
}

TEST_F(RtmpSrcTest, NobodyAuthenticates_RefusedUnlessAccepting) {
  {
    TestPipeline pipeline(std::string("klivertmpsrc name=src location=rtmp://127.0.0.1:0/x") +
                          kSink);
    ASSERT_TRUE(pipeline.play());
    RtmpPublisher publisher(port_of(pipeline), "x", "anything");
    EXPECT_EQ(publisher.publish(), Phase::kRefused);
    EXPECT_NE(publisher.refusal().description.find("authenticate"), std::string::npos);
  }
  TestPipeline pipeline(
      std::string("klivertmpsrc name=src unauthenticated=accept location=rtmp://127.0.0.1:0/x") +
      kSink);
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), "x", "anything");
  EXPECT_EQ(publisher.publish(), Phase::kPublished) << publisher.refusal().description;
}

TEST_F(RtmpSrcTest, MapWithoutAuthenticator_ItsOwnProfileCounts) {
  TestPipeline pipeline(
      std::string("klivertmpsrc name=src unauthenticated=accept location=rtmp://127.0.0.1:0/x "
                  "! kliveflavormap profile=5=99:eng") +
      kSink);
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher wrong(port_of(pipeline), "x", "1?secret=s");
  EXPECT_EQ(wrong.publish(), Phase::kRefused);
  EXPECT_NE(wrong.refusal().description.find("takes 5"), std::string::npos);
  EXPECT_EQ(wrong.refusal().description.find("secret"), std::string::npos);
  RtmpPublisher right(port_of(pipeline), "x", "5");
  ASSERT_EQ(right.publish(), Phase::kPublished) << right.refusal().description;
  ASSERT_TRUE(pipeline.wait_for_bytes(kFlvHeader));
  EXPECT_EQ(pipeline.stream_ids().back(), "unknown/primary/99");
}

TEST_F(RtmpSrcTest, AuthWithoutEntries_RefusesEverybody) {
  TestPipeline pipeline(
      std::string("klivertmpsrc name=src location=rtmp://127.0.0.1:0/kLive ! kliveauth") + kSink);
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), kApp, "1");
  EXPECT_EQ(publisher.publish(), Phase::kRefused);
  EXPECT_NE(publisher.refusal().description.find("no entries"), std::string::npos);
}

// Says yes to everything, and what the encoder's address was.
class Welcoming : public gst::Authenticator {
 public:
  base::Result<gst::Grant> authenticate(const kaltura::PublishAddress &address,
                                        const std::string &remote_address) override {
    asked.fetch_add(1);
    *remote.lock() = remote_address;
    return gst::Grant{
        .entry = address.entry,
        .token_id = "id",
        .low_latency = false,
        .flavors = {{.stream_name = "1", .id = 32, .audio_only = false, .language = "deu"}}};
  }
  std::atomic<int> asked = 0;
  base::Locked<std::string> remote;
};

TEST_F(RtmpSrcTest, AuthenticatorFromContext_AskedOncePerPublication) {
  TestPipeline pipeline(
      std::string("klivertmpsrc name=src location=rtmp://127.0.0.1:0/kLive ! kliveauth ! "
                  "kliveflavormap") +
      kSink);
  auto authenticator = std::make_shared<Welcoming>();
  const auto context = gst::new_authenticator_context(authenticator);
  gst_element_set_context(pipeline.get(), context.get());
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), kApp, "1");
  ASSERT_EQ(publisher.publish(), Phase::kPublished) << publisher.refusal().description;
  EXPECT_EQ(authenticator->asked.load(), 1);
  EXPECT_EQ(authenticator->remote.lock()->substr(0, 10), "127.0.0.1:");
}

struct Door {
  std::string refuse_with;
  base::Locked<gst::PublishAnswer> seen;
};

// What the owner of a pipeline does at its end: it has the last word.
void add_door(TestPipeline &pipeline, Door &door) {
  const auto out = pipeline.element("out");
  const auto pad = gst::Ptr<GstPad>::take(gst_element_get_static_pad(out.get(), "sink"));
  gst_pad_add_probe(
      pad.get(),
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_PUSH),
      [](GstPad *, GstPadProbeInfo *info, gpointer data) {
        GstQuery *query = GST_PAD_PROBE_INFO_QUERY(info);
        auto *self = static_cast<Door *>(data);
        if (!gst::is_publish_query(query)) return GST_PAD_PROBE_OK;
        if (gst::publish_request(query).stage == gst::PublishStage::kPublish) {
          *self->seen.lock() = gst::publish_answer(query);
          if (!self->refuse_with.empty())
            gst::refuse_publish(query, "NetStream.Publish.BadName", self->refuse_with);
        }
        return GST_PAD_PROBE_HANDLED;
      },
      &door, nullptr);
}

TEST_F(RtmpSrcTest, OwnerSeesEverythingKnown_AndMayStillRefuse) {
  TestPipeline pipeline(front());
  Door door{"Stream name is already in use.", {}};
  add_door(pipeline, door);
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), kApp, "1");
  EXPECT_EQ(publisher.publish(), Phase::kRefused);
  EXPECT_EQ(publisher.refusal().code, "NetStream.Publish.BadName");
  EXPECT_EQ(publisher.refusal().description, "Stream name is already in use.");
  EXPECT_TRUE(publisher.is_closed_by_server());
  const gst::PublishAnswer seen = *door.seen.lock();
  EXPECT_TRUE(seen.authorised);
  EXPECT_EQ(seen.entry, "1_abcd1234");
  EXPECT_EQ(seen.side, "primary");
  EXPECT_EQ(seen.flavor, 32U);
  EXPECT_EQ(seen.token_id.size(), 8U);
}

TEST_F(RtmpSrcTest, ConnectedAndNeverPublishes_ClosedWhenTimeIsUp) {
  TestPipeline pipeline(front("publish-timeout=100000000"));
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), kApp, "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kCreating)) << publisher.refusal().description;
  const auto ended = pipeline.wait_for_message("klive-publication-ended");
  EXPECT_NE(reason_of(ended).find("in time"), std::string::npos);
  EXPECT_TRUE(publisher.is_closed_by_server());
}

TEST_F(RtmpSrcTest, EncoderFallsSilent_EndedAndTold) {
  TestPipeline pipeline(front("timeout=100000000"));
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), kApp, "1");
  ASSERT_EQ(publisher.publish(), Phase::kPublished);
  const auto ended = pipeline.wait_for_message("klive-publication-ended");
  EXPECT_NE(reason_of(ended).find("sent nothing"), std::string::npos);
  EXPECT_TRUE(publisher.talk_until(Phase::kRefused));
  EXPECT_TRUE(publisher.is_closed_by_server());
}

TEST_F(RtmpSrcTest, Disconnect_EncoderIsToldAndNextOneIsServed) {
  TestPipeline pipeline(front());
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), kApp, "1");
  ASSERT_EQ(publisher.publish(), Phase::kPublished);
  g_signal_emit_by_name(pipeline.element("src").get(), "disconnect", "NetStream.Publish.Denied",
                        "The token was changed.");
  EXPECT_TRUE(publisher.talk_until(Phase::kRefused));
  EXPECT_EQ(publisher.refusal().description, "The token was changed.");
  EXPECT_TRUE(publisher.is_closed_by_server());
  const auto ended = pipeline.wait_for_message("klive-publication-ended");
  EXPECT_EQ(reason_of(ended), "The token was changed.");
  RtmpPublisher next(port_of(pipeline), kApp, "1");
  EXPECT_EQ(next.publish(), Phase::kPublished) << next.refusal().description;
}

TEST_F(RtmpSrcTest, SecondEncoderWhileOnAir_RefusedAndFirstGoesOn) {
  TestPipeline pipeline(front());
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher first(port_of(pipeline), kApp, "1");
  ASSERT_EQ(first.publish(), Phase::kPublished);
  RtmpPublisher second(port_of(pipeline), kApp, "1");
  EXPECT_EQ(second.publish(), Phase::kRefused);
  EXPECT_NE(second.refusal().description.find("publishing here"), std::string::npos);
  ASSERT_TRUE(first.send_video(0, kFrame));
  EXPECT_TRUE(pipeline.wait_for_bytes(kFlvHeader + kTagFrame + kFrame.size()));
}

TEST_F(RtmpSrcTest, EncoderStopsAndStartsAtOnce_AlwaysAccepted) {
  TestPipeline pipeline(front());
  ASSERT_TRUE(pipeline.play());
  for (int i = 0; i < 50; ++i) {
    RtmpPublisher publisher(port_of(pipeline), kApp, "1");
    ASSERT_EQ(publisher.publish(), Phase::kPublished) << i << publisher.refusal().description;
    ASSERT_TRUE(publisher.send_video(0, kFrame));
  }
}

TEST_F(RtmpSrcTest, OnAirButSilentForSeconds_AnotherEncoderTakesOver) {
  TestPipeline pipeline(front());
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher first(port_of(pipeline), kApp, "1");
  ASSERT_EQ(first.publish(), Phase::kPublished);
  const int64_t deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
  Phase phase = Phase::kRefused;
  while (phase != Phase::kPublished && g_get_monotonic_time() < deadline) {
    RtmpPublisher second(port_of(pipeline), kApp, "1");
    phase = second.publish();
    if (phase != Phase::kPublished)
      (void)pipeline.wait_for_message("klive-publication-ended", 200 * GST_MSECOND);
  }
  EXPECT_EQ(phase, Phase::kPublished);
  EXPECT_TRUE(first.talk_until(Phase::kRefused));
  EXPECT_NE(first.refusal().description.find("took over"), std::string::npos);
}

// chunk: fmt 0, id 8 | timestamp:24 size:24 type:8 (20 = AMF0 command) stream:32 little-endian |
// body
base::Bytes publish_command(uint8_t stream, std::string_view name) {
  base::Bytes body;
  base::ByteWriter writer(body);
  const auto text = [&](std::string_view value) {
    writer.u8(2);
    writer.u16(static_cast<uint16_t>(value.size()));
    writer.text(value);
  };
  text("publish");
  writer.u8(0);
  writer.f64(6);
  writer.u8(5);
  text(name);
  text("live");
  base::Bytes chunk;
  base::ByteWriter header(chunk);
  header.u8(8);
  header.u24(0);
  header.u24(static_cast<uint32_t>(body.size()));
  header.u8(20);
  header.u32le(stream);
  header.bytes(body);
  return chunk;
}

TEST_F(RtmpSrcTest, SecondPublishOnTheConnection_RefusedAndFirstGoesOn) {
  TestPipeline pipeline(front());
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), kApp, "1");
  ASSERT_EQ(publisher.publish(), Phase::kPublished);
  ASSERT_TRUE(publisher.send_raw(publish_command(1, "2")));
  EXPECT_TRUE(publisher.talk_until(Phase::kRefused));
  EXPECT_EQ(publisher.refusal().code, "NetStream.Publish.BadName");
}

TEST_F(RtmpSrcTest, EncoderUnpublishes_EverythingSentArrivesBeforeTheEnd) {
  TestPipeline pipeline(front());
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), kApp, "1");
  ASSERT_EQ(publisher.publish(), Phase::kPublished);
  for (uint32_t i = 0; i < 50; ++i) ASSERT_TRUE(publisher.send_video(i * 40, kFrame));
  publisher.unpublish();
  const auto ended = pipeline.wait_for_message("klive-publication-ended");
  EXPECT_EQ(reason_of(ended), "The encoder ended the publication.");
  EXPECT_EQ(pipeline.bytes().size(), kFlvHeader + 50 * (kTagFrame + kFrame.size()));
}

TEST_F(RtmpSrcTest, EncoderReturns_SecondPublicationStartsWithNewStreamAndHeader) {
  TestPipeline pipeline(front());
  ASSERT_TRUE(pipeline.play());
  for (int i = 0; i < 2; ++i) {
    RtmpPublisher publisher(port_of(pipeline), kApp, i == 0 ? "1" : "2");
    ASSERT_EQ(publisher.publish(), Phase::kPublished) << publisher.refusal().description;
    publisher.vanish();
    ASSERT_TRUE(pipeline.wait_for_message("klive-publication-ended"));
  }
  EXPECT_EQ(pipeline.bytes().size(), 2 * kFlvHeader);
  const auto ids = pipeline.stream_ids();
  ASSERT_GE(ids.size(), 2U);
  EXPECT_EQ(ids[ids.size() - 2], "1_abcd1234/primary/32");
  EXPECT_EQ(ids.back(), "1_abcd1234/primary/36");
}

TEST_F(RtmpSrcTest, EncoderReturns_FileBehindHoldsBothPublications) {
  const TempFile file("out.flv", "");
  TestPipeline pipeline(
      "klivertmpsrc name=src location=rtmp://127.0.0.1:0/kLive ! kliveauth entries=" +
      entries_.path() + " ! filesink name=out async=false location=" + file.path());
  ASSERT_TRUE(pipeline.play());
  for (int i = 0; i < 2; ++i) {
    RtmpPublisher publisher(port_of(pipeline), kApp, "1");
    ASSERT_EQ(publisher.publish(), Phase::kPublished) << publisher.refusal().description;
    ASSERT_TRUE(publisher.send_video(0, kFrame));
    publisher.unpublish();
    ASSERT_TRUE(pipeline.wait_for_message("klive-publication-ended"));
  }
  pipeline.stop();
  gsize size = 0;
  gchar *content = nullptr;
  g_file_get_contents(file.path().c_str(), &content, &size, nullptr);
  const gst::CharPtr owned(content);
  EXPECT_EQ(size, 2 * (kFlvHeader + kTagFrame + kFrame.size()));
}

TEST_F(RtmpSrcTest, TagsWithinOneBudget_ComeAsOneBuffer) {
  TestPipeline pipeline(front("read-budget=1000000000 early-read-budget=1000000000"));
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), kApp, "1");
  ASSERT_EQ(publisher.publish(), Phase::kPublished);
  ASSERT_TRUE(publisher.send_video(0, kFrame));
  ASSERT_TRUE(pipeline.wait_for_buffers(2));  // the header, the first tag
  for (uint32_t i = 1; i <= 10; ++i) ASSERT_TRUE(publisher.send_video(i * 40, kFrame));
  ASSERT_TRUE(pipeline.wait_for_buffers(3));
  EXPECT_EQ(pipeline.buffer_sizes()[2], 10 * (kTagFrame + kFrame.size()));
}

TEST_F(RtmpSrcTest, NothingIsTakenDownstream_SocketFillsAndNotMemory) {
  TestPipeline pipeline(front("read-budget=0"));
  const auto out = pipeline.element("out");
  const auto pad = gst::Ptr<GstPad>::take(gst_element_get_static_pad(out.get(), "sink"));
  const gulong block = gst_pad_add_probe(
      pad.get(), static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER),
      [](GstPad *, GstPadProbeInfo *, gpointer) { return GST_PAD_PROBE_OK; }, nullptr, nullptr);
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), kApp, "1");
  ASSERT_EQ(publisher.publish(), Phase::kPublished);
  const base::Bytes frame(100'000, 0x27);
  size_t sent = 0;
  // The kernel's buffers of both ends are all there is: a few megabytes.
  while (sent < 1000 && publisher.can_send() && publisher.send_video(0, frame)) ++sent;
  EXPECT_LT(sent, 1000U);
  gst_pad_remove_probe(pad.get(), block);
  EXPECT_TRUE(pipeline.wait_for_bytes(kFlvHeader + sent * (kTagFrame + frame.size())));
}

TEST_F(RtmpSrcTest, FirstSeconds_TakeTheEarlyBudget) {
  TestPipeline pipeline(front("read-budget=3600000000000 early-read-budget=1000000"));
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), kApp, "1");
  ASSERT_EQ(publisher.publish(), Phase::kPublished);
  for (size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(publisher.send_video(0, kFrame));
    ASSERT_TRUE(pipeline.wait_for_buffers(2 + i));
  }
}

TEST_F(RtmpSrcTest, LowLatencyGrant_TakesTheShortBudget) {
  TestPipeline pipeline(
      front("read-budget=3600000000000 early-read-budget=3600000000000 "
            "low-latency-read-budget=1000000"));
  ASSERT_TRUE(pipeline.play());
  RtmpPublisher publisher(port_of(pipeline), "kLive?e=1_efgh5678&t=77aa", "1");
  ASSERT_EQ(publisher.publish(), Phase::kPublished);
  for (size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(publisher.send_video(0, kFrame));
    ASSERT_TRUE(pipeline.wait_for_buffers(2 + i));
  }
}

TEST_F(RtmpSrcTest, StoppedAndStarted_ServesAgain) {
  TestPipeline pipeline(front());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(pipeline.play());
    RtmpPublisher publisher(port_of(pipeline), kApp, "1");
    ASSERT_EQ(publisher.publish(), Phase::kPublished) << publisher.refusal().description;
    pipeline.stop();
    EXPECT_TRUE(publisher.is_closed_by_server());
    EXPECT_EQ(port_of(pipeline), 0);
  }
}

TEST_F(RtmpSrcTest, NoAddressToListenOn_ErrorNamesTheProperty) {
  TestPipeline pipeline(std::string("klivertmpsrc location=http://x/y") + kSink);
  EXPECT_FALSE(pipeline.play());
  const auto message = pipeline.wait_for(GST_MESSAGE_ERROR);
  ASSERT_TRUE(message);
  GError *error = nullptr;
  gchar *debug = nullptr;
  gst_message_parse_error(message.get(), &error, &debug);
  const gst::ErrorPtr owned(error);
  const gst::CharPtr text(debug);
  EXPECT_NE(std::string(text.get()).find("property location"), std::string::npos);
}

class HandedConnectionTest : public RtmpSrcTest {
 protected:
  HandedConnectionTest() {
    auto listener = gst::RtmpListener::start({.address = "127.0.0.1", .port = 0},
                                             [this](gst::Ptr<GstKliveRtmpConnection> connection) {
                                               *arrived_.lock() = std::move(connection);
                                               arrived_.notify();
                                             });
    listener_ = *std::move(listener);
  }
  gst::Ptr<GstKliveRtmpConnection> wait_for_connection() {
    auto arrived = arrived_.lock();
    arrived_.wait_until(arrived, std::chrono::steady_clock::now() + std::chrono::seconds(10),
                        [](const auto &now) { return static_cast<bool>(now); });
    return std::exchange(*arrived, {});
  }

  base::Locked<gst::Ptr<GstKliveRtmpConnection>> arrived_;
  std::unique_ptr<gst::RtmpListener> listener_;
};

TEST_F(HandedConnectionTest, EncoderLeaves_MessageThenEndOfStream) {
  RtmpPublisher publisher(listener_->port(), kApp, "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kConnecting));
  TestPipeline pipeline(front());
  g_object_set(pipeline.element("src").get(), "connection", wait_for_connection().get(), nullptr);
  ASSERT_TRUE(pipeline.play());
  ASSERT_EQ(publisher.publish(), Phase::kPublished) << publisher.refusal().description;
  ASSERT_TRUE(publisher.send_video(0, kFrame));
  publisher.unpublish();
  const auto ended = pipeline.wait_for_message("klive-publication-ended");
  EXPECT_EQ(reason_of(ended), "The encoder ended the publication.");
  ASSERT_TRUE(pipeline.wait_for(GST_MESSAGE_EOS));
  EXPECT_EQ(pipeline.bytes().size(), kFlvHeader + kTagFrame + kFrame.size());
  EXPECT_TRUE(publisher.is_closed_by_server());
}

TEST_F(HandedConnectionTest, Refused_EncoderReadsWhyThenEndOfStream) {
  RtmpPublisher publisher(listener_->port(), "kLive?e=1_abcd1234&t=no", "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kConnecting));
  TestPipeline pipeline(front());
  g_object_set(pipeline.element("src").get(), "connection", wait_for_connection().get(), nullptr);
  ASSERT_TRUE(pipeline.play());
  EXPECT_EQ(publisher.publish(), Phase::kRefused);
  ASSERT_TRUE(pipeline.wait_for(GST_MESSAGE_EOS));
  EXPECT_TRUE(publisher.is_closed_by_server());
}

TEST_F(HandedConnectionTest, ConnectionUsedTwice_SecondStartFails) {
  RtmpPublisher publisher(listener_->port(), kApp, "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kConnecting));
  TestPipeline pipeline(front());
  g_object_set(pipeline.element("src").get(), "connection", wait_for_connection().get(), nullptr);
  ASSERT_TRUE(pipeline.play());
  pipeline.stop();
  EXPECT_TRUE(publisher.is_closed_by_server());
  EXPECT_FALSE(pipeline.play());
}

TEST_F(HandedConnectionTest, OnAir_CountsNoLongerForItsAddress) {
  RtmpPublisher publisher(listener_->port(), kApp, "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kConnecting));
  TestPipeline pipeline(front());
  g_object_set(pipeline.element("src").get(), "connection", wait_for_connection().get(), nullptr);
  ASSERT_TRUE(pipeline.play());
  ASSERT_EQ(publisher.publish(), Phase::kPublished);
  ASSERT_TRUE(publisher.send_video(0, kFrame));
  ASSERT_TRUE(pipeline.wait_for_buffers(2));
  GstStructure *raw = nullptr;
  g_object_get(pipeline.element("src").get(), "stats", &raw, nullptr);
  const test::StructurePtr stats(raw);
  EXPECT_STREQ(gst_structure_get_string(stats.get(), "state"), "on-air");
  guint64 bytes = 0;
  gst_structure_get_uint64(stats.get(), "bytes", &bytes);
  EXPECT_GT(bytes, 0U);
  EXPECT_EQ(listener_->stats().open, 1U);
  EXPECT_GE(listener_->stats().bytes_received, bytes);
  pipeline.stop();
  EXPECT_TRUE(publisher.is_closed_by_server());
}

TEST(KliveAuthTest, BytesBeforeAYes_AreAnError) {
  gst_init(nullptr, nullptr);
  TestPipeline pipeline(std::string("fakesrc num-buffers=1 ! kliveauth") + kSink);
  pipeline.play();
  EXPECT_TRUE(pipeline.wait_for(GST_MESSAGE_ERROR));
  EXPECT_TRUE(pipeline.bytes().empty());
}

}  // namespace
}  // namespace klive
