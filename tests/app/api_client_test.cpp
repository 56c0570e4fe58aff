// SPDX-License-Identifier: LGPL-2.1-or-later
// ApiClient against a server of HTTP: sessions, errors, and an API that does not answer.
#include "remote/api_client.h"

#include <optional>

#include "http_fixture.h"
#include "kaltura/ks.h"

namespace klive::test {
namespace {

using app::ApiClient;
using base::Result;
using kaltura::ApiError;
using kaltura::Outcome;
using kaltura::Value;
using std::chrono::milliseconds;

constexpr char kSecret[] = "0123456789abcdef0123456789abcdef";
constexpr char kSessionRefused[] =
    R"({"objectType":"KalturaAPIException","code":"INVALID_KS","message":"Invalid KS"})";

class ApiClientTest : public HttpFixture {
 protected:
  void SetUp() override {
    auto started = app::HttpServer::start(
        config_,
        {registry_, metrics_, [this](const app::ApiRequest &request) { return answer(request); },
         [] { return true; }, [](const std::string &) { return std::nullopt; }});
    ASSERT_TRUE(started.has_value());
    server_ = std::move(*started);
    make_client(milliseconds(5000));
  }
  void make_client(milliseconds timeout) {
    client_ = std::make_unique<ApiClient>(
        app::ApiClientSettings{.service_url = "http://127.0.0.1:" + std::to_string(server_->port()),
                               .partner = -5,
                               .secret = kSecret,
                               .client_tag = "MediaServer-test",
                               .session_key = "test",
                               .timeout = timeout});
  }
  app::ApiAnswer answer(const app::ApiRequest &request) {
    api_path_ = request.path;
    const auto body = kaltura::read_json(request.body);
    sessions_.push_back(body ? body->text_of("ks") : "");
    asked_ = body ? *body : Value();
    const std::string text =
        answers_.empty() ? "true" : answers_[std::min(sessions_.size(), answers_.size()) - 1];
    return {"application/json", text, delay_};
  }
  Result<Outcome> call() {
    std::optional<Result<Outcome>> answered;
    kaltura::ClientCall call{.service = "system", .action = "ping"};
    call.partner = 102;
    client_->call(std::move(call), [&](Result<Outcome> said) { answered = std::move(said); });
    while (!answered) g_main_context_iteration(nullptr, TRUE);
    return *std::move(answered);
  }

  std::unique_ptr<ApiClient> client_;
  std::vector<std::string> answers_;   // one for each call; the last goes on
  std::vector<std::string> sessions_;  // that were sent
  milliseconds delay_{0};
  Value asked_;
};

TEST_F(ApiClientTest, Call_CarriesASessionThatTheSecretMade) {
  const auto said = call();
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_EQ(std::get<Value>(*said).flag(), true);
  EXPECT_EQ(api_path_, "/api_v3/service/system/action/ping");
  EXPECT_EQ(asked_.integer_of("partnerId"), 102);
  EXPECT_EQ(asked_.text_of("clientTag"), "MediaServer-test");
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
  answers_ = {R"({"objectType":"KalturaAPIException","code":"ENTRY_ID_NOT_FOUND","message":"no"})"};
  for (int i = 0; i < 5; ++i) {
    const auto said = call();
    ASSERT_TRUE(said);
    EXPECT_EQ(std::get<ApiError>(*said).code, "ENTRY_ID_NOT_FOUND");
  }
  EXPECT_TRUE(client_->stats().is_up);
}

TEST_F(ApiClientTest, NewSessionIsRefused_ItIsNotTriedAgainAndAgain) {
  answers_ = {kSessionRefused};
  const auto said = call();
  ASSERT_TRUE(said);
  EXPECT_EQ(std::get<ApiError>(*said).code, "INVALID_KS");
  EXPECT_EQ(sessions_.size(), 1u);
}

TEST_F(ApiClientTest, ApiIsSilent_CallsAreGivenUpAndThenNotMade) {
  make_client(milliseconds(100));
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
  answers_ = {
      R"({"objectType":"KalturaAPIException","code":"INTERNAL_SERVERL_ERROR","message":"x"})"};
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
  while (sessions_.empty()) g_main_context_iteration(nullptr, TRUE);
  client_.reset();
  settle();
  EXPECT_FALSE(told);
}

}  // namespace
}  // namespace klive::test
