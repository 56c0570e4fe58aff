// SPDX-License-Identifier: LGPL-2.1-or-later
// Verdicts: how long, and for whom, what was said counts.
#include "remote/verdicts.h"

#include <gtest/gtest.h>

namespace klive::app {
namespace {

using base::ErrorCode;
using kaltura::PublishAddress;
using kaltura::Side;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr char kHere[] = "192.0.2.1:4711", kHereAgain[] = "192.0.2.1:4712";
constexpr char kElsewhere[] = "192.0.2.2:4711";

PublishAddress address(const std::string &token, Side side = Side::kPrimary,
                       const std::string &entry = "1_abcd1234") {
  PublishAddress made;
  made.entry = entry;
  made.side = side;
  made.token = token;
  return made;
}
gst::Grant grant() {
  gst::Grant made;
  made.entry = "1_abcd1234";
  made.token_id = "12345678";
  return made;
}

class VerdictsTest : public testing::Test {
 protected:
  Verdicts verdicts;
  Verdicts::Clock::time_point now{seconds(1000)};
  const base::Error wrong{ErrorCode::kRefused, "Wrong."};
};

TEST_F(VerdictsTest, Yes_CountsForThirtySecondsAndItsEntrySideAndTokenOnly) {
  verdicts.note_yes(address("a"), grant(), now);
  ASSERT_NE(verdicts.yes(address("a"), now), nullptr);
  EXPECT_EQ(verdicts.yes(address("a"), now)->token_id, "12345678");
  EXPECT_EQ(verdicts.yes(address("b"), now), nullptr);
  EXPECT_EQ(verdicts.yes(address("a", Side::kBackup), now), nullptr);
  EXPECT_EQ(verdicts.yes(address("a", Side::kPrimary, "1_other123"), now), nullptr);
  EXPECT_NE(verdicts.yes(address("a"), now + milliseconds(29'999)), nullptr);
  EXPECT_EQ(verdicts.yes(address("a"), now + seconds(30)), nullptr);
}

TEST_F(VerdictsTest, YesIsOld_IsStillTheLastOne) {
  verdicts.note_yes(address("a"), grant(), now);
  EXPECT_NE(verdicts.last_yes(address("a")), nullptr);
  EXPECT_EQ(verdicts.last_yes(address("b")), nullptr);
}

TEST_F(VerdictsTest, OldYesIsProlonged_CountsForFiveSeconds) {
  verdicts.note_yes(address("a"), grant(), now);
  now += seconds(300);
  verdicts.prolong(address("a"), now);
  EXPECT_NE(verdicts.yes(address("a"), now + milliseconds(4'999)), nullptr);
  EXPECT_EQ(verdicts.yes(address("a"), now + seconds(5)), nullptr);
  verdicts.prolong(address("b"), now);
  EXPECT_EQ(verdicts.last_yes(address("b")), nullptr);
}

TEST_F(VerdictsTest, No_CountsForItsAddressAlone) {
  verdicts.note_no(address("a"), kHere, wrong, now);
  EXPECT_NE(verdicts.no(address("a"), kHereAgain, now), nullptr);
  EXPECT_EQ(verdicts.no(address("a"), kElsewhere, now), nullptr);
  EXPECT_EQ(verdicts.no(address("b"), kHere, now), nullptr);
  EXPECT_NE(verdicts.no(address("a"), kHere, now + seconds(29)), nullptr);
  EXPECT_EQ(verdicts.no(address("a"), kHere, now + seconds(30)), nullptr);
}

TEST_F(VerdictsTest, NoThatIsNotTheEncodersFault_IsAskedAgainSoon) {
  verdicts.note_no(address("a"), kHere, {ErrorCode::kConflict, "Too many."}, now);
  EXPECT_NE(verdicts.no(address("a"), kHere, now + seconds(4)), nullptr);
  EXPECT_EQ(verdicts.no(address("a"), kHere, now + seconds(5)), nullptr);
}

TEST_F(VerdictsTest, NoAfterAYes_TakesItBackForEverybody) {
  verdicts.note_yes(address("a"), grant(), now);
  verdicts.note_no(address("a"), kElsewhere, wrong, now);
  EXPECT_EQ(verdicts.yes(address("a"), now), nullptr);
  EXPECT_EQ(verdicts.last_yes(address("a")), nullptr);
}

TEST_F(VerdictsTest, EntryIsForgotten_OthersAreNot) {
  verdicts.note_yes(address("a"), grant(), now);
  verdicts.note_yes(address("a", Side::kPrimary, "1_other123"), grant(), now);
  verdicts.note_no(address("b"), kHere, wrong, now);
  verdicts.forget("1_abcd1234");
  EXPECT_EQ(verdicts.last_yes(address("a")), nullptr);
  EXPECT_EQ(verdicts.no(address("b"), kHere, now), nullptr);
  EXPECT_NE(verdicts.yes(address("a", Side::kPrimary, "1_other123"), now), nullptr);
}

TEST_F(VerdictsTest, ManyGuesses_TheOldestGoesFirst) {
  for (size_t i = 0; i <= Verdicts::kMost; ++i)
    verdicts.note_no(address(std::to_string(i)), kHere, wrong, now + milliseconds(i));
  EXPECT_EQ(verdicts.no(address("0"), kHere, now), nullptr);
  EXPECT_NE(verdicts.no(address("1"), kHere, now), nullptr);
}

}  // namespace
}  // namespace klive::app
