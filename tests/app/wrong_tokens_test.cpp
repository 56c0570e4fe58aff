// SPDX-License-Identifier: LGPL-2.1-or-later
// WrongTokens: how long the answer to a wrong token waits.
#include "door/wrong_tokens.h"

#include <gtest/gtest.h>

#include <vector>

namespace klive::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr char kFrom[] = "192.0.2.7:4711";

TEST(WrongTokens, EachFurtherOne_WaitsLongerUpToTwoSeconds) {
  WrongTokens wrong;
  const WrongTokens::Clock::time_point now{};
  std::vector<long> delays;
  for (int i = 0; i < 8; ++i) delays.push_back(wrong.note(kFrom, now + seconds(i)).time.count());
  EXPECT_EQ(delays, (std::vector<long>{100, 200, 400, 800, 1600, 2000, 2000, 2000}));
  EXPECT_EQ(wrong.note("192.0.2.8:4711", now).time, milliseconds(100));
  EXPECT_TRUE(wrong.note(kFrom, now + seconds(8)).is_longest);
  EXPECT_EQ(wrong.note(kFrom, now + seconds(8 + 61)).time, milliseconds(100));
}

TEST(WrongTokens, ManyAddresses_StayBounded) {
  WrongTokens wrong;
  const WrongTokens::Clock::time_point now{};
  EXPECT_EQ(wrong.note("192.0.2.7:1", now).time, milliseconds(100));
  for (int i = 0; i < 5000; ++i) {
    const std::string address =
        "10." + std::to_string(i / 250) + ".0." + std::to_string(i % 250) + ":1";
    (void)wrong.note(address, now + seconds(1) + milliseconds(i));
  }
  EXPECT_EQ(wrong.size(), 4096u);
  EXPECT_EQ(wrong.note("192.0.2.7:1", now + seconds(2)).time,
            milliseconds(100));  // was let go first
}

TEST(WrongTokens, SourceOfAnAddress_HasNoPortAndHalfOfIpv6) {
  EXPECT_EQ(source_of("192.0.2.7:4711"), "192.0.2.7");
  EXPECT_EQ(source_of("[::1]:4711"), "::");
  EXPECT_EQ(source_of("[2001:db8:1:2:3:4:5:6]:1"), "2001:db8:1:2::");
  EXPECT_EQ(source_of("[::ffff:192.0.2.7]:1"), "192.0.2.7");
  EXPECT_EQ(source_of("[fe80::1%eth0]:1"), "fe80::");
  EXPECT_EQ(source_of(""), "");
}

}  // namespace
}  // namespace klive::app
