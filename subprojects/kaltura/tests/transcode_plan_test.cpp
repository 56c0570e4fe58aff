// SPDX-License-Identifier: LGPL-2.1-or-later
// Transcode templates as a media server reads them: those that klive serves, and those that nobody
// should send.
#include "kaltura/transcode_plan.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "kaltura/transcode_template.h"

namespace klive::kaltura {
namespace {

constexpr char kEntry[] = "1_abcd1234";
using Picture = PlannedStream::Picture;

TranscodePlan plan_of(const std::string &profile_name, const std::string &suffix,
                      const std::string &extra = R"({"audiocodecidstring":"AAC"})") {
  std::ifstream in(PROFILES_FILE, std::ios::binary);
  const std::string json{std::istreambuf_iterator<char>(in), {}};
  const auto objects = read_live_profiles(json, {});
  const auto profile = find_profile(*objects, profile_name);
  const auto text = transcode_template(*profile, kEntry, suffix, read_ingest_info(extra));
  const auto plan = read_transcode_template(*text, kEntry);
  if (!plan) {
    ADD_FAILURE() << plan.error().message << "\n" << *text;
    return {};
  }
  return *plan;
}

std::string encode(const std::string &stream, const std::string &more = {},
                   const std::string &video = "<Video><Codec>PassThru</Codec></Video>") {
  return "<Encode><Enable>true</Enable><Name>Source</Name><StreamName>" + stream + "</StreamName>" +
         video + "<Audio><Codec>PassThru</Codec></Audio>" + more + "</Encode>";
}
std::string whole(const std::string &encodes, const std::string &before = {}) {
  return "<?xml version=\"1.0\"?>\n" + before + "<Root><Transcode><Encodes>" + encodes +
         "</Encodes></Transcode></Root>";
}
std::string refusal(const std::string &xml) {
  const auto plan = read_transcode_template(xml, kEntry);
  return plan ? "" : plan.error().message;
}

TEST(TranscodePlan, SourceOfTheTranscodingProfile_IsPassedAndTheOthersAreEncoded) {
  const TranscodePlan plan = plan_of("Default_Live", "1");
  ASSERT_EQ(plan.streams.size(), 4u);
  ASSERT_NE(plan.ingest(), nullptr);
  EXPECT_EQ(plan.ingest()->flavor, 32u);
  EXPECT_EQ(plan.ingest()->name, "Source");
  EXPECT_EQ(plan.ingest()->picture, Picture::kPassed);
  EXPECT_FALSE(plan.ingest()->encodes_sound);
  const PlannedStream &last = plan.streams.back();
  EXPECT_EQ(last.flavor, 35u);
  EXPECT_EQ(last.name, "SD_Small_900");
  EXPECT_EQ(last.picture, Picture::kEncoded);
  EXPECT_TRUE(last.encodes_sound);
  EXPECT_EQ(last.width, 640);
  EXPECT_EQ(last.height, 0);
  EXPECT_EQ(last.video_bitrate, 900'000);
  EXPECT_EQ(last.audio_bitrate, 64'000);
}

TEST(TranscodePlan, SecondStreamOfThePassthroughProfile_IsPassedAlone) {
  const TranscodePlan plan = plan_of("Passthrough_Live", "2");
  ASSERT_EQ(plan.streams.size(), 1u);
  EXPECT_EQ(plan.ingest()->flavor, 36u);
}

TEST(TranscodePlan, SoundIsNotKnown_IsSaidToBeEncoded) {
  EXPECT_TRUE(plan_of("Passthrough_Live", "1", "{}").ingest()->encodes_sound);
}

TEST(TranscodePlan, StreamOfSoundAlone_HasNoPicture) {
  const auto plan = read_transcode_template(
      whole(encode("1_abcd1234_100", {}, "<Video><Codec>Disable</Codec></Video>")), kEntry);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->ingest()->picture, Picture::kNone);
}

TEST(TranscodePlan, ElementsThatAreNotKnown_ArePassedOver) {
  const auto plan = read_transcode_template(
      "<Root><Of>a later <Version/></Of><Transcode><Encodes>" +
          encode("1_abcd1234_32", "<Colour><Codec>red</Codec></Colour>") +
          "</Encodes><Decode><Video><Deinterlace>false</Deinterlace></Video></Decode>"
          "</Transcode></Root>",
      kEntry);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->ingest()->flavor, 32u);
}

TEST(TranscodePlan, StreamIsNotEnabled_IsNotAskedFor) {
  const std::string off =
      "<Encode><Enable>false</Enable><StreamName>1_abcd1234_33</StreamName></Encode>";
  const auto plan = read_transcode_template(whole(off + encode("1_abcd1234_32")), kEntry);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->streams.size(), 1u);
}

TEST(TranscodePlan, EverythingIsEncoded_NothingIsIngest) {
  const auto plan = read_transcode_template(
      whole(encode("1_abcd1234_33", {}, "<Video><Codec>H.264</Codec></Video>")), kEntry);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->ingest(), nullptr);
}

TEST(TranscodePlan, WhatIsNoTemplate_IsRefusedWithAReason) {
  const std::string good = encode("1_abcd1234_32");
  EXPECT_EQ(refusal(whole(good)), "");
  EXPECT_EQ(refusal(""), "it is no XML");
  EXPECT_EQ(refusal("<html><body>502</body></html>"), "the top is not \"Root\"");
  EXPECT_EQ(refusal("<Root>"), "it is no XML");
  EXPECT_EQ(refusal("<Root/>"), "\"Encodes\" is missing");
  EXPECT_EQ(refusal(whole("")), "no stream is asked for");
  EXPECT_EQ(refusal(whole(encode("1_zzzzzzzz_32"))), "a stream is of another entry");
  EXPECT_EQ(refusal(whole(encode("1_abcd1234_x"))), "the name of a stream ends in no flavor");
  EXPECT_EQ(refusal(whole(encode("1_abcd1234_-1"))), "the name of a stream ends in no flavor");
  EXPECT_EQ(refusal(whole(encode("1_abcd1234_99999999999"))),
            "the name of a stream ends in no flavor");
  EXPECT_EQ(refusal(whole(good + good)), "a flavor is there twice");
  EXPECT_EQ(refusal(whole(encode("1_abcd1234_32", {}, ""))), "a codec is missing");
  EXPECT_EQ(refusal(whole(encode("1_abcd1234_32", "<Name>b</Name>"))), "an element is there twice");
  EXPECT_EQ(refusal(whole("<Encode a='b'></Encode>")), "an attribute");
  EXPECT_EQ(refusal(whole(encode("1_abcd1234_32", {},
                                 "<Video><Codec>H.264</Codec><Bitrate>fast</Bitrate></Video>"))),
            "a number was needed");
}

TEST(TranscodePlan, DocumentTypesAndEntities_AreRefused) {
  EXPECT_EQ(refusal(whole(encode("1_abcd1234_32"),
                          "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>")),
            "a document type or instruction");
  EXPECT_EQ(refusal(whole(encode("1_abcd1234_32", "<Name2>&x;</Name2>"))), "it is no XML");
  EXPECT_EQ(refusal(whole("<![CDATA[x]]>")), "a document type or instruction");
}

TEST(TranscodePlan, TooMuchOfIt_IsRefused) {
  std::string deep = "<Root>";
  for (int i = 0; i < 10'000; ++i) deep += "<a>";
  EXPECT_EQ(refusal(deep), "too many levels");
  std::string many;
  for (int i = 1; i <= 65; ++i) many += encode("1_abcd1234_" + std::to_string(i));
  EXPECT_EQ(refusal(whole(many)), "too many streams");
  EXPECT_EQ(refusal(whole(encode(std::string(300, 'x')))), "a text is too long");
  EXPECT_EQ(refusal(std::string(kLargestTemplate + 1, ' ')), "it is too large");
}

}  // namespace
}  // namespace klive::kaltura
