// SPDX-License-Identifier: LGPL-2.1-or-later
// When the descriptors of the process come to an end.
#include "door/descriptors.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include <vector>

#include "klive/unique_fd.h"

namespace klive::app {
namespace {

class Descriptors : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    rlimit now = before_;
    now.rlim_cur = 200;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &now), 0);
  }
  void TearDown() override { setrlimit(RLIMIT_NOFILE, &before_); }
  /// Takes descriptors until their highest number is `last`.
  void take_until(int last) {
    while (taken_.empty() || taken_.back().get() < last) {
      taken_.emplace_back(eventfd(0, EFD_CLOEXEC));
      ASSERT_TRUE(taken_.back());
    }
  }

  std::vector<gst::UniqueFd> taken_;

 private:
  rlimit before_{};
};

TEST_F(Descriptors, FewAreTaken_ThereAreEnough) { EXPECT_FALSE(are_descriptors_scarce()); }

TEST_F(Descriptors, LessThanTheKeptOnesAreLeft_TheyAreScarce) {
  take_until(134);
  EXPECT_FALSE(are_descriptors_scarce());
  take_until(135);
  EXPECT_TRUE(are_descriptors_scarce());
  taken_.pop_back();
  EXPECT_FALSE(are_descriptors_scarce());
}

TEST_F(Descriptors, NoneIsLeft_TheyAreScarce) {
  take_until(199);
  EXPECT_TRUE(are_descriptors_scarce());
}

}  // namespace
}  // namespace klive::app
