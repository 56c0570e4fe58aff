// SPDX-License-Identifier: LGPL-2.1-or-later
// How soon dead workers are replaced, by a clock of the test's own.
#include "door/worker_deaths.h"

#include <gtest/gtest.h>

namespace klive::app {
namespace {

using std::chrono::seconds;

class Deaths : public ::testing::Test {
 protected:
  /// A worker is born after `wait` and dies `age` later.
  WorkerDeaths::Verdict live(seconds age, WorkerDeaths::Clock::duration wait = {}) {
    now_ += wait;
    deaths_.born(now_);
    now_ += age;
    return deaths_.died(now_);
  }

 private:
  WorkerDeaths deaths_;
  WorkerDeaths::Clock::time_point now_{seconds(1'000'000)};
};

TEST_F(Deaths, OfALongLife_IsReplacedAtOnce) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(live(seconds(5)).wait, seconds(0));
}

TEST_F(Deaths, OfShortLives_WaitLongerAndLonger) {
  for (const int wait : {0, 1, 2, 4, 8, 8, 8}) EXPECT_EQ(live(seconds(0)).wait, seconds(wait));
}

TEST_F(Deaths, OfALongLifeAfterShortOnes_IsReplacedAtOnce) {
  for (int i = 0; i < 3; ++i) (void)live(seconds(1));
  EXPECT_EQ(live(seconds(10)).wait, seconds(0));
  EXPECT_EQ(live(seconds(1)).wait, seconds(0));
  EXPECT_EQ(live(seconds(1)).wait, seconds(1));
}

TEST_F(Deaths, SixWithinAMinute_TheStreamIsGivenUpOnce) {
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(live(seconds(9)).is_given_up);
  EXPECT_TRUE(live(seconds(9)).is_given_up);
  EXPECT_FALSE(live(seconds(9)).is_given_up);
}

TEST_F(Deaths, SeldomOnes_NeverGiveTheStreamUp) {
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(live(seconds(13)).is_given_up);
}

}  // namespace
}  // namespace klive::app
