// SPDX-License-Identifier: LGPL-2.1-or-later
// The API as its callers see it: requests in, texts out.
#pragma once

#include <gtest/gtest.h>

#include <ctime>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "api/api_server.h"
#include "kaltura/ks.h"
#include "kaltura/value.h"
#include "temp_folder.h"

namespace klive::app::test {

inline const Secrets kSecrets{.partner_id = 101,
                              .admin_secret = "0123456789abcdef0123456789abcdef",
                              .user_secret = "fedcba9876543210fedcba9876543210",
                              .media_server_secret = "00112233445566778899aabbccddeeff",
                              .more_partners = {{102, "other-admin,other-admin-2", "other-user"}}};

inline std::string make_session(kaltura::KsType type, const std::string &secret,
                                int64_t seconds = 60, const std::string &privileges = {},
                                int64_t partner = 101, const std::string &user = "ann") {
  const base::Bytes random(16, 1);
  return kaltura::make_ks_v2({.partner = partner,
                              .type = type,
                              .expiry = std::time(nullptr) + seconds,
                              .user = user,
                              .privileges = privileges},
                             secret, random);
}

/// An answer in JSON.
class Answer {
 public:
  explicit Answer(std::string body) : text(std::move(body)) {
    auto read = kaltura::read_json(text, {.depth = 64, .members = 100'000});
    if (read) value = *std::move(read);
  }
  [[nodiscard]] std::string operator[](const char *name) const {
    return value.text_of(name, "(none)");
  }
  [[nodiscard]] std::string string() const { return value.text().value_or("(none)"); }
  [[nodiscard]] kaltura::Value::Array objects() const {
    const kaltura::Value *list = value.find("objects");
    return list != nullptr && list->is_array() ? *list->array() : kaltura::Value::Array();
  }
  /// The ids of a list.
  [[nodiscard]] std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    for (const kaltura::Value &each : objects()) ids.push_back(each.text_of("id"));
    return ids;
  }
  std::string text;
  kaltura::Value value;
};

class ApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = EntryStore::open(folder / "klive.db");
    ASSERT_TRUE(opened);
    store = *std::move(opened);
    auto shipped = ProfileStore::open(store->objects(), {});
    ASSERT_TRUE(shipped);
    profiles = *std::move(shipped);
    restart({});
  }
  void restart(ApiSettings settings) {
    server = std::make_unique<ApiServer>(ApiParts{
        .entries = *store,
        .profiles = *profiles,
        .secrets = kSecrets,
        .settings = std::move(settings),
        .live = [this](const std::string &id) { return live_info(id); },
        .playable = [this] { return std::vector<std::string>(live.begin(), live.end()); }});
  }
  [[nodiscard]] LiveInfo live_info(const std::string &id) const {
    LiveInfo info;
    info.is_playable = live.contains(id);
    info.sides[0].is_publishing = live.contains(id);
    info.sides[0].since = 1'700'000'000;
    return info;
  }
  ApiAnswer send(const std::string &path, const std::string &query, const std::string &type,
                 const std::string &body) {
    return server->answer({.path = path,
                           .query = query,
                           .content_type = type,
                           .body = body,
                           .host = "live.example.org",
                           .origin = "http://live.example.org:8080",
                           .remote_address = "127.0.0.1:1"});
  }
  /// A call in JSON; `members` is the inside of the body's object.
  Answer call(const std::string &what, const std::string &ks, const std::string &members = {}) {
    const size_t slash = what.find('/');
    std::string body = R"({"format":1)";
    if (!ks.empty()) body += R"(,"ks":")" + ks + '"';
    if (!members.empty()) body += "," + members;
    return Answer(
        send("/api_v3/service/" + what.substr(0, slash) + "/action/" + what.substr(slash + 1), "",
             "application/json", body + "}")
            .body);
  }
  std::string add(const std::string &name) {
    return call("liveStream/add", admin, R"("liveStreamEntry":{"name":")" + name + "\"}")["id"];
  }
  static std::string entry_id(const std::string &id) { return R"("entryId":")" + id + '"'; }

  const std::string admin = make_session(kaltura::KsType::kAdmin, kSecrets.admin_secret);
  const std::string user = make_session(kaltura::KsType::kUser, kSecrets.user_secret, 60, "", 101, "uma");
  const std::string other_admin =
      make_session(kaltura::KsType::kAdmin, "other-admin-2", 60, "", 102);
  const std::string media_server =
      make_session(kaltura::KsType::kAdmin, kSecrets.media_server_secret, 60, "", -5);
  TempFolder folder;
  std::unique_ptr<EntryStore> store;
  std::unique_ptr<ProfileStore> profiles;
  std::unique_ptr<ApiServer> server;
  std::set<std::string> live;
};

}  // namespace klive::app::test
