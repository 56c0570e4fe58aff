// SPDX-License-Identifier: LGPL-2.1-or-later
#include "backend/secrets.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "temp_folder.h"

namespace klive::app {
namespace {

TEST(Secrets, FirstStart_MakesThemForTheOwnerAlone) {
  const test::TempFolder folder;
  const std::string root = folder / "new/root";
  const auto made = load_or_make_secrets(root);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->partner_id, 101);
  EXPECT_EQ(made->admin_secret.size(), 32u);
  EXPECT_EQ(made->user_secret.size(), 32u);
  EXPECT_NE(made->admin_secret, made->user_secret);
  struct stat status {};
  ASSERT_EQ(stat((root + "/secrets.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  // Nothing else is left behind.
  size_t files = 0;
  for ([[maybe_unused]] const auto &file : std::filesystem::directory_iterator(root)) ++files;
  EXPECT_EQ(files, 1u);
}

TEST(Secrets, MorePartnersAndSecrets_AreRead) {
  const test::TempFolder folder;
  std::ofstream(folder / "secrets.json")
      << R"({"partner_id":7,"admin_secret":"a,b","user_secret":"u","media_server_secret":"m",)"
      << R"("partners":[{"id":8,"admin_secret":"c","user_secret":"d"}]})";
  const auto secrets = load_secrets(folder.path());
  ASSERT_TRUE(secrets) << secrets.error().message;
  EXPECT_EQ(each_secret(secrets->admin_secret), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(first_secret(secrets->admin_secret), "a");
  EXPECT_EQ(secrets->media_server_secret, "m");
  ASSERT_EQ(secrets->more_partners.size(), 1u);
  EXPECT_EQ(secrets->more_partners[0].id, 8);
  EXPECT_EQ(secrets->more_partners[0].user_secret, "d");
  std::ofstream(folder / "secrets.json")
      << R"({"partner_id":7,"admin_secret":"a","user_secret":"u","partners":[{"id":8}]})";
  EXPECT_FALSE(load_secrets(folder.path()));
}

TEST(Secrets, SecondStart_FindsThem) {
  const test::TempFolder folder;
  const auto first = load_or_make_secrets(folder.path());
  const auto second = load_or_make_secrets(folder.path());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->admin_secret, second->admin_secret);
  EXPECT_EQ(load_secrets(folder.path())->user_secret, first->user_secret);
}

TEST(Secrets, MissingFile_IsNotFound) {
  const test::TempFolder folder;
  EXPECT_EQ(load_secrets(folder.path()).error().code, base::ErrorCode::kNotFound);
}

TEST(Secrets, DamagedFile_IsRefusedAndNotReplaced) {
  for (const char *text : {"", "{", "[]", R"({"partner_id":"x","admin_secret":"a"})",
                           R"({"partner_id":101,"admin_secret":"secret-a"})",
                           R"({"partner_id":101,"admin_secret":"","user_secret":"b"})"}) {
    const test::TempFolder folder;
    std::ofstream(folder / "secrets.json") << text;
    const auto secrets = load_or_make_secrets(folder.path());
    ASSERT_FALSE(secrets) << text;
    EXPECT_EQ(secrets.error().code, base::ErrorCode::kInvalid);
    EXPECT_EQ(secrets.error().message.find("secret-a"), std::string::npos);
  }
}

}  // namespace
}  // namespace klive::app
