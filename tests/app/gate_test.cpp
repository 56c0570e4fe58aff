// SPDX-License-Identifier: LGPL-2.1-or-later
// Gate: who passes, who is refused, and what that costs.
#include "door/gate.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "base/locked.h"
#include "rtmp_publisher.h"

namespace klive::app {
namespace {

using test::RtmpPublisher;
using Phase = RtmpPublisher::Phase;
using std::chrono::milliseconds;
using Connections = std::vector<gst::Ptr<GstKliveRtmpConnection>>;

constexpr char kEntry[] = "1_abcd1234";
constexpr char kToken[] = "c0ffee00";

/// One entry with one token.
class FakeAuthenticator final : public gst::Authenticator {
 public:
  base::Result<gst::Grant> authenticate(const kaltura::PublishAddress &address,
                                        const std::string &) override {
    {
      auto state = asked.lock();
      ++*state;
      asked.notify();
    }
    {
      auto locked = holds.lock();
      holds.wait(locked, [](bool is_held) { return !is_held; });
    }
    if (address.entry != kEntry) return base::fail(base::ErrorCode::kNotFound, "No such entry.");
    if (address.token != kToken) return base::fail(base::ErrorCode::kRefused, "Wrong token.");
    gst::Grant grant;
    grant.entry = address.entry;
    return grant;
  }
  void release() {
    *holds.lock() = false;
    holds.notify();
  }
  base::Locked<int> asked;
  base::Locked<bool> holds;  // no answer while this is true
};

/// Over a network that is asked much and says nothing until it is told to.
class SilentAuthenticator final : public gst::Authenticator {
 public:
  base::Result<gst::Grant> authenticate(const kaltura::PublishAddress &,
                                        const std::string &) override {
    return base::fail(base::ErrorCode::kInternal, "Nobody may wait here.");
  }
  void ask(const kaltura::PublishAddress &address, const std::string &, Answer answer) override {
    gst::Grant grant;
    grant.entry = address.entry;
    if (address.token == kToken) return answer(std::move(grant));
    waiting.lock()->push_back(std::move(answer));
    waiting.notify();
  }
  bool has_waiting(size_t count) {
    auto now = waiting.lock();
    return waiting.wait_until(now, std::chrono::steady_clock::now() + std::chrono::seconds(10),
                              [&](const auto &all) { return all.size() == count; });
  }
  base::Locked<std::vector<Answer>> waiting;
};

class GateTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
  void SetUp() override { start({}, authenticator_); }
  void start(gst::RtmpListenerSettings settings,
             std::shared_ptr<gst::Authenticator> authenticator) {
    settings.address = "127.0.0.1";
    settings.port = 0;
    listener_.reset();
    gate_ = std::make_unique<Gate>(std::move(authenticator),
                                   [this](gst::Ptr<GstKliveRtmpConnection> connection) {
                                     passed_.lock()->push_back(std::move(connection));
                                     passed_.notify();
                                   });
    auto listener =
        gst::RtmpListener::start(settings, [this](gst::Ptr<GstKliveRtmpConnection> connection) {
          gate_->knock(std::move(connection));
        });
    ASSERT_TRUE(listener);
    listener_ = *std::move(listener);
  }
  void TearDown() override {
    authenticator_->release();
    listener_.reset();
  }

  RtmpPublisher encoder(const std::string &app, const std::string &name) {
    return RtmpPublisher(listener_->port(), app, name);
  }
  bool has_passed(size_t count) {
    auto passed = passed_.lock();
    return passed_.wait_until(passed, std::chrono::steady_clock::now() + std::chrono::seconds(10),
                              [&](const Connections &now) { return now.size() == count; });
  }
  /// How long the refusal took, or nothing when there was none.
  std::optional<milliseconds> time_to_refusal(const std::string &app, const std::string &name) {
    const auto begin = std::chrono::steady_clock::now();
    RtmpPublisher refused = encoder(app, name);
    if (refused.publish() != Phase::kRefused) return {};
    sentence_ = refused.refusal().description;
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
  }

  // Owners: this test and the gate.
  std::shared_ptr<FakeAuthenticator> authenticator_ = std::make_shared<FakeAuthenticator>();
  base::Locked<Connections> passed_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<gst::RtmpListener> listener_;
  std::string sentence_;
};

TEST_F(GateTest, RightTokenInTheUrl_PassesAtPublish) {
  RtmpPublisher publisher = encoder("kLive?e=1_abcd1234&t=c0ffee00", "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kPublishing));
  ASSERT_TRUE(has_passed(1));
  const gst::PublishRequest request = gst::publish_request(passed_.lock()->front().get());
  EXPECT_EQ(request.stage, gst::PublishStage::kPublish);
  EXPECT_EQ(request.stream_name, "1");
}

TEST_F(GateTest, TokenComesWithTheStreamName_NobodyIsAskedBefore) {
  RtmpPublisher publisher = encoder("kLive", "1?e=1_abcd1234&t=c0ffee00");
  ASSERT_TRUE(publisher.talk_until(Phase::kPublishing));
  ASSERT_TRUE(has_passed(1));
  EXPECT_EQ(*authenticator_->asked.lock(), 1);
}

TEST_F(GateTest, WrongToken_IsAnsweredLaterEachTime) {
  const auto first = time_to_refusal("kLive?e=1_abcd1234&t=wrong", "1");
  ASSERT_TRUE(first);
  EXPECT_GE(*first, milliseconds(100));
  EXPECT_NE(sentence_.find("Wrong token."), std::string::npos);
  const auto second = time_to_refusal("kLive", "1?e=1_abcd1234&t=wrong");
  ASSERT_TRUE(second);
  EXPECT_GE(*second, milliseconds(200));
  const auto unknown = time_to_refusal("kLive?e=1_zzzzzzzz&t=c0ffee00", "1");
  ASSERT_TRUE(unknown);
  EXPECT_GE(*unknown, milliseconds(400));
  EXPECT_TRUE(passed_.lock()->empty());
}

TEST_F(GateTest, WrongTokensWait_TheRightOneDoesNot) {
  std::vector<RtmpPublisher> wrong;
  for (int i = 0; i < 20; ++i) {
    wrong.push_back(encoder("kLive?e=1_abcd1234&t=wrong", "1"));
    ASSERT_TRUE(wrong.back().talk_until(Phase::kConnecting));
  }
  const auto begin = std::chrono::steady_clock::now();
  RtmpPublisher publisher = encoder("kLive?e=1_abcd1234&t=c0ffee00", "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kPublishing));
  ASSERT_TRUE(has_passed(1));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(1000));
}

TEST_F(GateTest, AddressThatIsNone_IsRefusedAtOnceAndNobodyIsAsked) {
  ASSERT_TRUE(time_to_refusal("kLive?e=1_abcd1234", "1"));
  EXPECT_NE(sentence_.find("Missing argument: token"), std::string::npos);
  ASSERT_TRUE(time_to_refusal("kLive?e=%zz", "1"));
  EXPECT_EQ(*authenticator_->asked.lock(), 0);
}

TEST_F(GateTest, AuthenticatorDoesNotAnswer_ThoseWhoWaitedTooLongAreNotAskedFor) {
  start({.publish_timeout_ns = 1'000'000'000}, authenticator_);
  *authenticator_->holds.lock() = true;
  std::vector<RtmpPublisher> knocking;
  for (int i = 0; i < 12; ++i) {
    knocking.push_back(encoder("kLive?e=1_abcd1234&t=c0ffee00", "1"));
    ASSERT_TRUE(knocking.back().talk_until(Phase::kConnecting));
  }
  {
    auto asked = authenticator_->asked.lock();
    ASSERT_TRUE(authenticator_->asked.wait_until(
        asked, std::chrono::steady_clock::now() + std::chrono::seconds(10),
        [](int count) { return count == 4; }));
  }
  // The last one knocked before this, and its time is over when this is.
  RtmpPublisher silent = encoder("kLive", "1");
  ASSERT_TRUE(silent.is_closed_by_server());
  authenticator_->release();
  for (size_t i = 4; i < knocking.size(); ++i) {
    EXPECT_EQ(knocking[i].publish(), Phase::kRefused);
    EXPECT_NE(knocking[i].refusal().description.find("Try again"), std::string::npos);
  }
  EXPECT_EQ(*authenticator_->asked.lock(), 4);
}

TEST_F(GateTest, GateEndsWhileManyKnock_NothingIsLeft) {
  std::vector<RtmpPublisher> knocking;
  for (int i = 0; i < 30; ++i) {
    knocking.push_back(encoder("kLive?e=1_abcd1234&t=c0ffee00", "1"));
    ASSERT_TRUE(knocking.back().talk_until(Phase::kConnecting));
  }
  listener_.reset();
  gate_.reset();
  for (RtmpPublisher &each : knocking) {
    passed_.lock()->clear();
    EXPECT_TRUE(each.is_closed_by_server());
  }
}

TEST_F(GateTest, GateEndsAsOneKnocks_ThatOneIsClosed) {
  std::vector<std::unique_ptr<gst::RtmpListener>> listeners;
  std::vector<RtmpPublisher> seconds;
  for (int round = 0; round < 50; ++round) {
    base::Locked<Connections> arrived;
    const gst::RtmpListenerSettings settings{.address = "127.0.0.1", .port = 0};
    auto listener =
        gst::RtmpListener::start(settings, [&](gst::Ptr<GstKliveRtmpConnection> connection) {
          arrived.lock()->push_back(std::move(connection));
          arrived.notify();
        });
    ASSERT_TRUE(listener);
    RtmpPublisher first((*listener)->port(), "kLive?e=1_abcd1234&t=c0ffee00", "1");
    RtmpPublisher second((*listener)->port(), "kLive?e=1_abcd1234&t=c0ffee00", "1");
    ASSERT_TRUE(first.talk_until(Phase::kConnecting));
    ASSERT_TRUE(second.talk_until(Phase::kConnecting));
    Connections knocking;
    {
      auto now = arrived.lock();
      ASSERT_TRUE(arrived.wait_until(now,
                                     std::chrono::steady_clock::now() + std::chrono::seconds(10),
                                     [](const Connections &all) { return all.size() == 2; }));
      knocking.swap(*now);
    }
    const int asked_before = *authenticator_->asked.lock();
    Gate gate(authenticator_, [](gst::Ptr<GstKliveRtmpConnection>) {});
    gate.knock(std::move(knocking[0]));
    {
      auto asked = authenticator_->asked.lock();
      authenticator_->asked.wait_until(asked,
                                       std::chrono::steady_clock::now() + std::chrono::seconds(10),
                                       [&](int count) { return count > asked_before; });
    }
    // A thread is idle and wakes for this one, when there is no gate any more.
    gate.knock(std::move(knocking[1]));
    knocking.clear();
    listeners.push_back(*std::move(listener));
    seconds.push_back(std::move(second));
  }
  listeners.clear();
  for (RtmpPublisher &each : seconds) EXPECT_TRUE(each.is_closed_by_server());
}

TEST_F(GateTest, ManyWaitForAnAnswer_TheOneThatIsKnownDoesNot) {
  const auto silent = std::make_shared<SilentAuthenticator>();
  start({}, silent);
  std::vector<RtmpPublisher> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(encoder("kLive?e=1_abcd1234&t=asked" + std::to_string(i), "1"));
    ASSERT_TRUE(waiting.back().talk_until(Phase::kConnecting));
  }
  ASSERT_TRUE(silent->has_waiting(20));
  RtmpPublisher publisher = encoder("kLive?e=1_abcd1234&t=c0ffee00", "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kPublishing));
  ASSERT_TRUE(has_passed(1));
  for (const auto &answer : *silent->waiting.lock())
    answer(base::fail(base::ErrorCode::kUnavailable, "Nobody answers."));
  for (RtmpPublisher &each : waiting) EXPECT_EQ(each.publish(), Phase::kRefused);
}

TEST_F(GateTest, AnswerComesAfterTheGateIsGone_ConnectionIsClosed) {
  const auto silent = std::make_shared<SilentAuthenticator>();
  start({}, silent);
  RtmpPublisher late = encoder("kLive?e=1_abcd1234&t=asked", "1");
  ASSERT_TRUE(late.talk_until(Phase::kConnecting));
  ASSERT_TRUE(silent->has_waiting(1));
  listener_.reset();
  gate_.reset();
  gst::Grant grant;
  grant.entry = kEntry;
  silent->waiting.lock()->front()(grant);
  silent->waiting.lock()->clear();
  EXPECT_TRUE(late.is_closed_by_server());
}

}  // namespace
}  // namespace klive::app
