// SPDX-License-Identifier: LGPL-2.1-or-later
// The values that elements and application exchange: publish query, chunk meta, authenticator.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include "klive/authenticator.h"
#include "klive/chunk_meta.h"
#include "klive/duration.h"
#include "klive/publish_query.h"
#include "test_pipeline.h"

namespace klive {
namespace {

class KliveLib : public testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

class Yes : public gst::Authenticator {
 public:
  base::Result<gst::Grant> authenticate(const kaltura::PublishAddress &address,
                                        const std::string &) override {
    return gst::Grant{.entry = address.entry, .token_id = "id", .low_latency = true, .flavors = {}};
  }
};

base::Result<gst::Grant> ask(gst::Authenticator &authenticator, const char *entry,
                             const char *token) {
  kaltura::PublishAddress address;
  address.entry = entry;
  address.token = token;
  return authenticator.authenticate(address, "127.0.0.1:1");
}

TEST_F(KliveLib, PublishQueryAsked_ReadsBackWhatWasAsked) {
  const auto query = gst::new_publish_query({.stage = gst::PublishStage::kPublish,
                                             .protocol = "rtmp",
                                             .host = "h",
                                             .app = "kLive",
                                             .tc_url = "rtmp://h/kLive",
                                             .stream_name = "1",
                                             .remote_address = "[::1]:4711"});
  ASSERT_TRUE(gst::is_publish_query(query.get()));
  const gst::PublishRequest request = gst::publish_request(query.get());
  EXPECT_EQ(request.stage, gst::PublishStage::kPublish);
  EXPECT_EQ(request.host, "h");
  EXPECT_EQ(request.stream_name, "1");
  EXPECT_EQ(request.remote_address, "[::1]:4711");
  EXPECT_FALSE(gst::publish_answer(query.get()).authorised);
}

TEST_F(KliveLib, PublishQueryAnswered_KeepsEveryField) {
  const auto query = gst::new_publish_query({});
  gst::PublishAnswer answer;
  answer.authorised = true;
  answer.entry = "1_abcd1234";
  answer.side = "backup";
  answer.stream_name = "2";
  answer.flavor = 36;
  answer.language = "eng";
  answer.low_latency = true;
  answer.token_id = "0123abcd";
  answer.flavors = {{.stream_name = "2", .id = 36, .audio_only = true, .language = "eng"}};
  gst::set_publish_answer(query.get(), answer);
  const gst::PublishAnswer read = gst::publish_answer(query.get());
  EXPECT_TRUE(read.authorised);
  EXPECT_EQ(read.entry, "1_abcd1234");
  EXPECT_EQ(read.side, "backup");
  EXPECT_EQ(read.stream_name, "2");
  EXPECT_EQ(read.flavor, 36U);
  EXPECT_EQ(read.language, "eng");
  EXPECT_TRUE(read.low_latency);
  EXPECT_EQ(read.token_id, "0123abcd");
  ASSERT_EQ(read.flavors.size(), 1U);
  EXPECT_EQ(read.flavors[0].id, 36U);
  EXPECT_TRUE(read.flavors[0].audio_only);
  EXPECT_FALSE(read.refused());
}

TEST_F(KliveLib, PublishQueryRefusedTwice_FirstRefusalStays) {
  const auto query = gst::new_publish_query({});
  gst::refuse_publish(query.get(), "A", "First.");
  gst::refuse_publish(query.get(), "B", "Second.");
  const gst::PublishAnswer answer = gst::publish_answer(query.get());
  EXPECT_TRUE(answer.refused());
  EXPECT_EQ(answer.refusal_code, "A");
  EXPECT_EQ(answer.refusal_reason, "First.");
}

TEST_F(KliveLib, OtherCustomQuery_IsNoPublishQuery) {
  const auto query = gst::Ptr<GstQuery>::take(
      gst_query_new_custom(GST_QUERY_CUSTOM, gst_structure_new_empty("something-else")));
  EXPECT_FALSE(gst::is_publish_query(query.get()));
}

TEST_F(KliveLib, BufferCopied_ChunkMetaGoesAlong) {
  const auto buffer = gst::Ptr<GstBuffer>::take(gst_buffer_new_allocate(nullptr, 4, nullptr));
  EXPECT_EQ(gst::chunk_info(buffer.get()), nullptr);
  gst::ChunkInfo info;
  info.track = "v32";
  info.segment = 7;
  info.format.decoder_config = {1, 2, 3};
  gst::add_chunk_meta(buffer.get(), info);
  const auto copy = gst::Ptr<GstBuffer>::take(gst_buffer_copy(buffer.get()));
  ASSERT_NE(gst::chunk_info(copy.get()), nullptr);
  EXPECT_EQ(gst::chunk_info(copy.get())->track, "v32");
  EXPECT_EQ(gst::chunk_info(copy.get())->segment, 7U);
  EXPECT_EQ(gst::chunk_info(copy.get())->format.decoder_config.size(), 3U);
}

TEST_F(KliveLib, PartOfBufferCopied_ChunkMetaStaysBehind) {
  const auto buffer = gst::Ptr<GstBuffer>::take(gst_buffer_new_allocate(nullptr, 4, nullptr));
  gst::add_chunk_meta(buffer.get(), {});
  const auto part =
      gst::Ptr<GstBuffer>::take(gst_buffer_copy_region(buffer.get(), GST_BUFFER_COPY_ALL, 1, 2));
  EXPECT_EQ(gst::chunk_info(part.get()), nullptr);
}

TEST_F(KliveLib, TrackNames_CarryKindFlavorSideAndOrdinal) {
  EXPECT_EQ(gst::track_name(cmaf::Kind::kVideo, 32, false, 0), "v32");
  EXPECT_EQ(gst::track_name(cmaf::Kind::kAudio, 32, false, 0), "a32");
  EXPECT_EQ(gst::track_name(cmaf::Kind::kVideo, 36, true, 0), "v36b");
  EXPECT_EQ(gst::track_name(cmaf::Kind::kAudio, 32, false, 1), "a32-1");
}

TEST_F(KliveLib, AuthenticatorInContext_SurvivesItsMaker) {
  gst::Ptr<GstContext> context;
  {
    auto authenticator = std::make_shared<Yes>();
    context = gst::new_authenticator_context(authenticator);
  }
  const auto found = gst::authenticator_of(context.get());
  ASSERT_NE(found, nullptr);
  EXPECT_TRUE(ask(*found, "1_abcd1234", "x"));
}

TEST_F(KliveLib, ForeignContext_HoldsNoAuthenticator) {
  const auto context = gst::Ptr<GstContext>::take(gst_context_new("gst.x11.display", FALSE));
  EXPECT_EQ(gst::authenticator_of(context.get()), nullptr);
  EXPECT_EQ(gst::authenticator_of(nullptr), nullptr);
}

TEST_F(KliveLib, EntriesFile_AnswersByEntryAndToken) {
  const test::TempFile file("entries.json", R"({"entries":[
      {"id":"1_abcd1234","token":"8f3c","lowLatency":true},
      {"id":"1_efgh5678","token":"77aa","flavors":[{"streamName":"9","id":40,"language":"deu"}]}]})");
  auto authenticator = gst::authenticator_from_file(file.path());
  ASSERT_TRUE(authenticator);
  const auto grant = ask(**authenticator, "1_abcd1234", "8f3c");
  ASSERT_TRUE(grant);
  EXPECT_TRUE(grant->low_latency);
  EXPECT_EQ(grant->flavors.size(), 3U);
  EXPECT_EQ(grant->token_id.size(), 8U);
  EXPECT_EQ(ask(**authenticator, "1_efgh5678", "77aa")->flavors.at(0).language, "deu");
  auto wrong = ask(**authenticator, "1_abcd1234", "77aa");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "Invalid token supplied for live entry [1_abcd1234].");
  EXPECT_EQ(ask(**authenticator, "1_zzzz0000", "x").error().code, base::ErrorCode::kNotFound);
}

TEST_F(KliveLib, EntriesFileWithMistake_ErrorNamesThePlace) {
  const std::pair<const char *, const char *> mistakes[] = {
      {R"([])", "an object"},
      {R"({"entries":{}})", "$.entries"},
      {R"({"entries":[{"id":"1_abcd1234"}]})", "entries[0].token"},
      {R"({"entries":[{"id":"abcd","token":"x"}]})", "entries[0].id"},
      {R"({"entries":[{"id":"1_abcd1234","token":"x","tokn":"y"}]})", "entries[0].tokn"},
      {R"({"entries":[{"id":"1_abcd1234","token":"x","lowLatency":1}]})", "entries[0].lowLatency"},
      {R"({"entries":[{"id":"1_abcd1234","token":"x","flavors":[{"streamName":"1"}]}]})",
       "flavors[0].id"},
      {R"({"entries":[{"id":"1_abcd1234","token":"x"},{"id":"1_abcd1234","token":"x"}]})", "twice"},
      {"{", "entries.json"},
  };
  for (const auto &[text, place] : mistakes) {
    const test::TempFile file("entries.json", text);
    auto authenticator = gst::authenticator_from_file(file.path());
    ASSERT_FALSE(authenticator) << text;
    EXPECT_NE(authenticator.error().message.find(place), std::string::npos)
        << authenticator.error().message;
  }
  EXPECT_FALSE(gst::authenticator_from_file("/nonexistent/entries.json"));
}

TEST_F(KliveLib, DurationWithUnit_IsReadFromALaunchLine) {
  GError *error = nullptr;
  const auto sink = klive::gst::adopt_floating(gst_parse_launch(
      "klivedvrsink window=2h segment-duration=1500ms chunk-duration=1000000000", &error));
  ASSERT_EQ(error, nullptr) << error->message;
  guint64 window = 0, segment = 0, chunk = 0;
  g_object_get(sink.get(), "window", &window, "segment-duration", &segment, "chunk-duration",
               &chunk, nullptr);
  EXPECT_EQ(window, 2 * 3600 * GST_SECOND);
  EXPECT_EQ(segment, 1500 * GST_MSECOND);
  EXPECT_EQ(chunk, GST_SECOND);
}

TEST_F(KliveLib, TextThatIsNoDuration_IsRefused) {
  using klive::gst::parse_duration;
  for (const char *text : {"", "s", "-1s", "6 s", "6x", "99999999999h", "0x10"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
  EXPECT_EQ(parse_duration("3m"), 180 * GST_SECOND);
}

}  // namespace
}  // namespace klive
