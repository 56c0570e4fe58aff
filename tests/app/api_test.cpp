// SPDX-License-Identifier: LGPL-2.1-or-later
// The API as its callers see it: requests in, texts out.
#include <set>

#include "api/actions.h"
#include "api_fixture.h"
#include "kaltura/publish_address.h"

namespace klive::app {
namespace {

using kaltura::KsType;
using test::Answer;
using test::ApiTest;
using test::kSecrets;
using test::make_session;

constexpr char kJson[] = "application/json";

TEST_F(ApiTest, Add_ReturnsTheEntryWithWhereToPublish) {
  const Answer entry = call(
      "liveStream/add", admin,
      R"("liveStreamEntry":{"objectType":"KalturaLiveStreamEntry","name":"Town hall","dvrWindow":30,)"
      R"("recordStatus":"2","segmentDuration":4000,"adminTags":"lowlatency",)"
      R"("conversionProfileId":2,"description":"d","sourceType":"32","tags":"x"})");
  EXPECT_EQ(entry["tags"], "x");
  EXPECT_EQ(entry["userId"], "ann");
  EXPECT_EQ(entry["type"], "7");
  EXPECT_EQ(entry["mediaType"], "201");
  EXPECT_EQ(entry["sourceType"], "32");
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
  EXPECT_EQ(entry["flavorParamsIds"], "32,33,34,35");
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
      make_session(KsType::kUser, kSecrets.user_secret, 60, "sview:*,edit:1_x/" + mine, 101, "eve");
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
       make_session(KsType::kAdmin, kSecrets.admin_secret, 60, "", 103), "INVALID_KS",
       "Error \"-2,INVALID_PARTNER\""},
      {"another partner's secret", "liveStream/list",
       make_session(KsType::kAdmin, kSecrets.admin_secret, 60, "", 102), "INVALID_KS",
       "Error \"-1,INVALID_STR\""},
      {"media server without the secret", "liveStream/list",
       make_session(KsType::kAdmin, kSecrets.admin_secret, 60, "", -5), "INVALID_KS",
       "Error \"-1,INVALID_STR\""},
      {"from another address", "liveStream/list",
       make_session(KsType::kAdmin, kSecrets.admin_secret, 60, "iprestrict:192.0.2.1"),
       "INVALID_KS", "Error \"-9,EXCEEDED_RESTRICTED_IP\""},
      {"another secret", "liveStream/list", make_session(KsType::kAdmin, "x"), "INVALID_KS",
       "Error \"-1,INVALID_STR\""},
      {"admin signed with the user secret", "liveStream/list",
       make_session(KsType::kAdmin, kSecrets.user_secret), "INVALID_KS",
       "Error \"-4,INVALID_TYPE\""},
      {"user writes", "liveStream/add", user, "SERVICE_FORBIDDEN",
       "The access to service [liveStream->add] is forbidden"},
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
      {R"({})", "PROPERTY_VALIDATION_CANNOT_BE_NULL",
       "The property \"KalturaLiveStreamEntry::name\" cannot be null"},
      {R"({"name":"four"})", "PROPERTY_VALIDATION_MIN_LENGTH",
       "The property \"KalturaLiveStreamEntry::name\" must have a min length of 5 characters"},
      {R"({"name":"Town hall","segmentDuration":1000})", "PROPERTY_VALIDATION_MIN_VALUE",
       "The property \"KalturaLiveStreamEntry::segmentDuration\" must have a min value of 2000"},
      {R"({"name":"Town hall","segmentDuration":"x"})", "PROPERTY_VALIDATION_NUMERIC_VALUE",
       "The property \"KalturaLiveStreamEntry::segmentDuration\" must be numeric"},
      {R"({"name":"Town hall","dvrWindow":100000})", "PROPERTY_VALIDATION_MAX_VALUE",
       "The property \"KalturaLiveStreamEntry::dvrWindow\" must have a max value of 10080"},
      {R"({"name":"Town hall","dvrStatus":2})", "INVALID_ENUM_VALUE",
       "Invalid enumeration value \"2\" for parameter \"dvrStatus\", expecting enumeration type "
       "\"KalturaDVRStatus\""},
      {R"({"name":"Town hall","conversionProfileId":9})", "CONVERSION_PROFILE_ID_NOT_FOUND",
       "Conversion profile id \"9\" not found"},
      {R"({"name":"Town hall","id":"x"})", "INVALID_PARAMETER_VALUE",
       "Invalid value of parameter \"id\": id must be 1_ or 0_ and eight of 0-9 a-z"},
      {R"({"name":"Town hall","srtPass":"with a space"})", "PROPERTY_VALIDATION_WRONG_FORMAT",
       "The property \"KalturaLiveStreamEntry::srtPass\" must match format [0-9A-Za-z]"},
      {R"({"name":"Town hall","sourceType":"30"})", "ENTRY_SOURCE_TYPE_NOT_SUPPORTED",
       "Entry source type \"30\" not supported"},
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
            "Invalid value of parameter \"id\": an object with it exists already");
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
  const Answer same =
      call("liveStream/update", admin, entry_id(id) + ",\"liveStreamEntry\":" + after.text);
  EXPECT_EQ(same["name"], "Other name") << same.text;
  EXPECT_EQ(same.value.find("liveStreamConfigurations")->array()->size(), 2u);
  EXPECT_EQ(call("liveStream/update", admin,
                 entry_id(id) + R"(,"liveStreamEntry":{"streamPassword":"x"})")["message"],
            "The property \"KalturaLiveStreamEntry::streamPassword\" cannot be updated");
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
  live.insert(b);
  EXPECT_EQ(call("liveStream/list", admin, R"("filter":{"isLive":true})").ids(), (Ids{b}));
  EXPECT_EQ(call("liveStream/list", admin, R"("filter":{"isLive":0})").ids(), (Ids{c, a}));
  EXPECT_EQ(call("liveStream/list", admin, R"("filter":{"orderBy":"+name"})").ids(),
            (Ids{c, a, b}));
  EXPECT_EQ(call("liveStream/list", admin, R"("filter":{"orderBy":"-name","nameLike":"s"})").ids(),
            (Ids{b, a}));
  EXPECT_EQ(call("liveStream/list", admin, R"("filter":{"anything":true})")["message"],
            "Invalid value of parameter \"filter:anything\": a field of KalturaLiveStreamEntry "
            "with Equal, In, Like or another operator was needed");
}

TEST_F(ApiTest, Partners_DoNotSeeEachOther) {
  const std::string id = add("Town hall");
  EXPECT_EQ(call("liveStream/get", other_admin, entry_id(id))["code"], "ENTRY_ID_NOT_FOUND");
  EXPECT_EQ(call("liveStream/list", other_admin)["totalCount"], "0");
  for (const char *what : {"liveStream/delete", "liveStream/regenerateStreamToken"}) {
    EXPECT_EQ(call(what, other_admin, entry_id(id))["code"], "ENTRY_ID_NOT_FOUND") << what;
  }
  EXPECT_EQ(call("liveStream/update", other_admin,
                 entry_id(id) + R"(,"liveStreamEntry":{"name":"Other name"})")["code"],
            "ENTRY_ID_NOT_FOUND");
  EXPECT_EQ(store->get(id)->name, "Town hall");
  const Answer own = call("liveStream/add", other_admin, R"("liveStreamEntry":{"name":"Theirs"})");
  EXPECT_EQ(own["partnerId"], "102");
  EXPECT_NE(own["primaryBroadcastingUrl"].find("p=102&"), std::string::npos);
  EXPECT_EQ(call("liveStream/list", admin).ids(), std::vector<std::string>{id});
  EXPECT_EQ(call("liveStream/list", admin, R"("partnerId":102)")["code"],
            "PARTNER_ACCESS_FORBIDDEN");
}

TEST_F(ApiTest, MediaServer_SeesAllPartnersOrActsForOne) {
  const std::string id = add("Town hall");
  const std::string theirs =
      call("liveStream/add", other_admin, R"("liveStreamEntry":{"name":"Theirs"})")["id"];
  EXPECT_EQ(call("liveStream/get", media_server, entry_id(theirs))["partnerId"], "102");
  EXPECT_EQ(call("liveStream/list", media_server)["totalCount"], "2");
  EXPECT_EQ(call("liveStream/list", media_server, R"("partnerId":102)").ids(),
            std::vector<std::string>{theirs});
  EXPECT_EQ(call("liveStream/list", media_server, R"("partnerId":999)")["code"],
            "INVALID_PARTNER_ID");
}

TEST_F(ApiTest, EntitledUser_ChangesOwnEntriesAlone) {
  const std::string owned = add("Mine is it"), other = add("Another one"), shared = add("Shared");
  EXPECT_EQ(call("liveStream/update", admin,
                 entry_id(owned) + R"(,"liveStreamEntry":{"userId":"bob"})")["userId"],
            "bob");
  EXPECT_EQ(call("liveStream/update", admin,
                 entry_id(other) + R"(,"liveStreamEntry":{"userId":"eve"})")["userId"],
            "eve");
  EXPECT_EQ(call("liveStream/update", admin,
                 entry_id(shared) +
                     R"(,"liveStreamEntry":{"userId":"eve","entitledUsersEdit":"x, bob"})")["name"],
            "Shared");
  const std::string bob = make_session(KsType::kUser, kSecrets.user_secret, 60, "", 101, "bob");
  const std::string rename = R"(,"liveStreamEntry":{"name":"New name"})";
  EXPECT_EQ(call("liveStream/update", bob, entry_id(owned) + rename)["name"], "New name");
  EXPECT_EQ(call("liveStream/update", bob, entry_id(shared) + rename)["name"], "New name");
  EXPECT_EQ(call("liveStream/update", bob, entry_id(other) + rename)["code"], "SERVICE_FORBIDDEN");
  const auto change = [&](const std::string &id, const char *field, const char *value) {
    return call("liveStream/update", bob,
                entry_id(id) + R"(,"liveStreamEntry":{")" + field + R"(":")" + value + "\"}");
  };
  EXPECT_EQ(change(owned, "userId", "eve")["code"], "PROPERTY_VALIDATION_ADMIN_PROPERTY");
  EXPECT_EQ(change(shared, "userId", "bob")["code"], "PROPERTY_VALIDATION_ADMIN_PROPERTY");
  EXPECT_EQ(change(shared, "entitledUsersEdit", "bob")["code"],
            "PROPERTY_VALIDATION_ADMIN_PROPERTY");
  EXPECT_EQ(change(owned, "entitledUsersEdit", "eve")["entitledUsersEdit"], "eve");
  EXPECT_EQ(call("liveStream/get", bob, entry_id(owned))["streamPassword"].size(), 8u);
  EXPECT_EQ(call("liveStream/update", bob,
                 entry_id(owned) + R"(,"liveStreamEntry":{"adminTags":"x"})")["code"],
            "PROPERTY_VALIDATION_ADMIN_PROPERTY");
}

TEST_F(ApiTest, EndedSession_IsRefusedAfterARestartToo) {
  const std::string ks = make_session(KsType::kAdmin, kSecrets.admin_secret, 600);
  EXPECT_EQ(call("session/get", ks)["sessionType"], "2");
  EXPECT_EQ(call("session/end", ks).text, "null");
  for (int i = 0; i < 2; ++i) {
    const Answer refused = call("liveStream/list", ks);
    EXPECT_EQ(refused["code"], "INVALID_KS");
    EXPECT_TRUE(refused["message"].ends_with("Error \"-6,LOGOUT\"")) << refused["message"];
    restart({});
  }
  EXPECT_EQ(call("liveStream/list", admin)["totalCount"], "0");
}

TEST_F(ApiTest, RestrictedSessions_AreGoodForWhatTheySay) {
  const auto session = [](const char *privileges) {
    return make_session(KsType::kAdmin, kSecrets.admin_secret, 60, privileges);
  };
  const std::string lists = session("urirestrict:/other/*|/api_v3/service/liveStream/action/list");
  EXPECT_EQ(call("liveStream/list", lists)["totalCount"], "0");
  EXPECT_TRUE(
      call("liveStream/get", lists)["message"].ends_with("\"-11,EXCEEDED_RESTRICTED_URI\""));
  EXPECT_EQ(call("liveStream/list", session("urirestrict:/api_v3/*"))["totalCount"], "0");
  EXPECT_EQ(call("liveStream/list", session("iprestrict:127.0.0.1"))["totalCount"], "0");

  const std::string two = session("actionslimit:2");
  EXPECT_EQ(call("liveStream/list", two)["totalCount"], "0");
  EXPECT_EQ(call("liveStream/list", two)["totalCount"], "0");
  EXPECT_TRUE(call("liveStream/list", two)["message"].ends_with("\"-8,EXCEEDED_ACTIONS_LIMIT\""));
  restart({});
  EXPECT_EQ(call("liveStream/list", two)["code"], "INVALID_KS");
  EXPECT_EQ(call("liveStream/list", session("actionslimit:x"))["code"], "INVALID_KS");
}

TEST_F(ApiTest, SecondSecret_SignsSessionsToo) {
  for (const char *secret : {"other-admin", "other-admin-2"}) {
    const Answer ks = call("session/start", "",
                           std::string(R"("secret":")") + secret + R"(","partnerId":102,"type":2)");
    EXPECT_EQ(call("session/get", ks.string())["partnerId"], "102") << ks.text;
  }
  EXPECT_EQ(call("session/start", "",
                 R"("secret":"other-admin,other-admin-2","partnerId":102,"type":2)")["code"],
            "START_SESSION_ERROR");
}

TEST_F(ApiTest, Widget_GivesASessionThatReads) {
  const std::string id = add("Town hall");
  const Answer started = call("session/startWidgetSession", "", R"("widgetId":"_101")");
  EXPECT_EQ(started["partnerId"], "101");
  const Answer entry = call("liveStream/get", started["ks"], entry_id(id));
  EXPECT_EQ(entry["name"], "Town hall");
  EXPECT_EQ(entry["streamPassword"], "(none)");
  EXPECT_EQ(call("liveStream/delete", started["ks"], entry_id(id))["code"], "SERVICE_FORBIDDEN");
  for (const char *widget : {"_999", "_-5", "101", "_", "_x"}) {
    EXPECT_EQ(call("session/startWidgetSession", "",
                   std::string(R"("widgetId":")") + widget + '"')["code"],
              "START_WIDGET_SESSION_ERROR")
        << widget;
  }
}

TEST_F(ApiTest, Guesses_AreSlowedPerAddress) {
  const auto guess = [&](const std::string &from) {
    return server
        ->answer({.path = "/api_v3/service/session/action/start",
                  .query = "secret=wrong&type=2",
                  .remote_address = from})
        .delay.count();
  };
  EXPECT_EQ(guess("192.0.2.1:1"), 100);
  EXPECT_EQ(guess("192.0.2.1:2"), 200);
  EXPECT_EQ(guess("192.0.2.2:1"), 100);
  for (int i = 0; i < 10; ++i) (void)guess("192.0.2.1:3");
  EXPECT_EQ(guess("192.0.2.1:4"), 2000);
  // A right one is never slowed, nor is an expired session a guess.
  EXPECT_EQ(
      server
          ->answer({.path = "/api_v3/service/system/action/ping", .remote_address = "192.0.2.1:5"})
          .delay.count(),
      0);
  const std::string expired = make_session(KsType::kAdmin, kSecrets.admin_secret, -1);
  EXPECT_EQ(server
                ->answer({.path = "/api_v3/service/liveStream/action/list",
                          .query = "ks=" + expired,
                          .remote_address = "192.0.2.3:1"})
                .delay.count(),
            0);
}

TEST_F(ApiTest, Multirequest_UsesResultsOfEarlierCalls) {
  const ApiAnswer answer = send(
      "/api_v3/service/multirequest", "", kJson,
      R"({"format":1,"1":{"service":"session","action":"start","secret":")" +
          kSecrets.admin_secret + R"(","type":2},)" +
          R"("2":{"service":"liveStream","action":"add","ks":"{1:result}",)"
          R"("liveStreamEntry":{"name":"Town hall"}},)"
          R"("3":{"service":"liveStream","action":"get","ks":"{1:result}","entryId":"{2:result:id}"},)"
          R"("4":{"service":"liveStream","action":"get","ks":"{1:result}","entryId":"1_nosuch00"},)"
          R"("5":{"service":"liveStream","action":"get","ks":"{1:result}","entryId":"{4:result:id}"},)"
          R"("6":{"service":"system","action":"ping"}})");
  const Answer batch(answer.body);
  ASSERT_TRUE(batch.value.is_array()) << batch.text;
  const auto &results = *batch.value.array();
  ASSERT_EQ(results.size(), 6u);
  EXPECT_EQ(results[2].text_of("name"), "Town hall");
  EXPECT_EQ(results[3].text_of("code"), "ENTRY_ID_NOT_FOUND");
  EXPECT_EQ(results[4].text_of("message"), "Missing parameter \"{4:result:id}\"");
  EXPECT_EQ(results[5].flag(), true);
}

TEST_F(ApiTest, ListsOfABatch_HaveABoundTogether) {
  for (int i = 0; i < 20; ++i) (void)add("Entry number " + std::to_string(i));
  std::string batch = R"({"format":1,"ks":")" + user + '"';
  for (int i = 1; i <= 100; ++i) {
    batch += ",\"" + std::to_string(i) + R"(":{"service":"liveStream","action":"list"})";
  }
  const Answer answer(send("/api_v3/service/multirequest", "", kJson, batch + "}").body);
  ASSERT_TRUE(answer.value.is_array());
  const auto &results = *answer.value.array();
  ASSERT_EQ(results.size(), 100u);
  EXPECT_EQ(results.front().integer_of("totalCount"), 20);
  EXPECT_EQ(results.back().text_of("code"), "INVALID_REQUEST");
}

TEST_F(ApiTest, Clone_HasAnIdAndATokenOfItsOwn) {
  const std::string id = add("Town hall");
  const Answer copy = call("liveStream/clone", admin, entry_id(id));
  EXPECT_EQ(copy["name"], "Town hall");
  EXPECT_NE(copy["id"], id);
  EXPECT_NE(copy["streamPassword"], store->get(id)->token);
}

TEST_F(ApiTest, ExplicitLive_IsAPreviewUntilItGoesLive) {
  const std::string id = call("liveStream/add", admin,
                              R"("liveStreamEntry":{"name":"Town hall","explicitLive":1})")["id"];
  const std::string what = R"("id":")" + id + '"';
  EXPECT_EQ(call("liveStream/getDetails", "", what)["broadcastStatus"], "1");
  live.insert(id);
  EXPECT_EQ(call("liveStream/getDetails", "", what)["broadcastStatus"], "1");
  EXPECT_EQ(call("liveStream/isLive", "", what).text, "false");
  EXPECT_EQ(call("liveStream/getDetails", admin, what)["broadcastStatus"], "2");
  EXPECT_EQ(call("liveStream/isLive", admin, what).text, "true");
  EXPECT_EQ(call("liveStream/update", admin,
                 entry_id(id) + R"(,"liveStreamEntry":{"viewMode":1})")["viewMode"],
            "1");
  const Answer details = call("liveStream/getDetails", "", what);
  EXPECT_EQ(details["broadcastStatus"], "3");
  EXPECT_EQ(details["primaryStreamStatus"], "1");
  EXPECT_EQ(details["secondaryStreamStatus"], "0");
  EXPECT_EQ(details["objectType"], "KalturaLiveStreamDetails");
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
    EXPECT_TRUE(action.allowed != api::Allowed::kEditor || !action.parameters.empty());
    const bool is_known = action.returns.empty() || !action.returns.starts_with("Kaltura") ||
                          kaltura::find_type(action.returns) != nullptr;
    EXPECT_TRUE(is_known) << action.service << "." << action.name;
    for (const api::Parameter &parameter : action.parameters) {
      const kaltura::Field &field = parameter.field;
      if (field.of.empty()) continue;
      EXPECT_TRUE(kaltura::find_type(field.of) != nullptr ||
                  kaltura::find_enumeration(field.of) != nullptr)
          << action.service << "." << action.name << ": " << field.of;
    }
  }
}

}  // namespace
}  // namespace klive::app
