// SPDX-License-Identifier: LGPL-2.1-or-later
// Registration: the sequence that a Kaltura installation is told, and its timers.
#include "remote/registration.h"

#include <gtest/gtest.h>

namespace klive::app {
namespace {

using kaltura::Value;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Outcome = Registration::Outcome;
using Step = Registration::Step;

constexpr double kMiddle = 0.5;  // no jitter

Value streams(int64_t bitrate) {
  Value stream = Value::of_type("KalturaLiveStreamParams");
  stream["flavorId"] = "32";
  stream["bitrate"] = bitrate;
  stream["frameRate"] = 30;
  return Value::Array{stream};
}

class RegistrationTest : public testing::Test {
 protected:
  Step next() { return registration.next(now, seen); }
  void done(Step step, Outcome outcome = Outcome::kDone) {
    registration.done(step, outcome, now, kMiddle);
  }
  /// The next step, which succeeds.
  Step go() {
    const Step step = next();
    if (step != Step::kNone) done(step);
    return step;
  }
  void put_on_air() {
    seen = {.is_publishing = true, .is_playable = true, .streams = streams(1'000'000)};
    while (go() != Step::kNone) {
    }
  }
  Registration registration;
  Registration::Seen seen;
  Registration::Clock::time_point now{seconds(1000)};
};

TEST_F(RegistrationTest, Broadcast_IsToldInOrder) {
  EXPECT_EQ(go(), Step::kNone);
  seen.is_publishing = true;
  EXPECT_EQ(go(), Step::kBroadcasting);
  EXPECT_EQ(go(), Step::kNone);
  seen.is_playable = true;
  seen.streams = streams(1'000'000);
  EXPECT_EQ(go(), Step::kPlayable);
  EXPECT_EQ(go(), Step::kStreams);
  EXPECT_EQ(go(), Step::kNone);
}

TEST_F(RegistrationTest, StepIsUnderWay_NoneComesBesideIt) {
  seen = {.is_publishing = true, .is_playable = true};
  EXPECT_EQ(next(), Step::kBroadcasting);
  now += seconds(300);
  EXPECT_EQ(next(), Step::kNone);
  done(Step::kBroadcasting);
  EXPECT_EQ(next(), Step::kPlayable);
}

TEST_F(RegistrationTest, OnAir_IsRenewedEverySixtySeconds) {
  put_on_air();
  for (int i = 0; i < 3; ++i) {
    now += milliseconds(59'999);
    EXPECT_EQ(go(), Step::kNone);
    now += milliseconds(1);
    EXPECT_EQ(go(), Step::kPlayable);
  }
}

TEST_F(RegistrationTest, StreamsChangeALittle_NothingIsTold) {
  put_on_air();
  now += seconds(20);
  seen.streams = streams(1'090'000);
  EXPECT_EQ(go(), Step::kNone);
  seen.streams = streams(1'110'000);
  EXPECT_EQ(go(), Step::kStreams);
  EXPECT_EQ(go(), Step::kNone);
}

TEST_F(RegistrationTest, StreamsStayTheSame_AreToldEveryFiveMinutes) {
  put_on_air();
  int told = 0;
  for (int second = 0; second < 700; ++second) {
    now += seconds(1);
    told += go() == Step::kStreams;
  }
  EXPECT_EQ(told, 2);
}

TEST_F(RegistrationTest, NoMediaForFifteenSeconds_IsUnregistered) {
  put_on_air();
  seen.is_publishing = false;
  now += milliseconds(14'999);
  EXPECT_EQ(go(), Step::kNone);
  EXPECT_FALSE(registration.is_over());
  now += milliseconds(1);
  EXPECT_EQ(go(), Step::kUnregister);
  EXPECT_TRUE(registration.is_over());
}

TEST_F(RegistrationTest, EncoderReturnsInTime_NothingIsTold) {
  put_on_air();
  seen.is_publishing = false;
  now += seconds(14);
  EXPECT_EQ(go(), Step::kNone);
  seen.is_publishing = true;
  now += seconds(2);
  EXPECT_EQ(go(), Step::kNone);
  seen.is_publishing = false;
  now += seconds(14);
  EXPECT_EQ(go(), Step::kNone);
}

TEST_F(RegistrationTest, EncoderReturnsLate_ItBeginsAgain) {
  put_on_air();
  seen.is_publishing = false;
  now += seconds(15);
  EXPECT_EQ(go(), Step::kUnregister);
  seen.is_publishing = true;
  EXPECT_EQ(go(), Step::kBroadcasting);
  EXPECT_EQ(go(), Step::kPlayable);
  EXPECT_EQ(go(), Step::kStreams);
}

TEST_F(RegistrationTest, NobodyAnswers_ItIsTriedAgainLaterAndLater) {
  seen.is_publishing = true;
  for (const int pause : {1, 2, 4, 8, 16, 30, 30}) {
    ASSERT_EQ(next(), Step::kBroadcasting);
    done(Step::kBroadcasting, Outcome::kFailed);
    now += seconds(pause) - milliseconds(1);
    EXPECT_EQ(next(), Step::kNone) << pause;
    now += milliseconds(1);
  }
  EXPECT_EQ(go(), Step::kBroadcasting);
}

TEST_F(RegistrationTest, InstallationForgotIt_ItBeginsAgain) {
  put_on_air();
  now += seconds(60);
  ASSERT_EQ(go(), Step::kPlayable);
  now += seconds(20);
  seen.streams = streams(2'000'000);
  ASSERT_EQ(next(), Step::kStreams);
  done(Step::kStreams, Outcome::kUnknown);
  now += seconds(1);
  EXPECT_EQ(go(), Step::kBroadcasting);
  EXPECT_EQ(go(), Step::kPlayable);
  EXPECT_EQ(go(), Step::kStreams);
}

TEST_F(RegistrationTest, UnregisteringWhatIsNotKnown_IsDone) {
  put_on_air();
  seen.is_publishing = false;
  now += seconds(15);
  ASSERT_EQ(next(), Step::kUnregister);
  done(Step::kUnregister, Outcome::kUnknown);
  EXPECT_TRUE(registration.is_over());
}

}  // namespace
}  // namespace klive::app
