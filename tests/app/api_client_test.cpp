// SPDX-License-Identifier: LGPL-2.1-or-later
// ApiClient against a server of HTTP: sessions, errors, and an API that does not answer.
#include "remote/api_client.h"

#include "installation_fixture.h"
#include "kaltura/ks.h"

namespace klive::test {
namespace {

using base::Result;
using kaltura::ApiError;
using kaltura::Outcome;
using kaltura::Value;
using std::chrono::milliseconds;

constexpr char kSecret[] = "0123456789abcdef0123456789abcdef";

class ApiClientTest : public InstallationFixture {
 protected:
  ApiClientTest() { connect_for(milliseconds(5000)); }
  void connect_for(milliseconds timeout) {
    connect({.partner = -5,
             .secret = kSecret,
             .client_tag = "MediaServer-test",
             .session_key = "test",
             .timeout = timeout});
  }
  app::ApiAnswer answer(const InstallationCall &call) override {
    sessions_.push_back(call.value.text_of("ks"));
    asked_ = call;
    const std::string text =
        answers_.empty() ? "true" : answers_[std::min(sessions_.size(), answers_.size()) - 1];
    return {"application/json", text, delay_};
  }
  Result<Outcome> call() {
    kaltura::ClientCall call{.service = "system", .action = "ping"};
    call.partner = 102;
    return answer_of<Outcome>([&](auto answered) { client_->call(call, answered); });
  }

  std::vector<std::string> answers_;   // one for each call; the last goes on
  std::vector<std::string> sessions_;  // that were sent
  milliseconds delay_{0};
  InstallationCall asked_;
};

TEST_F(ApiClientTest, Call_CarriesASessionThatTheSecretMade) {
  const auto said = call();
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_EQ(std::get<Value>(*said).flag(), true);
  EXPECT_EQ(asked_.path, "/api_v3/service/system/action/ping");
  EXPECT_EQ(asked_.value.integer_of("partnerId"), 102);
  EXPECT_EQ(asked_.value.text_of("clientTag"), "MediaServer-test");
  const auto ks = kaltura::read_ks(sessions_.front(), kSecret, std::time(nullptr) + 23 * 3600);
  ASSERT_TRUE(ks) << "not good for 23 hours";
  EXPECT_EQ(ks->partner, -5);
  EXPECT_TRUE(ks->is_admin());
  EXPECT_EQ(ks->privileges, "disableentitlement,sessionkey:test");
}

TEST_F(ApiClientTest, TwoCalls_UseOneSession) {
  ASSERT_TRUE(call());
  ASSERT_TRUE(call());
  EXPECT_EQ(sessions_[0], sessions_[1]);
}

TEST_F(ApiClientTest, ErrorOfTheApi_IsAnAnswer) {
  answers_ = {api_error("ENTRY_ID_NOT_FOUND")};
  for (int i = 0; i < 5; ++i) {
    const auto said = call();
    ASSERT_TRUE(said);
    EXPECT_EQ(std::get<ApiError>(*said).code, "ENTRY_ID_NOT_FOUND");
  }
  EXPECT_TRUE(client_->stats().is_up);
}

TEST_F(ApiClientTest, NewSessionIsRefused_ItIsNotTriedAgainAndAgain) {
  answers_ = {api_error("INVALID_KS")};
  const auto said = call();
  ASSERT_TRUE(said);
  EXPECT_EQ(std::get<ApiError>(*said).code, "INVALID_KS");
  EXPECT_EQ(sessions_.size(), 1u);
}

TEST_F(ApiClientTest, ApiIsSilent_CallsAreGivenUpAndThenNotMade) {
  connect_for(milliseconds(100));
  delay_ = milliseconds(3000);
  for (int i = 0; i < 3; ++i) {
    const auto said = call();
    ASSERT_FALSE(said);
    EXPECT_EQ(said.error().code, base::ErrorCode::kUnavailable);
  }
  EXPECT_FALSE(client_->stats().is_up);
  const size_t asked = sessions_.size();
  EXPECT_FALSE(call());
  EXPECT_EQ(sessions_.size(), asked);
}

TEST_F(ApiClientTest, ApiSaysThatItIsInTrouble_CountsAsNoAnswer) {
  answers_ = {api_error("INTERNAL_SERVERL_ERROR")};
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(call());
  EXPECT_FALSE(client_->stats().is_up);
}

TEST_F(ApiClientTest, NobodyListens_IsUnavailable) {
  server_.reset();
  const auto said = call();
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, base::ErrorCode::kUnavailable);
}

TEST_F(ApiClientTest, PageOfAProxy_IsUnavailable) {
  answers_ = {"<html>Welcome</html>"};
  EXPECT_FALSE(call());
}

TEST_F(ApiClientTest, ClientEndsWhileACallIsOnItsWay_NobodyIsTold) {
  delay_ = milliseconds(3000);
  bool told = false;
  client_->call({.service = "system", .action = "ping"}, [&](Result<Outcome>) { told = true; });
  EXPECT_TRUE(run_until([this] { return !sessions_.empty(); }));
  client_.reset();
  settle();
  EXPECT_FALSE(told);
}

}  // namespace
}  // namespace klive::test
