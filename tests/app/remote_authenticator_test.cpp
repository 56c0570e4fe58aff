// SPDX-License-Identifier: LGPL-2.1-or-later
// RemoteAuthenticator: who is asked, how often, and what counts when nobody answers.
#include "remote/remote_authenticator.h"

#include <gtest/gtest.h>

#include <thread>

#include "main_context.h"

namespace klive::app {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;
using kaltura::PublishAddress;
using klive::test::run_until;
using klive::test::settle;

constexpr char kHere[] = "192.0.2.1:4711", kElsewhere[] = "192.0.2.2:4711";

PublishAddress address(const std::string &token) {
  PublishAddress made;
  made.entry = "1_abcd1234";
  made.token = token;
  return made;
}

class RemoteAuthenticatorTest : public testing::Test {
 protected:
  void ask(const PublishAddress &what, const std::string &from = kHere) {
    authenticator->ask(what, from, [this](Result<gst::Grant> said) {
      said_.push_back(said ? "yes" : said.error().message);
    });
    settle();
  }
  void answer(Result<gst::Grant> said) {
    const auto asked = std::move(questions.front());
    questions.erase(questions.begin());
    asked(std::move(said));
  }
  static Result<gst::Grant> yes() {
    gst::Grant grant;
    grant.entry = "1_abcd1234";
    return grant;
  }

  std::vector<gst::Authenticator::Answer> questions;  // that the installation was asked
  std::vector<std::string> said_, counted;
  bool is_on_air = false;
  std::shared_ptr<RemoteAuthenticator> authenticator =
      std::make_shared<RemoteAuthenticator>(RemoteAuthenticator::Parts{
          .ask = [this](
                     const PublishAddress &,
                     gst::Authenticator::Answer asked) { questions.push_back(std::move(asked)); },
          .is_on_air = [this](const std::string &) { return is_on_air; },
          .count = [this](const char *reason) { counted.emplace_back(reason); }});
};

TEST_F(RemoteAuthenticatorTest, ManyAskTheSame_TheInstallationIsAskedOnce) {
  for (int i = 0; i < 5; ++i) ask(address("a"));
  ASSERT_EQ(questions.size(), 1u);
  answer(yes());
  EXPECT_EQ(said_, std::vector<std::string>(5, "yes"));
  ask(address("a"), kElsewhere);
  EXPECT_EQ(said_.size(), 6u);
  EXPECT_TRUE(questions.empty());
}

TEST_F(RemoteAuthenticatorTest, OtherTokens_AreOtherQuestions) {
  ask(address("a"));
  ask(address("b"));
  EXPECT_EQ(questions.size(), 2u);
}

TEST_F(RemoteAuthenticatorTest, No_IsNotAskedAgainForTheSameAddress) {
  ask(address("a"));
  answer(fail(ErrorCode::kRefused, "Wrong."));
  ask(address("a"));
  EXPECT_EQ(said_, std::vector<std::string>(2, "Wrong."));
  EXPECT_TRUE(questions.empty());
  ask(address("a"), kElsewhere);
  EXPECT_EQ(questions.size(), 1u);
  EXPECT_EQ(counted, (std::vector<std::string>{"token", "token"}));
}

TEST_F(RemoteAuthenticatorTest, NobodyAnswers_TheEncoderIsToldAndTheNextAsksAgain) {
  ask(address("a"));
  answer(fail(ErrorCode::kUnavailable, "Nobody answers."));
  EXPECT_EQ(said_.back(), "Nobody answers.");
  ask(address("a"));
  EXPECT_EQ(questions.size(), 1u);
}

TEST_F(RemoteAuthenticatorTest, EntryIsForgotten_TheInstallationIsAskedAgain) {
  ask(address("a"));
  answer(yes());
  authenticator->forget("1_abcd1234");
  ask(address("a"));
  EXPECT_EQ(questions.size(), 1u);
  // And without an old yes nothing counts during an outage, not even on air.
  is_on_air = true;
  answer(fail(ErrorCode::kUnavailable, "Nobody answers."));
  EXPECT_EQ(said_.back(), "Nobody answers.");
}

TEST_F(RemoteAuthenticatorTest, ServerStops_WhoWaitsIsAnswered) {
  std::thread encoder([this] {
    const auto said = authenticator->authenticate(address("a"), kHere);
    EXPECT_FALSE(said);
  });
  EXPECT_TRUE(run_until([this] { return !questions.empty(); }));
  authenticator->stop();
  encoder.join();
  ask(address("b"));
  EXPECT_EQ(said_.size(), 1u);
  EXPECT_EQ(questions.size(), 1u);
  answer(yes());  // too late, and harmless
}

}  // namespace
}  // namespace klive::app
