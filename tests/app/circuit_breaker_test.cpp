// SPDX-License-Identifier: LGPL-2.1-or-later
// CircuitBreaker: when calls are let through, and how long it waits.
#include "remote/circuit_breaker.h"

#include <gtest/gtest.h>

namespace klive::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr double kMiddle = 0.5;  // no jitter

class CircuitBreakerTest : public testing::Test {
 protected:
  void fail(int times) {
    for (int i = 0; i < times; ++i) breaker.failure(now, kMiddle);
  }
  CircuitBreaker breaker;
  CircuitBreaker::Clock::time_point now{};
};

TEST_F(CircuitBreakerTest, TwoFailures_CallsGoOn) {
  fail(2);
  EXPECT_TRUE(breaker.may_call(now));
  breaker.success();
  fail(2);
  EXPECT_FALSE(breaker.is_open());
}

TEST_F(CircuitBreakerTest, ThreeFailures_NobodyCallsForTwoSeconds) {
  fail(3);
  EXPECT_TRUE(breaker.is_open());
  EXPECT_FALSE(breaker.may_call(now));
  now += milliseconds(1999);
  EXPECT_FALSE(breaker.may_call(now));
  now += milliseconds(1);
  EXPECT_TRUE(breaker.may_call(now));
}

TEST_F(CircuitBreakerTest, AfterThePause_OneFindsOutForAll) {
  fail(3);
  now += seconds(2);
  ASSERT_TRUE(breaker.may_call(now));
  EXPECT_FALSE(breaker.may_call(now));
  breaker.success();
  EXPECT_TRUE(breaker.may_call(now));
  EXPECT_FALSE(breaker.is_open());
}

TEST_F(CircuitBreakerTest, StillSilent_ThePauseDoublesUpToThirtySeconds) {
  fail(3);
  for (const int pause : {2, 4, 8, 16, 30, 30}) {
    now += seconds(pause) - milliseconds(1);
    EXPECT_FALSE(breaker.may_call(now)) << pause;
    now += milliseconds(1);
    ASSERT_TRUE(breaker.may_call(now)) << pause;
    fail(1);
  }
}

TEST_F(CircuitBreakerTest, CallsThatWereOnTheirWay_DoNotProlongThePause) {
  fail(3);
  fail(20);
  now += seconds(2);
  EXPECT_TRUE(breaker.may_call(now));
}

TEST(BackOff, Chance_IsAQuarterMoreOrLess) {
  EXPECT_EQ(back_off(1, seconds(1), seconds(60), 0.0), milliseconds(750));
  EXPECT_EQ(back_off(1, seconds(1), seconds(60), 1.0), milliseconds(1250));
  EXPECT_EQ(back_off(3, seconds(1), seconds(60), kMiddle), seconds(4));
  EXPECT_EQ(back_off(100, seconds(1), seconds(60), kMiddle), seconds(60));
}

}  // namespace
}  // namespace klive::app
