// SPDX-License-Identifier: LGPL-2.1-or-later
// RemoteProfiles against an installation that says what a test wants: templates, live params,
// errors and nothing at all.
#include "remote/remote_profiles.h"

#include <map>

#include "installation_fixture.h"

namespace klive::test {
namespace {

using app::RemoteProfiles;
using base::ErrorCode;
using base::Result;

constexpr char kParams[] =
    R"([{"objectType":"KalturaLiveParams","id":32,"streamSuffix":"1","tags":"source,ingest"},
        {"objectType":"KalturaLiveParams","id":36,"streamSuffix":"2","tags":"ingest"},
        {"objectType":"KalturaLiveParams","id":34,"tags":"mbr"},
        {"objectType":"KalturaLiveParams","id":100,"streamSuffix":"1000",
         "tags":"ingest,audio_only","multiStream":"{\"audio\":{\"languages\":[\"eng\"]}}"}])";

std::string encode(int flavor, const std::string &codec) {
  return "<Encode><Enable>true</Enable><Name>n</Name><StreamName>1_abcd1234_" +
         std::to_string(flavor) + "</StreamName><Video><Codec>" + codec +
         "</Codec></Video><Audio><Codec>AAC</Codec></Audio></Encode>";
}
std::string xml(const std::string &encodes) {
  return "<Root><Transcode><Encodes>" + encodes + "</Encodes></Transcode></Root>";
}

class RemoteProfilesTest : public InstallationFixture {
 protected:
  RemoteProfilesTest() {
    entry_.id = "1_abcd1234";
    entry_.profile = 77;
  }
  app::ApiAnswer answer(const InstallationCall &call) override {
    const std::string stream = call.value.text_of("streamName");
    const std::string what = stream.empty() ? "params" : stream.substr(stream.rfind('_') + 1);
    ++asked_[what];
    EXPECT_EQ(call.value.text_of("partnerId"), "102");
    if (what == "params") return {"application/json", params_, {}};
    const auto found = templates_.find(what);
    return {"text/xml",
            found != templates_.end() ? found->second
                                      : api_error("INGEST_NOT_FOUND_IN_CONVERSION_PROFILE"),
            {}};
  }
  Result<RemoteProfiles::Flavors> ask() {
    return answer_of<RemoteProfiles::Flavors>(
        [this](auto answered) { profiles_.ask(entry_, 102, answered); });
  }
  /// "1=32 2=36", in the order of the answer.
  std::string flavors() {
    const auto said = ask();
    if (!said) return said.error().message;
    std::string text;
    for (const auto &each : *said) {
      text += (text.empty() ? "" : " ") + each.stream_name + "=" + std::to_string(each.id) +
              (each.audio_only ? "a" : "") + each.language;
    }
    return text;
  }

  RemoteProfiles profiles_{*client_};
  app::Entry entry_;
  std::string params_ = kParams;
  std::map<std::string, std::string> templates_;  // by stream name
  std::map<std::string, int> asked_;
};

TEST_F(RemoteProfilesTest, TemplatesAreThere_TheyDecide) {
  templates_["1"] = xml(encode(50, "PassThru") + encode(34, "H.264"));
  templates_["2"] = xml(encode(36, "PassThru"));
  EXPECT_EQ(flavors(), "1=50 2=36 1000=100aeng");
  EXPECT_EQ(asked_, (std::map<std::string, int>{{"params", 1}, {"1", 1}, {"2", 1}}));
}

TEST_F(RemoteProfilesTest, TemplateIsRefused_TheNameIsNotTaken) {
  templates_["1"] = xml(encode(32, "PassThru"));
  EXPECT_EQ(flavors(), "1=32 1000=100aeng");
}

TEST_F(RemoteProfilesTest, TemplatesAreNotToBeHad_LiveParamsDecide) {
  templates_["1"] = api_error("SERVICE_DOES_NOT_EXISTS");
  templates_["2"] = "<html>A page of a proxy</html>";
  EXPECT_EQ(flavors(), "1=32 2=36 1000=100aeng");
}

TEST_F(RemoteProfilesTest, TemplateEncodesEvenTheSource_LiveParamsDecide) {
  templates_["1"] = xml(encode(34, "H.264"));
  templates_["2"] = xml(encode(36, "PassThru"));
  EXPECT_EQ(flavors(), "1=32 2=36 1000=100aeng");
}

TEST_F(RemoteProfilesTest, LiveParamsAreNotToBeHad_TemplatesDecideAlone) {
  params_ = api_error("SERVICE_FORBIDDEN");
  templates_["1"] = xml(encode(32, "PassThru"));
  templates_["4"] = xml(encode(39, "PassThru"));
  EXPECT_EQ(flavors(), "1=32 4=39");
}

TEST_F(RemoteProfilesTest, NeitherIsToBeHad_ItIsThePassthroughProfile) {
  params_ = api_error("SERVICE_FORBIDDEN");
  for (const char *name : {"1", "2", "3", "4", "5", "6", "7"})
    templates_[name] = api_error("SERVICE_FORBIDDEN");
  EXPECT_EQ(flavors(), "1=32 2=36 3=37");
}

TEST_F(RemoteProfilesTest, ProfileTakesNothing_IsARefusal) {
  params_ = R"([{"objectType":"KalturaLiveParams","id":34,"tags":"mbr"}])";
  const auto said = ask();
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, ErrorCode::kConflict);
  EXPECT_NE(said.error().message.find("Choose another profile"), std::string::npos);
  // It may have been mended: what is refused is asked for again.
  params_ = kParams;
  templates_["1"] = xml(encode(32, "PassThru"));
  EXPECT_EQ(flavors(), "1=32 1000=100aeng");
}

TEST_F(RemoteProfilesTest, NobodyAnswers_NothingIsMadeUp) {
  server_.reset();
  const auto said = ask();
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, ErrorCode::kUnavailable);
}

TEST_F(RemoteProfilesTest, ManyAskAtOnce_IsOneQuestion) {
  templates_["1"] = xml(encode(32, "PassThru"));
  size_t answers = 0;
  for (int i = 0; i < 20; ++i) profiles_.ask(entry_, 102, [&](const auto &) { ++answers; });
  EXPECT_TRUE(run_until([&] { return answers == 20; }));
  (void)ask();
  EXPECT_EQ(asked_["params"], 1);
  EXPECT_EQ(asked_["1"], 1);
}

TEST_F(RemoteProfilesTest, ProfileIsNotTold_IsThePassthroughProfileAndNobodyIsAsked) {
  entry_.profile = 0;
  EXPECT_EQ(flavors(), "1=32 2=36 3=37");
  EXPECT_TRUE(asked_.empty());
}

}  // namespace
}  // namespace klive::test
