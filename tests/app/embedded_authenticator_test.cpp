// SPDX-License-Identifier: LGPL-2.1-or-later
#include "backend/embedded_authenticator.h"

#include <gtest/gtest.h>

#include "temp_folder.h"

namespace klive::app {
namespace {

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
    auto profiles_opened = ProfileStore::open(store->objects(), {});
    ASSERT_TRUE(profiles_opened);
    profiles = *std::move(profiles_opened);
    authenticator = make_embedded_authenticator(
        *store, *profiles, [this](const char *reason) { reasons.emplace_back(reason); });
  }
  base::Result<gst::Grant> ask(const std::string &entry, const std::string &token) {
    kaltura::PublishAddress address;
    address.entry = entry;
    address.token = token;
    return authenticator->authenticate(address, kFrom);
  }

  test::TempFolder folder;
  std::unique_ptr<EntryStore> store;
  std::unique_ptr<ProfileStore> profiles;
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

}  // namespace
}  // namespace klive::app
