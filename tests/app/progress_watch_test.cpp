// SPDX-License-Identifier: LGPL-2.1-or-later
#include "door/progress_watch.h"

#include <gtest/gtest.h>

namespace klive::app {
namespace {

using std::chrono::milliseconds;

class ProgressWatchTest : public testing::Test {
 protected:
  void look(uint64_t written, uint64_t unread, int after_ms = 500) {
    now_ += milliseconds(after_ms);
    watch.look(now_, written, unread);
  }
  ProgressWatch watch;

 private:
  ProgressWatch::Clock::time_point now_{};
};

TEST_F(ProgressWatchTest, EverythingIsRead_IsNotStuck) {
  for (uint64_t written = 0; written < 10'000; written += 1000) look(written, 0);
  EXPECT_EQ(watch.stuck(), milliseconds(0));
}

TEST_F(ProgressWatchTest, PipeStaysFullWhileItIsRead_IsNotStuck) {
  for (uint64_t written = 200'000; written < 900'000; written += 1000) look(written, 200'000);
  EXPECT_EQ(watch.stuck(), milliseconds(0));
}

TEST_F(ProgressWatchTest, NothingComes_IsNotStuck) {
  for (int i = 0; i < 20; ++i) look(5000, 0);
  EXPECT_EQ(watch.stuck(), milliseconds(0));
}

TEST_F(ProgressWatchTest, NothingIsRead_IsStuckFromThenOn) {
  look(1000, 0);
  look(2000, 1200);
  look(3000, 2400);
  look(3000, 2400);
  EXPECT_EQ(watch.stuck(), milliseconds(1500));
  look(3000, 2300);
  EXPECT_EQ(watch.stuck(), milliseconds(0));
}

TEST_F(ProgressWatchTest, WhoLooksWasStopped_ItsOwnAbsenceDoesNotCount) {
  look(1000, 0);
  look(2000, 1200, 15'000);
  EXPECT_EQ(watch.stuck(), milliseconds(1000));
}

TEST_F(ProgressWatchTest, Forgiven_BeginsAgain) {
  look(1000, 0);
  look(2000, 1200);
  watch.forgive();
  look(2000, 1200);
  EXPECT_EQ(watch.stuck(), milliseconds(500));
}

}  // namespace
}  // namespace klive::app
