// SPDX-License-Identifier: LGPL-2.1-or-later
// Alerts against an installation: what it is told of refusals, and how often.
#include "remote/alerts.h"

#include "installation_fixture.h"

namespace klive::test {
namespace {

using app::Alerts;
using kaltura::Value;

class AlertsTest : public InstallationFixture {
 protected:
  AlertsTest() {
    address_.entry = "1_abcd1234";
    address_.side = kaltura::Side::kBackup;
    address_.token = "nobody is told";
    address_.stream_name = "9";
  }
  app::ApiAnswer answer(const InstallationCall &call) override {
    EXPECT_EQ(call.path, "/api_v3/service/beacon_beacon/action/add");
    EXPECT_EQ(call.text.find(address_.token), std::string::npos) << "the token is told";
    told_.push_back(call.value);
    return {"application/json", "true", {}};
  }
  void refused(const std::string &error) { alerts_.refused(address_, 102, error, now_); }
  /// How many beacons came, when so many were sent.
  size_t arrived(size_t count) {
    EXPECT_TRUE(run_until([&] { return told_.size() >= count; }));
    EXPECT_EQ(client_->stats().calls, count);
    return told_.size();
  }

  Alerts alerts_{*client_};
  kaltura::PublishAddress address_;
  Alerts::Clock::time_point now_ = Alerts::Clock::now();
  std::vector<Value> told_;
};

TEST_F(AlertsTest, Refusal_IsABeaconOfTheEntryAndSide) {
  refused(app::kWrongStreamName);
  ASSERT_EQ(arrived(1), 1u);
  EXPECT_EQ(told_[0].integer_of("partnerId"), 102);
  const Value *beacon = told_[0].find("beacon");
  EXPECT_EQ(beacon->text_of("relatedObjectType"), "4");
  EXPECT_EQ(beacon->text_of("objectId"), "1_abcd1234");
  EXPECT_EQ(beacon->text_of("eventType"), "1_healthData");
  const auto data = kaltura::read_json(beacon->text_of("privateData"));
  ASSERT_TRUE(data);
  EXPECT_EQ(data->integer_of("maxSeverity"), 4);
  const Value &alert = data->find("alerts")->array()->front();
  EXPECT_EQ(alert.integer_of("Code"), 112);
  EXPECT_EQ(alert.find("Arguments")->text_of("parameter"), "9");
}

TEST_F(AlertsTest, EncoderTriesAgainAndAgain_IsToldOnceInAWhile) {
  refused("LIVE_STREAM_INVALID_TOKEN");
  refused("LIVE_STREAM_INVALID_TOKEN");
  refused("LIVE_STREAM_EXCEEDED_MAX_PASSTHRU");
  now_ += std::chrono::seconds(31);
  refused("LIVE_STREAM_INVALID_TOKEN");
  EXPECT_EQ(arrived(3), 3u);
}

TEST_F(AlertsTest, WhatIsNoEncodersBusiness_IsNotTold) {
  refused("INVALID_KS");
  refused("MEDIA_SERVER_NOT_FOUND");
  EXPECT_EQ(arrived(0), 0u);
}

TEST_F(AlertsTest, FloodOfEntries_IsNotPassedOn) {
  for (int i = 0; i < 1000; ++i) {
    address_.entry = "1_" + std::to_string(10'000'000 + i);
    refused("LIVE_STREAM_INVALID_TOKEN");
  }
  EXPECT_EQ(arrived(64), 64u);
}

}  // namespace
}  // namespace klive::test
