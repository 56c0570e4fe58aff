// SPDX-License-Identifier: LGPL-2.1-or-later
// The API as its callers see it: requests in, texts out.
#include <gtest/gtest.h>

#include <ctime>
#include <set>

#include "api/actions.h"
#include "api/api_server.h"
#include "api/json_node.h"
#include "kaltura/ks.h"
#include "kaltura/publish_address.h"
#include "kaltura/request.h"
#include "temp_folder.h"

namespace klive::app {
namespace {

using kaltura::KsType;
using kaltura::member_integer;
using kaltura::member_text;

constexpr char kJson[] = "application/json";
const Secrets kSecrets{.partner_id = 101,
                       .admin_secret = "0123456789abcdef0123456789abcdef",
                       .user_secret = "fedcba9876543210fedcba9876543210"};

std::string make_session(KsType type, const std::string &secret, int64_t seconds = 60,
                         const std::string &privileges = {}, int64_t partner = 101) {
  const base::Bytes random(16, 1);
  return kaltura::make_ks_v2({.partner = partner,
                              .type = type,
                              .expiry = std::time(nullptr) + seconds,
                              .user = "ann",
                              .privileges = privileges},
                             secret, random);
}

/// An answer in JSON.
class Answer {
 public:
  explicit Answer(const std::string &body)
      : text(body), node_(json_from_string(body.c_str(), nullptr)) {}
  [[nodiscard]] JsonObject *object() const {
    return node_ && JSON_NODE_HOLDS_OBJECT(node_.get()) ? json_node_get_object(node_.get())
                                                        : nullptr;
  }
  [[nodiscard]] std::string operator[](const char *name) const {
    return member_text(object(), name).value_or("(none)");
  }
  [[nodiscard]] std::string string() const { return json_node_get_string(node_.get()); }
  /// The ids of a list.
  [[nodiscard]] std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    JsonArray *objects = json_object_get_array_member(object(), "objects");
    for (guint i = 0; i < json_array_get_length(objects); ++i) {
      ids.push_back(*member_text(json_array_get_object_element(objects, i), "id"));
    }
    return ids;
  }
  std::string text;

 private:
  api::NodePtr node_;
};

class ApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = EntryStore::open(folder / "klive.db");
    ASSERT_TRUE(opened);
    store = *std::move(opened);
    restart({});
  }
  void restart(ApiSettings settings) {
    server =
        std::make_unique<ApiServer>(*store, kSecrets, std::move(settings),
                                    [this](const std::string &id) { return live.count(id) > 0; });
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
             kJson, body + "}")
            .body);
  }
  std::string add(const std::string &name) {
    return call("liveStream/add", admin, R"("liveStreamEntry":{"name":")" + name + "\"}")["id"];
  }
  static std::string entry_id(const std::string &id) { return R"("entryId":")" + id + '"'; }

  const std::string admin = make_session(KsType::kAdmin, kSecrets.admin_secret);
  const std::string user = make_session(KsType::kUser, kSecrets.user_secret);
  test::TempFolder folder;
  std::unique_ptr<EntryStore> store;
  std::unique_ptr<ApiServer> server;
  std::set<std::string> live;
};

TEST_F(ApiTest, Add_ReturnsTheEntryWithWhereToPublish) {
  const Answer entry = call(
      "liveStream/add", admin,
      R"("liveStreamEntry":{"objectType":"KalturaLiveStreamEntry","name":"Town hall","dvrWindow":30,)"
      R"("recordStatus":"2","segmentDuration":4000,"adminTags":"lowlatency",)"
      R"("conversionProfileId":2,"description":"d","sourceType":"32","tags":"x"})");
  EXPECT_TRUE(kaltura::is_entry_id(entry["id"])) << entry.text;
  EXPECT_EQ(entry["objectType"], "KalturaLiveStreamEntry");
  EXPECT_EQ(entry["name"], "Town hall");
  EXPECT_EQ(entry["partnerId"], "101");
  EXPECT_EQ(entry["dvrStatus"], "1");
  EXPECT_EQ(entry["dvrWindow"], "30");
  EXPECT_EQ(entry["recordStatus"], "2");
  EXPECT_EQ(entry["segmentDuration"], "4000");
  EXPECT_EQ(entry["adminTags"], "lowlatency");
  EXPECT_EQ(entry["conversionProfileId"], "2");
  EXPECT_EQ(entry["flavorParamsIds"], "32");
  EXPECT_EQ(entry["liveStatus"], "0");
  EXPECT_EQ(entry["streamName"], "1");
  const std::string query = "p=101&e=" + entry["id"] + "&i=";
  EXPECT_EQ(entry["primaryBroadcastingUrl"],
            "rtmp://live.example.org:1935/kLive?" + query + "0&t=" + entry["streamPassword"]);
  EXPECT_EQ(entry["secondaryBroadcastingUrl"],
            "rtmp://live.example.org:1935/kLive?" + query + "1&t=" + entry["streamPassword"]);
  EXPECT_EQ(entry["hlsStreamUrl"],
            "http://live.example.org:8080/live/" + entry["id"] + "/master.m3u8");
  EXPECT_EQ(store->get(entry["id"])->record, RecordMode::kSession);
}

TEST_F(ApiTest, PublishUrls_AreReadBackByTheIngest) {
  ASSERT_TRUE(store->add({.id = "1_abcd1234", .name = "Town hall", .token = "a/b&c=d%+"}));
  const std::vector<ApiSettings> all = {
      {}, {.rtmp_host = "::1", .rtmp_port = 19350}, {.broadcast_domain = "live.example.org"}};
  for (const ApiSettings &settings : all) {
    restart(settings);
    const Answer entry = call("liveStream/get", admin, entry_id("1_abcd1234"));
    for (const auto side : {kaltura::Side::kPrimary, kaltura::Side::kBackup}) {
      const std::string url = entry[side == kaltura::Side::kPrimary ? "primaryBroadcastingUrl"
                                                                    : "secondaryBroadcastingUrl"];
      SCOPED_TRACE(url);
      const std::string app = url.substr(url.find("/kLive") + 1);
      const auto address = kaltura::parse_publish(url, app, entry["streamName"]);
      ASSERT_TRUE(address) << address.error().message;
      EXPECT_EQ(address->entry, "1_abcd1234");
      EXPECT_EQ(address->token, "a/b&c=d%+");
      EXPECT_EQ(address->side, side);
    }
  }
}

TEST_F(ApiTest, HostThatIsNone_GoesIntoNoUrl) {
  const std::string id = add("Town hall");
  const std::string body = R"({"format":1,"ks":")" + admin + R"(",)" + entry_id(id) + "}";
  const Answer entry(server
                         ->answer({.path = "/api_v3/service/livestream/action/get",
                                   .content_type = kJson,
                                   .body = body,
                                   .host = "evil/\"<x>"})
                         .body);
  EXPECT_TRUE(entry["primaryBroadcastingUrl"].starts_with("rtmp://127.0.0.1:1935/kLive?"));
}

TEST_F(ApiTest, UserSession_SeesNoSecrets) {
  const std::string id = add("Town hall");
  for (const char *what : {"liveStream/get", "liveStream/list"}) {
    const Answer answer = call(what, user, entry_id(id));
    EXPECT_NE(answer.text.find("Town hall"), std::string::npos) << answer.text;
    EXPECT_EQ(answer.text.find("streamPassword"), std::string::npos);
    EXPECT_EQ(answer.text.find("BroadcastingUrl"), std::string::npos);
    EXPECT_EQ(answer.text.find(store->get(id)->token), std::string::npos);
  }
}

TEST_F(ApiTest, EditPrivilege_ShowsTheSecretsOfItsEntries) {
  const std::string mine = add("Mine is it"), other = add("Another one");
  const std::string editor =
      make_session(KsType::kUser, kSecrets.user_secret, 60, "sview:*,edit:1_x/" + mine);
  EXPECT_EQ(call("liveStream/get", editor, entry_id(mine))["streamPassword"].size(), 8u);
  EXPECT_EQ(call("liveStream/get", editor, entry_id(other))["streamPassword"], "(none)");
}

TEST_F(ApiTest, Sessions_AreCheckedAsKalturaDoes) {
  struct Row {
    const char *title, *what;
    std::string ks;
    const char *code, *message_end;
  };
  const Row rows[] = {
      {"none", "liveStream/list", "", "MISSING_KS", "not established"},
      {"garbage", "liveStream/list", "abc", "INVALID_KS", "Error \"-1,INVALID_STR\""},
      {"expired", "liveStream/list", make_session(KsType::kAdmin, kSecrets.admin_secret, -1),
       "INVALID_KS", "Error \"-5,EXPIRED\""},
      {"another partner", "liveStream/list",
       make_session(KsType::kAdmin, kSecrets.admin_secret, 60, "", 102), "INVALID_KS",
       "Error \"-2,INVALID_PARTNER\""},
      {"another secret", "liveStream/list", make_session(KsType::kAdmin, "x"), "INVALID_KS",
       "Error \"-1,INVALID_STR\""},
      {"admin signed with the user secret", "liveStream/list",
       make_session(KsType::kAdmin, kSecrets.user_secret), "INVALID_KS",
       "Error \"-4,INVALID_TYPE\""},
      {"user writes", "liveStream/add", user, "SERVICE_FORBIDDEN",
       "The access to service [livestream->add] is forbidden"},
      {"user makes a token", "liveStream/regenerateStreamToken", user, "SERVICE_FORBIDDEN", ""},
      {"user updates", "liveStream/update", user, "SERVICE_FORBIDDEN", ""},
      {"user deletes", "liveStream/delete", user, "SERVICE_FORBIDDEN", ""},
  };
  for (const auto &row : rows) {
    const Answer answer = call(row.what, row.ks);
    EXPECT_EQ(answer["code"], row.code) << row.title;
    EXPECT_EQ(answer["objectType"], "KalturaAPIException") << row.title;
    EXPECT_TRUE(answer["message"].ends_with(row.message_end)) << answer["message"];
  }
}

TEST_F(ApiTest, SessionStart_GivesASessionThatWorks) {
  const std::string admin_secret = R"("secret":")" + kSecrets.admin_secret + '"';
  const std::string user_secret = R"("secret":")" + kSecrets.user_secret + '"';
  const Answer started =
      call("session/start", "", admin_secret + R"(,"type":2,"userId":"ann","expiry":60)");
  const auto ks = kaltura::read_ks(started.string(), kSecrets.admin_secret, std::time(nullptr));
  ASSERT_TRUE(ks);
  EXPECT_TRUE(ks->is_admin());
  EXPECT_EQ(ks->user, "ann");
  EXPECT_EQ(call("liveStream/list", started.string())["totalCount"], "0");

  EXPECT_EQ(call("liveStream/list", call("session/start", "", user_secret).string())["totalCount"],
            "0");
  EXPECT_EQ(call("session/start", "", user_secret + R"(,"type":2)")["code"], "START_SESSION_ERROR");
  EXPECT_EQ(call("session/start", "", R"("secret":"wrong")")["code"], "START_SESSION_ERROR");
  EXPECT_EQ(call("session/start", "", admin_secret + R"(,"partnerId":102)")["code"],
            "START_SESSION_ERROR");
  EXPECT_EQ(call("session/start", "", admin_secret + R"(,"type":1)")["message"],
            "Invalid value of parameter \"type\": 0 (user) or 2 (admin) was needed");
  EXPECT_EQ(call("session/start", "", admin_secret + R"(,"expiry":0)")["code"],
            "INVALID_PARAMETER_VALUE");
  EXPECT_EQ(call("session/start", "")["message"], "Missing parameter \"secret\"");
}

TEST_F(ApiTest, BrokenFields_AreNamed) {
  struct Row {
    const char *fields, *code, *message;
  };
  const Row rows[] = {
      {R"({})", "PROPERTY_VALIDATION_CANNOT_BE_NULL", "The property \"name\" cannot be NULL"},
      {R"({"name":"four"})", "PROPERTY_VALIDATION_MIN_LENGTH",
       "The property \"name\" must have a min length of 5 characters"},
      {R"({"name":"Town hall","segmentDuration":1000})", "PROPERTY_VALIDATION_MIN_VALUE",
       "The property \"segmentDuration\" must have a min value of 2000"},
      {R"({"name":"Town hall","segmentDuration":"x"})", "INVALID_PARAMETER_VALUE",
       "Invalid value of parameter \"segmentDuration\": a number of milliseconds was needed"},
      {R"({"name":"Town hall","dvrWindow":100000})", "PROPERTY_VALIDATION_MAX_VALUE",
       "The property \"dvrWindow\" must have a max value of 10080"},
      {R"({"name":"Town hall","dvrStatus":2})", "INVALID_PARAMETER_VALUE",
       "Invalid value of parameter \"dvrStatus\": 0 (off) or 1 (on) was needed"},
      {R"({"name":"Town hall","conversionProfileId":9})", "CONVERSION_PROFILE_ID_NOT_FOUND",
       "Conversion profile id \"9\" not found"},
      {R"({"name":"Town hall","id":"x"})", "INVALID_PARAMETER_VALUE",
       "Invalid value of parameter \"id\": 1_ or 0_ and eight of 0-9 a-z was needed"},
      {R"({"name":"Town hall","objectType":"KalturaMediaEntry"})", "INVALID_PARAMETER_VALUE",
       "Invalid value of parameter \"objectType\": KalturaLiveStreamEntry was needed"},
  };
  for (const auto &row : rows) {
    const Answer answer =
        call("liveStream/add", admin, std::string(R"("liveStreamEntry":)") + row.fields);
    EXPECT_EQ(answer["code"], row.code) << row.fields;
    EXPECT_EQ(answer["message"], row.message) << row.fields;
  }
  EXPECT_EQ(store->list({})->total, 0);
  EXPECT_EQ(call("liveStream/add", admin)["message"], "Missing parameter \"liveStreamEntry\"");
  EXPECT_EQ(call("liveStream/add", admin, R"("liveStreamEntry":"x")")["message"],
            "Invalid value of parameter \"liveStreamEntry\": an object was needed");
}

TEST_F(ApiTest, GivenIdTwice_IsAConflict) {
  const char *fields =
      R"("liveStreamEntry":{"id":"1_abcd1234","streamPassword":"mine","name":"Town hall"})";
  EXPECT_EQ(call("liveStream/add", admin, fields)["streamPassword"], "mine");
  EXPECT_EQ(call("liveStream/add", admin, fields)["message"],
            "Invalid value of parameter \"id\": an entry with it exists already");
}

TEST_F(ApiTest, Update_ChangesWhatIsGivenOnly) {
  const std::string id = add("Town hall");
  const Answer before = call("liveStream/get", admin, entry_id(id));
  const Answer after =
      call("liveStream/update", admin,
           entry_id(id) + R"(,"liveStreamEntry":{"name":"Other name","dvrWindow":10})");
  EXPECT_EQ(after["name"], "Other name");
  EXPECT_EQ(after["dvrWindow"], "10");
  EXPECT_EQ(after["segmentDuration"], "6000");
  EXPECT_EQ(after["streamPassword"], before["streamPassword"]);
  // A client that sends back the whole object it got.
  EXPECT_EQ(
      call("liveStream/update", admin, entry_id(id) + ",\"liveStreamEntry\":" + after.text)["name"],
      "Other name");
  EXPECT_EQ(call("liveStream/update", admin,
                 entry_id(id) + R"(,"liveStreamEntry":{"streamPassword":"x"})")["message"],
            "The property \"streamPassword\" cannot be updated");
}

TEST_F(ApiTest, FrozenFields_StayWhileOnAir) {
  const std::string id = add("Town hall");
  live.insert(id);
  EXPECT_EQ(call("liveStream/get", user, entry_id(id))["liveStatus"], "1");
  for (const char *field : {R"("dvrStatus":0)", R"("dvrWindow":10)", R"("recordStatus":1)",
                            R"("conversionProfileId":2)", R"("segmentDuration":2000)"}) {
    const Answer answer =
        call("liveStream/update", admin, entry_id(id) + R"(,"liveStreamEntry":{)" + field + "}");
    EXPECT_EQ(answer["code"], "CANNOT_UPDATE_FIELDS_WHILE_ENTRY_BROADCASTING") << field;
  }
  EXPECT_EQ(call("liveStream/update", admin,
                 entry_id(id) + R"(,"liveStreamEntry":{"dvrWindow":10})")["message"],
            "Cannot update [dvrWindow] while entry is broadcasting");
  // The value it has, and fields that are free.
  EXPECT_EQ(
      call("liveStream/update", admin,
           entry_id(id) +
               R"(,"liveStreamEntry":{"dvrWindow":120,"name":"New name","adminTags":"a"})")["name"],
      "New name");
}

TEST_F(ApiTest, List_FiltersAndPages) {
  const std::string a = add("Spring one"), b = add("Spring two"), c = add("Autumn");
  using Ids = std::vector<std::string>;
  EXPECT_EQ(call("liveStream/list", admin).ids(), (Ids{c, b, a}));
  EXPECT_EQ(call("liveStream/list", admin, R"("filter":{"nameLike":"spring"})").ids(), (Ids{b, a}));
  EXPECT_EQ(call("liveStream/list", admin, R"("filter":{"idIn":"x, )" + a + "," + c + "\"}").ids(),
            (Ids{c, a}));
  EXPECT_EQ(call("liveStream/list", admin, R"("filter":{"idEqual":")" + b + "\"}").ids(), (Ids{b}));
  EXPECT_EQ(
      call("liveStream/list", admin, R"("filter":{"idEqual":")" + b + R"(","idIn":")" + a + "\"}")
          .ids(),
      (Ids{}));
  EXPECT_EQ(call("liveStream/list", admin, R"("filter":{"idIn":""})").ids(), (Ids{}));
  const Answer page = call("liveStream/list", admin, R"("pager":{"pageSize":2,"pageIndex":2})");
  EXPECT_EQ(page.ids(), (Ids{a}));
  EXPECT_EQ(page["totalCount"], "3");
  EXPECT_EQ(page["objectType"], "KalturaLiveStreamListResponse");
  EXPECT_EQ(call("liveStream/list", admin, R"("filter":{"isLive":true})")["message"],
            "Invalid value of parameter \"filter:isLive\": entries are filtered by idEqual, idIn "
            "and nameLike");
}

TEST_F(ApiTest, NewToken_IsAnotherOne) {
  const std::string id = add("Town hall");
  const std::string before = store->get(id)->token;
  const Answer entry = call("liveStream/regenerateStreamToken", admin, entry_id(id));
  EXPECT_NE(entry["streamPassword"], before);
  EXPECT_EQ(entry["streamPassword"], store->get(id)->token);
}

TEST_F(ApiTest, Deleted_IsGone) {
  const std::string id = add("Town hall");
  EXPECT_EQ(call("liveStream/delete", admin, entry_id(id)).text, "null");
  const Answer gone = call("liveStream/get", admin, entry_id(id));
  EXPECT_EQ(gone["code"], "ENTRY_ID_NOT_FOUND");
  EXPECT_EQ(gone["message"], "Entry id \"" + id + "\" not found");
  for (const char *what : {"liveStream/delete", "liveStream/regenerateStreamToken"}) {
    EXPECT_EQ(call(what, admin, entry_id(id))["code"], "ENTRY_ID_NOT_FOUND");
  }
  EXPECT_EQ(call("liveStream/update", admin, entry_id(id) + R"(,"liveStreamEntry":{})")["code"],
            "ENTRY_ID_NOT_FOUND");
}

TEST_F(ApiTest, IsLive_NeedsNoSession) {
  const std::string id = add("Town hall");
  const std::string path = "/api_v3/service/liveStream/action/isLive";
  EXPECT_EQ(send(path, "format=1&id=" + id, "", "").body, "false");
  live.insert(id);
  EXPECT_EQ(send(path, "format=1&protocol=applehttp&id=" + id, "", "").body, "true");
  EXPECT_NE(send(path, "id=" + id, "", "").body.find("<result>1</result>"), std::string::npos);
  EXPECT_EQ(Answer(send(path, "format=1&id=1_nosuch00", "", "").body)["code"],
            "ENTRY_ID_NOT_FOUND");
  EXPECT_EQ(Answer(send(path, "format=1&protocol=hds&id=" + id, "", "").body)["message"],
            "Status cannot be determined for live stream protocol [hds]");
}

TEST_F(ApiTest, Form_WorksLikeJson) {
  const ApiAnswer answer = send(
      "/api_v3/index.php", "service=liveStream&action=add", "application/x-www-form-urlencoded",
      "ks=" + admin +
          "&liveStreamEntry:objectType=KalturaLiveStreamEntry&"
          "liveStreamEntry:name=Town+%26+hall&liveStreamEntry:dvrStatus=false");
  EXPECT_EQ(answer.content_type, "text/xml; charset=utf-8");
  EXPECT_NE(answer.body.find("<name>Town &amp; hall</name>"), std::string::npos) << answer.body;
  EXPECT_NE(answer.body.find("<dvrStatus>0</dvrStatus>"), std::string::npos);
}

TEST_F(ApiTest, Jsonp_CallsANameOnly) {
  const std::string path = "/api_v3/service/system/action/ping";
  const ApiAnswer named = send(path, "format=9&callback=a.b_c", "", "");
  EXPECT_EQ(named.content_type, "application/javascript; charset=utf-8");
  EXPECT_EQ(named.body, "/**/a.b_c(true);");
  EXPECT_EQ(send(path, "format=9&callback=alert(1)//", "", "").body, "/**/callback(true);");
}

TEST_F(ApiTest, WhatDoesNotExist_IsSaid) {
  EXPECT_EQ(call("nosuch/get", admin)["message"], "Service \"nosuch\" does not exists");
  EXPECT_EQ(call("liveStream/nosuch", admin)["message"],
            "Action \"nosuch\" does not exists for service \"livestream\"");
  EXPECT_EQ(Answer(send("/api_v3/", "format=1", "", "").body)["code"], "SERVICE_NOT_SPECIFIED");
  EXPECT_EQ(Answer(send("/api_v3/service/livestream", "format=1", "", "").body)["code"],
            "ACTION_NOT_SPECIFIED");
  EXPECT_EQ(call("liveStream/get", admin)["message"], "Missing parameter \"entryId\"");
  EXPECT_EQ(call("liveStream/get", admin, R"("entryId":"")")["message"],
            "Missing parameter \"entryId\"");
}

TEST_F(ApiTest, UnreadableRequest_IsAnsweredInItsForm) {
  const ApiAnswer json = send("/api_v3/service/system/action/ping", "", kJson, "{");
  EXPECT_EQ(json.content_type, "application/json; charset=utf-8");
  EXPECT_EQ(Answer(json.body)["code"], "INVALID_REQUEST");
  const ApiAnswer xml = send("/api_v3/service/system/action/ping", "x=%", "", "");
  EXPECT_NE(xml.body.find("<code>INVALID_REQUEST</code>"), std::string::npos);
}

TEST(ApiActions, EveryRow_IsComplete) {
  std::set<std::pair<std::string_view, std::string_view>> names;
  for (const auto &action : api::actions()) {
    EXPECT_NE(action.run, nullptr);
    EXPECT_TRUE(names.emplace(action.service, action.name).second) << action.name;
    for (const std::string_view text : {action.service, action.name}) {
      for (const char c : text) EXPECT_TRUE(c >= 'a' && c <= 'z') << text;
    }
  }
}

}  // namespace
}  // namespace klive::app
