// SPDX-License-Identifier: LGPL-2.1-or-later
// The services around live entries: media servers, base entries, assets, events.
#include <set>

#include "api/actions.h"
#include "api/broadcast.h"
#include "api_fixture.h"

namespace klive::app {
namespace {

using test::Answer;
using test::ApiTest;

class ApiServicesTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    entry = add("Town hall");
    token = store->get(entry)->token;
  }
  /// A media server that klive knows; its number.
  std::string server(const std::string &host, const std::string &environment = {}) {
    return call("serverNode/add", media_server,
                R"("serverNode":{"objectType":"KalturaLiveClusterMediaServerNode","name":"node",)"
                R"("environment":")" +
                    environment + R"(","hostName":")" + host + "\"}")["id"];
  }
  Answer on_server(const char *action, const std::string &host, const std::string &more = {}) {
    return call(std::string("liveStream/") + action, media_server,
                entry_id(entry) + R"(,"mediaServerIndex":"0","hostname":")" + host + '"' + more);
  }
  Answer authenticate(const std::string &with, const std::string &more = {}) {
    return call("liveStream/authenticate", media_server,
                entry_id(entry) + R"(,"token":")" + with + '"' + more);
  }
  Answer get() { return call("liveStream/get", admin, entry_id(entry)); }

  std::string entry, token;
};

TEST_F(ApiServicesTest, Authenticate_ComparesTheTokenExactly) {
  EXPECT_EQ(authenticate(token)["id"], entry);
  EXPECT_EQ(authenticate(token)["streamPassword"], token);
  for (const std::string &wrong : {token + "0", token.substr(1), std::string("0")}) {
    const Answer refused = authenticate(wrong);
    EXPECT_EQ(refused["code"], "LIVE_STREAM_INVALID_TOKEN");
    EXPECT_EQ(refused["message"], "Invalid token supplied for live entry [" + entry + "]");
  }
  EXPECT_EQ(call("liveStream/authenticate", media_server,
                 R"("entryId":"1_nosuch00","token":"x")")["code"],
            "ENTRY_ID_NOT_FOUND");
  EXPECT_EQ(call("liveStream/authenticate", user,
                 entry_id(entry) + R"(,"token":")" + token + '"')["code"],
            "SERVICE_FORBIDDEN");
}

TEST_F(ApiServicesTest, EncryptedPassphrase_IsATokenToo) {
  ASSERT_EQ(call("liveStream/update", admin,
                 entry_id(entry) + R"(,"liveStreamEntry":{"srtPass":"1234567890"})")["srtPass"],
            "1234567890");
  EXPECT_EQ(authenticate("DitVcB_6ttp9eE-OEwyjYg")["id"], entry);
  EXPECT_EQ(authenticate(token)["id"], entry);
  EXPECT_EQ(authenticate("1234567890")["code"], "LIVE_STREAM_INVALID_TOKEN");
  EXPECT_EQ(call("liveStream/get", user, entry_id(entry))["srtPass"], "(none)");
}

TEST_F(ApiServicesTest, Registration_MakesTheEntryLiveUntilItIsTakenBack) {
  EXPECT_EQ(on_server("registerMediaServer", "nowhere")["message"],
            "Media server [nowhere] not found");
  server("media1");
  EXPECT_EQ(authenticate(token, R"(,"hostname":"media1","mediaServerIndex":"0")")["liveStatus"],
            "3");
  EXPECT_EQ(on_server("registerMediaServer", "media1", R"(,"liveEntryStatus":2)")["liveStatus"],
            "2");
  EXPECT_EQ(get()["firstBroadcast"], "(none)");
  const Answer playable = on_server("registerMediaServer", "media1");
  EXPECT_EQ(playable["liveStatus"], "1") << playable.text;
  EXPECT_NE(playable["firstBroadcast"], "(none)");
  EXPECT_NE(playable["currentBroadcastStartTime"], "0");
  EXPECT_EQ(call("liveStream/isLive", "", R"("id":")" + entry + '"').text, "true");
  EXPECT_EQ(call("liveStream/list", admin, R"("filter":{"isLive":1})")["totalCount"], "1");
  EXPECT_EQ(call("liveStream/update", admin,
                 entry_id(entry) + R"(,"liveStreamEntry":{"dvrWindow":5})")["code"],
            "CANNOT_UPDATE_FIELDS_WHILE_ENTRY_BROADCASTING");
  EXPECT_EQ(on_server("unregisterMediaServer", "media1")["liveStatus"], "0");
  EXPECT_NE(get()["lastBroadcastEndTime"], "(none)");
  EXPECT_EQ(on_server("unregisterMediaServer", "media1")["code"], "ENTRY_SERVER_NODE_NOT_FOUND");
}

TEST_F(ApiServicesTest, RegistrationThatIsNotRenewed_Expires) {
  server("media1");
  EXPECT_EQ(on_server("registerMediaServer", "media1")["liveStatus"], "1");
  const Answer nodes =
      call("entryServerNode/list", media_server, R"("filter":{"entryIdEqual":")" + entry + "\"}");
  ASSERT_EQ(nodes.ids().size(), 1u) << nodes.text;
  ASSERT_TRUE(store->objects().update(kind::kEntryServerNode, nodes.ids()[0],
                                      [](kaltura::Value &node) -> base::Result<void> {
                                        node["seenAt"] = node.integer_of("seenAt") - 121;
                                        return {};
                                      }));
  EXPECT_EQ(get()["liveStatus"], "0");
  EXPECT_EQ(call("liveStream/validateRegisteredMediaServers", media_server, entry_id(entry)).text,
            "null");
  EXPECT_FALSE(store->objects().get(kind::kEntryServerNode, nodes.ids()[0]));
  EXPECT_NE(get()["lastBroadcastEndTime"], "(none)");
}

TEST_F(ApiServicesTest, AnotherEnvironment_DoesNotTakeAnEntryThatIsOnAir) {
  server("media1", "east");
  server("media2", "west");
  EXPECT_EQ(on_server("registerMediaServer", "media1")["liveStatus"], "1");
  const Answer refused = authenticate(token, R"(,"hostname":"media2","mediaServerIndex":"1")");
  EXPECT_EQ(refused["message"], "Entry [" + entry + "] already broadcasting to server [media1]");
}

TEST_F(ApiServicesTest, Quotas_CountEntriesOnAir) {
  restart({.limits = {.inputs = 1, .outputs = 1}});
  const std::string other = add("Another one");
  EXPECT_EQ(authenticate(token)["id"], entry);
  live.insert(other);
  EXPECT_EQ(authenticate(token)["message"],
            "Partner exceeded max pass-through live streams in entry[" + entry + "]");
  live.insert(entry);
  live.erase(other);
  EXPECT_EQ(authenticate(token)["id"], entry);  // itself does not count twice
  const std::string ladder =
      call("liveStream/add", admin,
           R"("liveStreamEntry":{"name":"With a ladder","conversionProfileId":2})")["id"];
  const std::string their = store->get(ladder)->token;
  EXPECT_EQ(call("liveStream/authenticate", media_server,
                 entry_id(ladder) + R"(,"token":")" + their + '"')["id"],
            ladder);
}

TEST_F(ApiServicesTest, QuotaOfAnAdminTag_CountsThoseThatHaveIt) {
  restart({.limits = {.by_admin_tag = {{"webcast", 1}}}});
  const auto tagged = [&](const std::string &id, const char *tags) {
    ASSERT_EQ(call("liveStream/update", admin,
                   entry_id(id) + R"(,"liveStreamEntry":{"adminTags":")" + tags + "\"}")["id"],
              id);
  };
  const std::string other = add("Another one"), third = add("A third one");
  live = {other, third};
  tagged(other, "webcasts, vip");
  tagged(entry, "vip, webcast");
  EXPECT_EQ(authenticate(token)["id"], entry);
  tagged(third, "webcast");
  EXPECT_EQ(authenticate(token)["message"],
            "entry [" + entry + "] exceeded max concurrent streams of tag [webcast] (allowed [1])");
  tagged(entry, "vip");
  EXPECT_EQ(authenticate(token)["id"], entry);
}

TEST_F(ApiServicesTest, OwnBroadcast_IsAnEntryServerNodeToo) {
  live.insert(entry);
  const Answer nodes = call("entryServerNode/list", admin,
                            R"("filter":{"entryIdEqual":")" + entry + R"(","serverTypeIn":"0,1"})");
  ASSERT_EQ(nodes["totalCount"], "1") << nodes.text;
  const kaltura::Value node = nodes.objects()[0];
  EXPECT_EQ(node.integer_of("serverType"), 0);
  EXPECT_EQ(node.integer_of("status"), 1);
  EXPECT_EQ(call("entryServerNode/get", admin, R"("id":)" + node.text_of("id"))["entryId"], entry);
  EXPECT_EQ(call("serverNode/get", admin,
                 R"("serverNodeId":)" + node.text_of("serverNodeId"))["systemName"],
            "klive");
  EXPECT_EQ(call("entryServerNode/list", admin)["code"], "PROPERTY_VALIDATION_CANNOT_BE_NULL");
}

TEST_F(ApiServicesTest, Streams_AreWrittenWhenTheyChangeEnough) {
  server("media1");
  (void)on_server("registerMediaServer", "media1");
  const Answer nodes =
      call("entryServerNode/list", media_server, R"("filter":{"entryIdEqual":")" + entry + "\"}");
  const std::string id = R"("id":)" + nodes.ids()[0];
  const auto report = [&](int bitrate, int rate) {
    const Answer updated = call(
        "entryServerNode/update", media_server,
        id +
            R"(,"entryServerNode":{"objectType":"KalturaLiveEntryServerNode","streams":[{"bitrate":)" +
            std::to_string(bitrate) + R"(,"frameRate":)" + std::to_string(rate) +
            R"(,"flavorId":"32"}]})");
    const kaltura::Value *streams = updated.value.find("streams");
    return streams == nullptr ? -1 : (*streams->array())[0].integer_of("bitrate");
  };
  EXPECT_EQ(report(1000, 30), 1000);
  EXPECT_EQ(report(1100, 34), 1000);  // 10 % and 15 % are not worth a write
  EXPECT_EQ(report(1101, 30), 1101);
  EXPECT_EQ(report(1102, 60), 1102);
}

TEST_F(ApiServicesTest, ReportStatus_KeepsServersAlive) {
  const std::string host = R"("hostName":"media9")";
  EXPECT_EQ(call("serverNode/reportStatus", media_server, host)["code"], "SERVER_NODE_NOT_FOUND");
  const Answer made = call(
      "serverNode/reportStatus", media_server,
      host +
          R"(,"serverNode":{"objectType":"KalturaWowzaMediaServerNode","name":"n","hostName":"x"})");
  EXPECT_EQ(made["hostName"], "media9") << made.text;
  EXPECT_EQ(made["type"], "wowza.WOWZA_MEDIA_SERVER");
  EXPECT_EQ(made["status"], "2");
  EXPECT_NE(made["heartbeatTime"], "(none)");
  const std::string id = R"("serverNodeId":)" + made["id"];
  EXPECT_EQ(call("serverNode/markOffline", media_server, id)["status"], "5");
  EXPECT_EQ(call("serverNode/reportStatus", media_server, host)["status"], "1");
  EXPECT_EQ(call("serverNode/disable", media_server, id)["status"], "2");
  EXPECT_EQ(call("serverNode/reportStatus", media_server, host)["status"], "2");
  EXPECT_EQ(call("serverNode/delete", admin, id)["code"], "INVALID_OBJECT_ID");
  EXPECT_EQ(call("serverNode/delete", media_server, id).text, "null");
  EXPECT_EQ(call("serverNode/add", media_server, R"("serverNode":{"name":"n"})")["code"],
            "OBJECT_TYPE_ABSTRACT");
}

TEST_F(ApiServicesTest, BaseEntry_FindsEveryTypeAndFollowsRedirects) {
  const Answer media =
      call("media/add", admin,
           R"("entry":{"objectType":"KalturaMediaEntry","name":"Clip","mediaType":1})");
  EXPECT_EQ(media["objectType"], "KalturaMediaEntry") << media.text;
  EXPECT_EQ(media["status"], "7");
  EXPECT_EQ(call("baseEntry/get", user, entry_id(media["id"]))["type"], "1");
  EXPECT_EQ(call("baseEntry/get", user, entry_id(entry))["objectType"], "KalturaLiveStreamEntry");
  EXPECT_EQ(call("liveStream/get", user, entry_id(media["id"]))["code"], "ENTRY_ID_NOT_FOUND");
  EXPECT_EQ(call("baseEntry/list", user)["totalCount"], "2");
  EXPECT_EQ(call("media/list", user)["totalCount"], "1");
  EXPECT_EQ(call("baseEntry/list", user, R"("filter":{"typeIn":"7"})").ids(),
            std::vector<std::string>{entry});
  EXPECT_EQ(call("baseEntry/update", admin,
                 entry_id(entry) + R"(,"baseEntry":{"objectType":"KalturaLiveStreamEntry",)" +
                     R"("redirectEntryId":")" + media["id"] + "\"}")["redirectEntryId"],
            media["id"]);
  const std::string filter = R"("filter":{"redirectFromEntryId":")" + entry + "\"}";
  EXPECT_EQ(call("baseEntry/list", user, filter).ids(), std::vector<std::string>{media["id"]});
  live.insert(entry);
  EXPECT_EQ(call("baseEntry/list", user, filter).ids(), std::vector<std::string>{entry});
  EXPECT_EQ(call("baseEntry/delete", user, entry_id(media["id"]))["code"], "SERVICE_FORBIDDEN");
  EXPECT_EQ(call("media/delete", admin, entry_id(media["id"])).text, "null");
}

TEST_F(ApiServicesTest, PlaybackContext_NamesWhatAPlayerOpens) {
  const Answer context =
      call("baseEntry/getPlaybackContext", user,
           entry_id(entry) + R"(,"contextDataParams":{"objectType":"KalturaContextDataParams",)"
                             R"("flavorTags":"all"})");
  const kaltura::Value *sources = context.value.find("sources");
  ASSERT_TRUE(sources != nullptr && sources->is_array()) << context.text;
  ASSERT_EQ(sources->array()->size(), 2u);
  EXPECT_EQ((*sources->array())[0].text_of("format"), "applehttp");
  EXPECT_EQ((*sources->array())[0].text_of("url"),
            "http://live.example.org:8080/p/101/sp/10100/playManifest/entryId/" + entry +
                "/protocol/http/format/applehttp/a.m3u8");
  EXPECT_EQ(call("baseEntry/getContextData", admin, entry_id(entry))["isAdmin"], "1");
}

TEST_F(ApiServicesTest, FlavorAssets_AreTheProfilesFlavors) {
  const Answer assets =
      call("flavorAsset/list", user,
           R"("filter":{"objectType":"KalturaLiveAssetFilter","entryIdEqual":")" + entry + "\"}");
  EXPECT_EQ(assets["totalCount"], "3") << assets.text;
  EXPECT_EQ(call("flavorAsset/get", user, R"("id":")" + assets.ids()[0] + '"')["flavorParamsId"],
            "32");
  EXPECT_EQ(call("flavorAsset/get", user, R"("id":"x")")["message"],
            "Flavor asset id \"x\" not found");
  EXPECT_EQ(call("flavorAsset/list", user)["code"], "PROPERTY_VALIDATION_CANNOT_BE_NULL");
}

TEST_F(ApiServicesTest, WhatIsNotCarriedOut_IsNeverASuccess) {
  const std::string clip = call("media/add", admin, R"("entry":{"name":"Clip"})")["id"];
  const std::string resource =
      R"(,"resource":{"objectType":"KalturaServerFileResource","localFilePath":"/etc/passwd"})";
  const std::string own_host =
      call("serverNode/get", admin,
           R"("serverNodeId":)" + std::to_string(api::kOwnServerNode))["hostName"];
  const std::string live_part = entry_id(entry) + R"(,"mediaServerIndex":0)";
  struct Row {
    const char *what;
    std::string members;
  };
  const Row rows[] = {
      {"liveStream/createRecordedEntry", live_part + R"(,"liveEntryStatus":1)"},
      {"liveStream/appendRecording", live_part + R"(,"assetId":"x","duration":1.5)" + resource},
      {"liveStream/setRecordedContent", live_part + R"(,"duration":1)" + resource},
      {"liveStream/archive", R"("liveEntryId":")" + entry + R"(","vodEntryId":"x")"},
      {"media/addContent", entry_id(clip) + resource},
      {"media/updateContent", entry_id(clip) + resource},
      {"baseEntry/addContent", entry_id(clip) + resource},
      {"baseEntry/updateContent", entry_id(entry) + resource},
      {"serverNode/getFullPath", R"("hostName":")" + own_host + '"'},
  };
  for (const Row &row : rows) {
    const Answer answer = call(row.what, admin, row.members);
    EXPECT_EQ(answer["code"], "SERVICE_UNAVAILABLE") << row.what << " " << answer.text;
  }
  EXPECT_EQ(call("media/cancelReplace", admin, entry_id(clip))["code"], "ENTRY_ID_NOT_REPLACED");
  EXPECT_EQ(
      call("media/addContent", admin,
           entry_id(clip) + R"(,"resource":{"objectType":"KalturaOperationResource",)"
                            R"("operationAttributes":[{"objectType":"KalturaClipAttributes"},)"
                            R"({"objectType":"KalturaClipAttributes"}]})")["code"],
      "LIVE_CLIPPING_UNSUPPORTED_OPERATION");
}

TEST_F(ApiServicesTest, PushConfigurations_AreKeptByProtocol) {
  const std::string what = entry_id(entry) + R"(,"protocol":"rtmp")";
  const Answer added = call("liveStream/addLiveStreamPushPublishConfiguration", admin,
                            what + R"(,"url":"rtmp://a/b")");
  EXPECT_EQ(added.value.find("liveStreamConfigurations")->array()->size(), 3u) << added.text;
  const Answer removed = call("liveStream/removeLiveStreamPushPublishConfiguration", admin, what);
  EXPECT_EQ(removed.value.find("liveStreamConfigurations")->array()->size(), 2u);
}

TEST_F(ApiServicesTest, Events_KeepTheirRestreamTargets) {
  const auto event = [](const std::string &features) {
    return R"("scheduleEvent":{"objectType":"KalturaLiveStreamScheduleEvent","summary":"Show",)"
           R"("startDate":10,"endDate":20,"recurrenceType":0,"liveFeatures":[)" +
           features + "]}";
  };
  const std::string target =
      R"({"objectType":"KalturaLiveRestreamFeature","systemName":"yt","primaryUrl":"rtmps://y/x",)"
      R"("streamKey":"k"})";
  const Answer made = call("schedule_scheduleEvent/add", admin, event(target));
  EXPECT_EQ(made["status"], "2") << made.text;
  const std::string id = R"("scheduleEventId":)" + made["id"];
  EXPECT_NE(call("scheduleEvent/get", admin, id).text.find("\"streamKey\":\"k\""),
            std::string::npos);
  EXPECT_EQ(call("scheduleEvent/get", user, id).text.find("streamKey"), std::string::npos);
  EXPECT_EQ(call("scheduleEvent/list", user).text.find("streamKey"), std::string::npos);
  EXPECT_EQ(call("scheduleEvent/cancel", admin, id)["status"], "1");
  EXPECT_EQ(call("scheduleEvent/delete", admin, id)["status"], "0");
  EXPECT_EQ(call("scheduleEvent/get", admin, id)["code"], "SCHEDULE_EVENT_ID_NOT_FOUND");

  EXPECT_EQ(call("scheduleEvent/add", admin, event(target + "," + target))["code"],
            "SYSTEM_NAME_ALREADY_EXISTS");
  for (const char *bad :
       {R"({"objectType":"KalturaLiveRestreamFeature","systemName":"x","streamKey":"k"})",
        R"({"objectType":"KalturaLiveRestreamFeature","systemName":"x","primaryUrl":"rtmp://a"})",
        R"({"objectType":"KalturaLiveRestreamFeature","primaryUrl":"rtmp://a","streamKey":"k"})"}) {
    EXPECT_EQ(call("scheduleEvent/add", admin, event(bad))["code"],
              "PROPERTY_VALIDATION_CANNOT_BE_NULL");
  }
  EXPECT_EQ(call("scheduleEvent/add", admin,
                 event(R"({"objectType":"KalturaLiveRestreamFeature","systemName":"x",)"
                       R"("primaryUrl":"file:///etc/passwd","streamKey":"k"})"))["code"],
            "PROPERTY_VALIDATION_WRONG_FORMAT");
}

TEST_F(ApiServicesTest, Beacons_KeepTheNewestOfEachKind) {
  const std::string beacon =
      R"("beacon":{"relatedObjectType":"4","eventType":"0_healthData","objectId":")" + entry +
      R"(","privateData":"{}"})";
  EXPECT_EQ(call("beacon_beacon/add", media_server, beacon).text, "true");
  EXPECT_EQ(call("beacon/add", media_server, beacon).text, "true");
  EXPECT_EQ(call("beacon/list", media_server)["totalCount"], "1");
}

TEST_F(ApiServicesTest, UploadTokens_AreKeptButTakeNoFiles) {
  const std::string id =
      call("uploadToken/add", admin, R"("uploadToken":{"fileName":"a.mp4"})")["id"];
  EXPECT_EQ(call("uploadToken/get", admin, R"("uploadTokenId":")" + id + '"')["fileName"], "a.mp4");
  const ApiAnswer sent =
      send("/api_v3/service/uploadToken/action/upload",
           "format=1&ks=" + admin + "&uploadTokenId=" + id, "multipart/form-data; boundary=B",
           "--B\r\nContent-Disposition: form-data; name=fileData; filename=a\r\n\r\nx\r\n--B--");
  EXPECT_EQ(Answer(sent.body)["code"], "SERVICE_UNAVAILABLE") << sent.body;
  EXPECT_EQ(call("uploadToken/upload", admin, R"("uploadTokenId":")" + id + '"')["message"],
            "Missing parameter \"fileData\"");
  EXPECT_EQ(call("uploadToken/get", other_admin, R"("uploadTokenId":")" + id + '"')["code"],
            "UPLOAD_TOKEN_NOT_FOUND");
}

TEST_F(ApiServicesTest, Account_SaysWhatAPartnerHas) {
  EXPECT_EQ(call("partner/get", admin)["id"], "101");
  EXPECT_EQ(call("partner/get", admin, R"("id":102)")["code"], "INVALID_PARTNER_ID");
  EXPECT_EQ(call("permission/get", user, R"("permissionName":"FEATURE_LIVE_STREAM")")["status"],
            "1");
  EXPECT_EQ(call("permission/get", user,
                 R"("permissionName":"FEATURE_LIVE_STREAM_KALTURA_RECORDING")")["code"],
            "INVALID_OBJECT_ID");
}

// What Kaltura's live clients and media servers call.
TEST_F(ApiServicesTest, ActionsOfALiveInstallation_AreThere) {
  struct Row {
    const char *service;
    std::vector<const char *> actions;
  };
  const Row rows[] = {
      {"session", {"start", "startWidgetSession", "get", "end"}},
      {"liveStream",
       {"add", "get", "update", "delete", "list", "clone", "authenticate", "registerMediaServer",
        "unregisterMediaServer", "validateRegisteredMediaServers", "isLive", "getDetails",
        "regenerateStreamToken", "createRecordedEntry", "appendRecording", "setRecordedContent",
        "addLiveStreamPushPublishConfiguration", "removeLiveStreamPushPublishConfiguration",
        "archive"}},
      {"baseEntry",
       {"get", "list", "update", "delete", "addContent", "updateContent", "getPlaybackContext",
        "getContextData"}},
      {"media",
       {"get", "list", "add", "update", "delete", "addContent", "updateContent", "cancelReplace"}},
      {"conversionProfile",
       {"get", "getDefault", "setAsDefault", "list", "add", "update", "delete"}},
      {"conversionProfileAssetParams", {"list", "update"}},
      {"flavorParams", {"get", "getByConversionProfileId", "list", "add", "update", "delete"}},
      {"liveParams", {"get", "list", "add", "update", "delete"}},
      {"flavorAsset", {"get", "list"}},
      {"serverNode",
       {"reportStatus", "add", "get", "update", "delete", "enable", "disable", "list",
        "markOffline", "getFullPath"}},
      {"entryServerNode",
       {"get", "list", "update", "updateStatus", "validateRegisteredEntryServerNode"}},
      {"partner", {"get", "getInfo"}},
      {"permission", {"get", "list"}},
      {"system", {"ping", "getTime", "getVersion"}},
      {"uploadToken", {"add", "get", "list", "upload", "delete"}},
      {"scheduleEvent", {"add", "get", "list", "update", "cancel", "delete"}},
      {"wowza_liveConversionProfile", {"serve"}},
      {"wowza_liveStreamConversionProfile", {"serve"}},
      {"beacon", {"add", "list"}},
  };
  for (const Row &row : rows) {
    for (const char *action : row.actions) {
      const Answer answer = call(std::string(row.service) + "/" + action, "");
      EXPECT_NE(answer["code"], "SERVICE_DOES_NOT_EXISTS") << answer.text;
      EXPECT_NE(answer["code"], "ACTION_DOES_NOT_EXIST") << answer.text;
    }
  }
}

TEST_F(ApiServicesTest, Schema_HasEveryActionAndType) {
  const ApiAnswer schema = send("/api_v3/schema", "", "", "");
  EXPECT_EQ(schema.content_type, "text/xml; charset=utf-8");
  for (const api::Action &action : api::actions()) {
    EXPECT_NE(schema.body.find("<action name=\"" + std::string(action.name) + "\""),
              std::string::npos);
  }
  for (const auto &type : kaltura::object_types()) {
    EXPECT_NE(schema.body.find("<class name=\"" + std::string(type.name) + "\""),
              std::string::npos);
  }
  EXPECT_NE(schema.body.find("<param name=\"liveEntryStatus\" type=\"int\" "
                             "enumType=\"KalturaEntryServerNodeStatus\" optional=\"1\" "
                             "default=\"1\"/>"),
            std::string::npos);
}

}  // namespace
}  // namespace klive::app
