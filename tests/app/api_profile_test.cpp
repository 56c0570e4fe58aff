// SPDX-License-Identifier: LGPL-2.1-or-later
// Conversion profiles and live params through the API, and what publishing makes of them.
#include <fstream>

#include <glib.h>

#include "api_fixture.h"
#include "kaltura/transcode_template.h"

namespace klive::app {
namespace {

using test::Answer;
using test::ApiTest;

class ApiProfileTest : public ApiTest {
 protected:
  Answer add_profile(const std::string &ks, const std::string &members) {
    return call("conversionProfile/add", ks, R"("conversionProfile":{)" + members + "}");
  }
  static std::string id(const std::string &number) { return R"("id":)" + number; }
};

TEST_F(ApiProfileTest, ShippedOnes_AreThereForEverybody) {
  const Answer list =
      call("conversionProfile/list", other_admin, R"("filter":{"typeEqual":2,"orderBy":"+name"})");
  ASSERT_EQ(list.objects().size(), 3u) << list.text;
  EXPECT_EQ(call("conversionProfile/get", user, id("2"))["systemName"], "Default_Live");
  EXPECT_EQ(call("conversionProfile/getDefault", user)["systemName"], "Passthrough_Live");
  const Answer params = call("flavorParams/list", user, R"("pager":{"pageSize":500})");
  EXPECT_EQ(params["totalCount"], "34");
  const Answer urdu = call("flavorParams/get", user, id("119"));
  EXPECT_EQ(urdu["objectType"], "KalturaLiveParams");
  EXPECT_EQ(urdu["streamSuffix"], "1019");
  EXPECT_NE(urdu["multiStream"].find("urd"), std::string::npos);
  const Answer links =
      call("conversionProfileAssetParams/list", user, R"("filter":{"conversionProfileIdEqual":2})");
  EXPECT_EQ(links["totalCount"], "4");
}

TEST_F(ApiProfileTest, ShippedOnes_AreNobodysToChange) {
  EXPECT_EQ(call("conversionProfile/update", admin,
                 id("1") + R"(,"conversionProfile":{"name":"x"})")["code"],
            "CONVERSION_PROFILE_ID_NOT_FOUND");
  EXPECT_EQ(call("conversionProfile/delete", admin, id("1"))["code"],
            "CANNOT_DELETE_DEFAULT_CONVERSION_PROFILE");
  EXPECT_EQ(
      call("flavorParams/update", admin, id("32") + R"(,"flavorParams":{"name":"x"})")["code"],
      "FLAVOR_PARAMS_ID_NOT_FOUND");
  EXPECT_EQ(call("flavorParams/delete", admin, id("32"))["code"], "FLAVOR_PARAMS_ID_NOT_FOUND");
}

TEST_F(ApiProfileTest, MadeOnes_DecideWhatIsIngested) {
  const Answer params = call("liveParams/add", admin,
                             R"("liveParams":{"name":"Second camera","streamSuffix":"77",)"
                             R"("tags":"ingest,mbr","videoCodec":"copy"})");
  ASSERT_EQ(params["objectType"], "KalturaLiveParams") << params.text;
  const Answer profile =
      add_profile(admin, R"("name":"Two cameras","systemName":"Two","flavorParamsIds":"32, )" +
                             params["id"] + '"');
  ASSERT_NE(profile["id"], "(none)") << profile.text;
  const auto read = profiles->get(std::stoll(profile["id"]));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->ingest().size(), 2u);
  EXPECT_EQ(read->ingest()[1].stream_name, "77");
  EXPECT_FALSE(read->transcodes());
  const Answer by_profile = call("flavorParams/getByConversionProfileId", user,
                                 R"("conversionProfileId":)" + profile["id"]);
  ASSERT_TRUE(by_profile.value.is_array());
  EXPECT_EQ(by_profile.value.array()->size(), 2u);

  // What was read is not kept when it changes.
  const Answer updated =
      call("conversionProfile/update", admin,
           id(profile["id"]) + R"(,"conversionProfile":{"flavorParamsIds":"32,33"})");
  EXPECT_EQ(updated["flavorParamsIds"], "32,33") << updated.text;
  EXPECT_EQ(profiles->get(std::stoll(profile["id"]))->ingest().size(), 1u);
  EXPECT_TRUE(profiles->get(std::stoll(profile["id"]))->transcodes());
  const std::string link = R"("conversionProfileId":)" + profile["id"] + R"(,"assetParamsId":33)";
  EXPECT_EQ(
      call("conversionProfileAssetParams/update", admin,
           link + R"(,"conversionProfileAssetParams":{"origin":2,"systemName":"x"})")["origin"],
      "2");
  EXPECT_FALSE(profiles->get(std::stoll(profile["id"]))->transcodes());
}

TEST_F(ApiProfileTest, ThoseInUse_AreNotDeleted) {
  const std::string profile = add_profile(admin, R"("name":"Mine","flavorParamsIds":"32")")["id"];
  const std::string entry =
      call("liveStream/add", admin,
           R"("liveStreamEntry":{"name":"Town hall","conversionProfileId":)" + profile + "}")["id"];
  EXPECT_EQ(call("conversionProfile/delete", admin, id(profile))["message"],
            "Invalid value of parameter \"id\": 1 entries have this profile");
  EXPECT_EQ(call("liveStream/delete", admin, entry_id(entry)).text, "null");
  EXPECT_EQ(call("conversionProfile/delete", admin, id(profile)).text, "null");
  EXPECT_EQ(call("conversionProfile/get", admin, id(profile))["code"],
            "CONVERSION_PROFILE_ID_NOT_FOUND");
  EXPECT_EQ(call("conversionProfileAssetParams/list", admin,
                 R"("filter":{"conversionProfileIdEqual":)" + profile + "}")["totalCount"],
            "0");
}

TEST_F(ApiProfileTest, ChosenAsDefault_IsWhatNewEntriesHave) {
  const auto profile_of = [&](const std::string &entry) {
    return call("liveStream/get", admin, entry_id(entry))["conversionProfileId"];
  };
  EXPECT_EQ(call("conversionProfile/get", user, id("1"))["isDefault"], "1");
  const std::string before = add("Before it was chosen");
  const Answer chosen = call("conversionProfile/setAsDefault", admin, id("2"));
  EXPECT_EQ(chosen["systemName"], "Default_Live") << chosen.text;
  EXPECT_EQ(chosen["isDefault"], "1");
  EXPECT_EQ(call("conversionProfile/getDefault", user)["id"], "2");
  EXPECT_EQ(call("conversionProfile/getDefault", user, R"("type":2)")["id"], "2");
  for (const kaltura::Value &each : call("conversionProfile/list", admin).objects()) {
    EXPECT_EQ(each.text_of("isDefault"), each.text_of("id") == "2" ? "1" : "0");
  }
  EXPECT_EQ(profile_of(add("Chosen for it")), "2");
  EXPECT_EQ(profile_of(before), "1");
  // One that is named counts more; a choice is its partner's own.
  EXPECT_EQ(
      call("liveStream/add", admin,
           R"("liveStreamEntry":{"name":"Named","conversionProfileId":1})")["conversionProfileId"],
      "1");
  EXPECT_EQ(call("conversionProfile/getDefault", other_admin)["id"], "1");

  const std::string own = add_profile(admin, R"("name":"Mine","flavorParamsIds":"32")")["id"];
  EXPECT_EQ(call("conversionProfile/setAsDefault", admin, id(own))["id"], own);
  EXPECT_EQ(call("conversionProfile/delete", admin, id(own))["code"],
            "CANNOT_DELETE_DEFAULT_CONVERSION_PROFILE");
  EXPECT_EQ(call("conversionProfile/setAsDefault", admin, id("1"))["id"], "1");
  EXPECT_EQ(call("conversionProfile/delete", admin, id(own)).text, "null");
}

TEST_F(ApiProfileTest, DefaultOfAnotherKind_LeavesLiveEntriesAlone) {
  EXPECT_EQ(call("conversionProfile/getDefault", user, R"("type":1)")["code"],
            "CONVERSION_PROFILE_ID_NOT_FOUND");
  const std::string media = add_profile(admin, R"("name":"Media","type":1)")["id"];
  EXPECT_EQ(call("conversionProfile/setAsDefault", admin, id(media))["isDefault"], "1");
  EXPECT_EQ(call("conversionProfile/getDefault", user, R"("type":1)")["id"], media);
  EXPECT_EQ(call("conversionProfile/getDefault", user)["id"], "1");
}

TEST_F(ApiProfileTest, DefaultThatIsNotThere_IsRefused) {
  const std::string theirs = add_profile(other_admin, R"("name":"x","flavorParamsIds":"32")")["id"];
  for (const std::string &wrong : {theirs, std::string("999999")}) {
    EXPECT_EQ(call("conversionProfile/setAsDefault", admin, id(wrong))["code"],
              "CONVERSION_PROFILE_ID_NOT_FOUND");
  }
  EXPECT_EQ(call("conversionProfile/setAsDefault", user, id("2"))["code"], "SERVICE_FORBIDDEN");
  EXPECT_EQ(call("conversionProfile/getDefault", admin)["id"], "1");
}

TEST_F(ApiProfileTest, DefaultThatWentWithItsFile_IsTheShippedOneAgain) {
  const std::string path = folder / "more.json";
  std::ofstream(path) << R"({"conversionProfiles":[{"id":700,"systemName":"Ours","name":"Ours",
        "flavors":[{"id":32,"origin":"ingest"}]}]})";
  ASSERT_TRUE(ProfileStore::open(store->objects(), path));
  EXPECT_EQ(call("conversionProfile/setAsDefault", admin, id("700"))["isDefault"], "1");
  ASSERT_TRUE(ProfileStore::open(store->objects(), {}));
  EXPECT_EQ(call("conversionProfile/getDefault", admin)["id"], "1");
  EXPECT_NE(add("Town hall"), "(none)");
}

TEST_F(ApiProfileTest, Mistakes_AreNamed) {
  struct Row {
    const char *members, *code;
  };
  const Row rows[] = {
      {R"("flavorParamsIds":"32")", "PROPERTY_VALIDATION_CANNOT_BE_NULL"},
      {R"("name":"x","flavorParamsIds":"32,99999")", "FLAVOR_PARAMS_ID_NOT_FOUND"},
      {R"("name":"x","flavorParamsIds":"32,32")", "FLAVOR_PARAMS_DUPLICATE"},
      {R"("name":"x","flavorParamsIds":"a")", "PROPERTY_VALIDATION_WRONG_FORMAT"},
      {R"("name":"x","systemName":"Default_Live")", "SYSTEM_NAME_ALREADY_EXISTS"},
      {R"("name":"x","type":7)", "INVALID_ENUM_VALUE"},
  };
  for (const Row &row : rows)
    EXPECT_EQ(add_profile(admin, row.members)["code"], row.code) << row.members;
  EXPECT_EQ(add_profile(user, R"("name":"x")")["code"], "SERVICE_FORBIDDEN");
  EXPECT_EQ(
      call("liveParams/add", admin, R"("liveParams":{"name":"x","streamSuffix":"07"})")["code"],
      "PROPERTY_VALIDATION_WRONG_FORMAT");
}

TEST_F(ApiProfileTest, OtherPartners_HaveTheirOwn) {
  const std::string profile = add_profile(admin, R"("name":"Mine","flavorParamsIds":"32")")["id"];
  EXPECT_EQ(call("conversionProfile/get", other_admin, id(profile))["code"],
            "CONVERSION_PROFILE_ID_NOT_FOUND");
  EXPECT_EQ(call("liveStream/add", other_admin,
                 R"("liveStreamEntry":{"name":"Town hall","conversionProfileId":)" + profile +
                     "}")["code"],
            "CONVERSION_PROFILE_ID_NOT_FOUND");
}

// What the templates are is the library's test; here each is what a media server is sent.
TEST_F(ApiProfileTest, TranscodeTemplates_AreThoseOfTheEntrysProfile) {
  const std::string extra =
      R"({"audiocodecidstring":"AAC","videodatarate":2500,"width":1280,"height":720})";
  const auto ingest = kaltura::read_ingest_info(extra);
  const auto escaped = [](const std::string &text) {
    const std::unique_ptr<char, decltype(&g_free)> url(
        g_uri_escape_string(text.c_str(), nullptr, FALSE), &g_free);
    return std::string(url.get());
  };
  size_t served = 0;
  for (const char *number : {"1", "2", "3"}) {
    const auto profile = profiles->get(std::stoll(number));
    ASSERT_TRUE(profile);
    const std::string entry =
        call("liveStream/add", admin,
             R"("liveStreamEntry":{"name":"Town hall","conversionProfileId":)" +
                 std::string(number) + "}")["id"];
    for (const char *service :
         {"wowza_liveConversionProfile", "wowza_liveStreamConversionProfile"}) {
      for (const char *suffix : {"1", "2", "3", "4"}) {
        const std::string path = std::string("/api_v3/index.php/service/") + service +
                                 "/action/serve/streamName/" + entry + "_" + suffix +
                                 "/f/transcode.xml";
        const auto plain = kaltura::transcode_template(*profile, entry, suffix, {});
        const auto informed = kaltura::transcode_template(*profile, entry, suffix, ingest);
        const ApiAnswer without = send(path, "", "", "");
        const ApiAnswer with = send(path + "/extraParams/" + escaped(extra), "", "", "");
        if (!plain) {
          EXPECT_NE(with.body.find("INGEST_NOT_FOUND_IN_CONVERSION_PROFILE"), std::string::npos);
          continue;
        }
        EXPECT_EQ(without.content_type, "text/xml; charset=utf-8");
        EXPECT_EQ(without.body, *plain);
        EXPECT_EQ(with.body, *informed);
        EXPECT_NE(with.body, without.body);
        ++served;
      }
    }
  }
  EXPECT_EQ(served, 10u);  // by both names: three streams of the first profile, one of the others
}

TEST_F(ApiProfileTest, File_AddsAndReplaces) {
  const std::string path = folder / "more.json";
  std::ofstream(path)
      << R"({"liveParams":[{"id":500,"name":"Mine","tags":"ingest","streamSuffix":"5"}],
      "conversionProfiles":[{"id":2,"systemName":"Default_Live","name":"Ours","flavors":
        [{"id":32,"origin":"ingest"},{"id":500,"origin":"ingest"}]}]})";
  const auto opened = ProfileStore::open(store->objects(), path);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ((*opened)->get(2)->flavors.size(), 2u);
  EXPECT_EQ((*opened)->get(1)->flavors.size(), 3u);
  // Without the file everything is as it was.
  const auto again = ProfileStore::open(store->objects(), {});
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->get(2)->flavors.size(), 4u);
  EXPECT_FALSE(ProfileStore::open(store->objects(), folder / "none.json"));
}

}  // namespace
}  // namespace klive::app
