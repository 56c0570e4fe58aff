// SPDX-License-Identifier: LGPL-2.1-or-later
// RemoteEntries against an API that says what a test wants: whom it acts for, what it keeps, and
// what encoders are told.
#include "remote/remote_entries.h"

#include <algorithm>
#include <map>
#include <optional>

#include "installation_fixture.h"

namespace klive::test {
namespace {

using app::RemoteEntries;
using base::ErrorCode;
using base::Result;
using kaltura::Value;

constexpr char kId[] = "1_abcd1234";

std::string entry_with(const std::string &token, const std::string &more = {}) {
  return R"({"objectType":"KalturaLiveStreamEntry","id":"1_abcd1234","partnerId":102,)"
         R"("streamPassword":")" +
         token + "\"" + more + "}";
}

class RemoteEntriesTest : public InstallationFixture {
 protected:
  RemoteEntriesTest() {
    answers_["get"] = answers_["authenticate"] = entry_with("t1");
    open(true);
  }
  void open(bool impersonates) {
    entries_ = std::make_unique<RemoteEntries>(
        *client_, RemoteEntries::Settings{.server_node = "media-1", .impersonates = impersonates},
        RemoteEntries::Callbacks{
            .introduce =
                [this](const std::function<void()> &done) {
                  asked_.emplace_back("introduce");
                  answers_["authenticate"] = after_introduction_;
                  done();
                },
            .token_replaced = [this](const std::string &id) { replaced_.push_back(id); }});
  }
  app::ApiAnswer answer(const InstallationCall &call) override {
    asked_.push_back(call.action + " for " + call.value.text_of("partnerId", "-"));
    if (call.action == "authenticate") question_ = call.value;
    return {"application/json", answers_[call.action], {}};
  }
  Result<gst::Grant> authenticate(std::optional<int64_t> partner = {}) {
    kaltura::PublishAddress address;
    address.entry = kId;
    address.token = "t1";
    address.side = kaltura::Side::kBackup;
    address.partner = partner;
    return answer_of<gst::Grant>([&](auto answered) { entries_->authenticate(address, answered); });
  }
  using Texts = std::vector<std::string>;

  std::unique_ptr<RemoteEntries> entries_;
  std::map<std::string, std::string> answers_;  // by action
  std::string after_introduction_ = api_error("MEDIA_SERVER_NOT_FOUND");
  Texts asked_, replaced_;
  Value question_;
};

TEST_F(RemoteEntriesTest, PartnerIsNotInTheAddress_IsLookedUpOnce) {
  ASSERT_TRUE(authenticate());
  EXPECT_EQ(asked_, (Texts{"get for -", "authenticate for 102"}));
  asked_.clear();
  ASSERT_TRUE(authenticate());
  EXPECT_EQ(asked_.front(), "authenticate for 102");
  EXPECT_EQ(question_.text_of("hostname"), "media-1");
  EXPECT_EQ(question_.integer_of("mediaServerIndex"), 1);
}

TEST_F(RemoteEntriesTest, PartnerIsInTheAddress_IsActedForAtOnce) {
  ASSERT_TRUE(authenticate(102));
  EXPECT_EQ(asked_.front(), "authenticate for 102");
}

TEST_F(RemoteEntriesTest, ServerOfOnePartner_ActsForNobodyElse) {
  open(false);
  ASSERT_TRUE(authenticate(103));
  EXPECT_EQ(asked_.front(), "authenticate for -");
}

TEST_F(RemoteEntriesTest, Flavors_ComeFromTheProfileAndAreKept) {
  answers_["authenticate"] = entry_with("t1", R"(,"conversionProfileId":77)");
  answers_["getByConversionProfileId"] =
      R"([{"objectType":"KalturaLiveParams","id":32,"streamSuffix":"1","tags":"source,ingest"},
          {"objectType":"KalturaLiveParams","id":34,"tags":"mbr"},
          {"objectType":"KalturaLiveParams","id":100,"streamSuffix":"1000",
           "tags":"ingest,audio_only"}])";
  const auto grant = authenticate(102);
  ASSERT_TRUE(grant);
  ASSERT_EQ(grant->flavors.size(), 2u);
  EXPECT_EQ(grant->flavors[0].id, 32u);
  EXPECT_EQ(grant->flavors[1].stream_name, "1000");
  EXPECT_TRUE(grant->flavors[1].audio_only);
  asked_.clear();
  ASSERT_TRUE(authenticate(102));
  EXPECT_EQ(asked_, Texts{"authenticate for 102"});
}

TEST_F(RemoteEntriesTest, FlavorsOfANewPartnersEntry_AreAskedForBesideItsToken) {
  answers_["get"] = entry_with("t1", R"(,"conversionProfileId":77)");
  answers_["authenticate"] = api_error("LIVE_STREAM_INVALID_TOKEN");
  answers_["getByConversionProfileId"] = "[]";
  EXPECT_FALSE(authenticate());
  // Nobody waited for the token to be right.
  EXPECT_TRUE(run_until([this] {
    return std::count(asked_.begin(), asked_.end(), "getByConversionProfileId for 102") > 0;
  }));
}

TEST_F(RemoteEntriesTest, EntryThatCannotBe_IsKeptWithinBounds) {
  answers_["authenticate"] =
      entry_with("t1", R"(,"segmentDuration":0,"dvrWindow":99999999,"adminTags":"lowlatency")");
  const auto grant = authenticate(102);
  ASSERT_TRUE(grant);
  EXPECT_TRUE(grant->low_latency);
  const app::Entry *entry = entries_->find(kId);
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->segment_duration_ms, 2000);
  EXPECT_EQ(entry->dvr_window_minutes, 24 * 60);
}

TEST_F(RemoteEntriesTest, ServerIsNotKnown_IntroducesItselfAndAsksOnceMore) {
  answers_["authenticate"] = api_error("MEDIA_SERVER_NOT_FOUND");
  after_introduction_ = entry_with("t1");
  EXPECT_TRUE(authenticate(102));
  EXPECT_EQ(asked_[1], "introduce");
  answers_["authenticate"] = after_introduction_ = api_error("MEDIA_SERVER_NOT_FOUND");
  const auto said = authenticate(102);
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, ErrorCode::kUnavailable);
}

TEST_F(RemoteEntriesTest, Refusals_AreToldApart) {
  const std::map<std::string, ErrorCode> codes = {
      {"LIVE_STREAM_INVALID_TOKEN", ErrorCode::kRefused},
      {"ENTRY_ID_NOT_FOUND", ErrorCode::kNotFound},
      {"LIVE_STREAM_EXCEEDED_MAX_PASSTHRU", ErrorCode::kConflict},
      {"INVALID_KS", ErrorCode::kUnavailable}};
  for (const auto &[code, expected] : codes) {
    answers_["authenticate"] = api_error(code);
    const auto said = authenticate(102);
    ASSERT_FALSE(said) << code;
    EXPECT_EQ(said.error().code, expected) << code;
    EXPECT_EQ(said.error().message.find("t1"), std::string::npos) << "the token is told";
  }
}

TEST_F(RemoteEntriesTest, TokenIsReplaced_IsToldOnce) {
  const auto learn = [this](const std::string &text) {
    entries_->learn(*kaltura::read_json(text));
  };
  learn(entry_with("t1"));
  learn(entry_with("t1"));
  learn(R"({"objectType":"KalturaLiveStreamEntry","id":"1_abcd1234","partnerId":102})");
  EXPECT_TRUE(replaced_.empty());
  learn(entry_with("t2"));
  learn(entry_with("t2"));
  EXPECT_EQ(replaced_, Texts{kId});
}

}  // namespace
}  // namespace klive::test
