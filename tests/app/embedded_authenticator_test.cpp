// SPDX-License-Identifier: LGPL-2.1-or-later
#include "backend/embedded_authenticator.h"

#include <gtest/gtest.h>

#include "backend/wrong_tokens.h"
#include "temp_folder.h"

namespace klive::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr char kFrom[] = "192.0.2.7:4711";

class EmbeddedAuthenticatorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = EntryStore::open(folder / "klive.db");
    ASSERT_TRUE(opened);
    store = *std::move(opened);
    ASSERT_TRUE(store->add({.id = "1_abcd1234",
                            .name = "Town hall",
                            .token = "c0ffee00",
                            .admin_tags = "lowlatency"}));
    authenticator = make_embedded_authenticator(
        *store, [this](const char *reason) { reasons.emplace_back(reason); });
  }
  base::Result<gst::Grant> ask(const std::string &entry, const std::string &token) {
    kaltura::PublishAddress address;
    address.entry = entry;
    address.token = token;
    return authenticator->authenticate(address, kFrom);
  }

  test::TempFolder folder;
  std::unique_ptr<EntryStore> store;
  std::shared_ptr<gst::Authenticator> authenticator;  // owners: this test
  std::vector<std::string> reasons;
};

TEST_F(EmbeddedAuthenticatorTest, RightToken_IsGrantedWithTheProfilesFlavors) {
  const auto grant = ask("1_abcd1234", "c0ffee00");
  ASSERT_TRUE(grant) << grant.error().message;
  EXPECT_EQ(grant->entry, "1_abcd1234");
  EXPECT_EQ(grant->token_id, token_id("c0ffee00"));
  EXPECT_TRUE(grant->low_latency);
  ASSERT_EQ(grant->flavors.size(), 3u);
  EXPECT_EQ(grant->flavors[0].id, 32u);
  EXPECT_TRUE(reasons.empty());
}

TEST_F(EmbeddedAuthenticatorTest, WrongToken_IsRefusedWithoutRepeatingAToken) {
  for (const char *token : {"c0ffee01", "c0ffee", "", "c0ffee000"}) {
    const auto grant = ask("1_abcd1234", token);
    ASSERT_FALSE(grant) << token;
    EXPECT_EQ(grant.error().code, base::ErrorCode::kRefused);
    EXPECT_EQ(grant.error().message,
              "Invalid token supplied for live entry [1_abcd1234]. Copy the entry's URL again; its "
              "token may have been replaced.");
  }
  EXPECT_EQ(reasons, (std::vector<std::string>(4, "token")));
}

TEST_F(EmbeddedAuthenticatorTest, UnknownEntry_IsNotFound) {
  const auto grant = ask("1_nosuch00", "c0ffee00");
  ASSERT_FALSE(grant);
  EXPECT_EQ(grant.error().message,
            "Entry id \"1_nosuch00\" not found. Copy the URL of an entry that exists; this one may "
            "have been deleted.");
  EXPECT_EQ(reasons, (std::vector<std::string>{"entry"}));
}

TEST_F(EmbeddedAuthenticatorTest, ReplacedToken_IsRefusedFromThenOn) {
  ASSERT_TRUE(ask("1_abcd1234", "c0ffee00"));
  const auto renewed = store->regenerate_token("1_abcd1234");
  ASSERT_TRUE(renewed);
  EXPECT_FALSE(ask("1_abcd1234", "c0ffee00"));
  EXPECT_TRUE(ask("1_abcd1234", renewed->token));
}

TEST_F(EmbeddedAuthenticatorTest, WrongTokensBefore_DoNotDelayTheRightOne) {
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(ask("1_abcd1234", "wrong"));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(ask("1_abcd1234", "c0ffee00"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(400));
}

TEST(WrongTokens, EachFurtherOne_WaitsLongerUpToTwoSeconds) {
  WrongTokens wrong;
  const WrongTokens::Clock::time_point now{};
  std::vector<long> delays;
  for (int i = 0; i < 8; ++i) delays.push_back(wrong.note(kFrom, now + seconds(i)).count());
  EXPECT_EQ(delays, (std::vector<long>{100, 200, 400, 800, 1600, 2000, 2000, 2000}));
  EXPECT_EQ(wrong.note("192.0.2.8:4711", now), milliseconds(100));
  EXPECT_EQ(wrong.note(kFrom, now + seconds(7 + 61)), milliseconds(100));
}

TEST(WrongTokens, ManyAddresses_StayBounded) {
  WrongTokens wrong;
  const WrongTokens::Clock::time_point now{};
  EXPECT_EQ(wrong.note("192.0.2.7:1", now), milliseconds(100));
  for (int i = 0; i < 5000; ++i) {
    const std::string address =
        "10." + std::to_string(i / 250) + ".0." + std::to_string(i % 250) + ":1";
    (void)wrong.note(address, now + seconds(1) + milliseconds(i));
  }
  EXPECT_EQ(wrong.size(), 4096u);
  EXPECT_EQ(wrong.note("192.0.2.7:1", now + seconds(2)), milliseconds(100));  // was let go first
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
