// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kaltura/request.h"

#include <gtest/gtest.h>

#include <memory>

namespace klive::kaltura {
namespace {

constexpr char kForm[] = "application/x-www-form-urlencoded";
constexpr char kJson[] = "application/json; charset=utf-8";

std::string parameters_of(const Request &request) {
  const std::unique_ptr<JsonNode, decltype(&json_node_unref)> node(json_node_new(JSON_NODE_OBJECT),
                                                                   &json_node_unref);
  json_node_set_object(node.get(), request.parameters);
  const std::unique_ptr<char, decltype(&g_free)> text(json_to_string(node.get(), FALSE), &g_free);
  return text.get();
}

TEST(Request, PathForm_NamesServiceAndAction) {
  const auto request = parse_request("/api_v3/service/LiveStream/action/GET/entryId/1_abcd1234",
                                     "format=1&ks=K", "", "");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->service, "livestream");
  EXPECT_EQ(request->action, "get");
  EXPECT_EQ(request->format, 1);
  EXPECT_EQ(request->ks, "K");
  EXPECT_EQ(request->text("entryId"), "1_abcd1234");
  EXPECT_EQ(parameters_of(*request), R"({"entryId":"1_abcd1234"})");
}

TEST(Request, IndexPhp_TakesThemFromTheQuery) {
  const auto request =
      parse_request("/api_v3/index.php", "service=session&action=start&partnerId=101", kForm,
                    "secret=s&type=2&userId=a%40b+c");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->service, "session");
  EXPECT_EQ(request->action, "start");
  EXPECT_EQ(request->format, 2);
  EXPECT_EQ(request->partner, 101);
  EXPECT_EQ(request->text("userId"), "a@b c");
  EXPECT_EQ(request->integer("type"), 2);
}

TEST(Request, PathBeatsBodyBeatsQuery) {
  const auto request = parse_request("/api/service/a/action/b/x/path", "x=query&y=query&z=query",
                                     kForm, "x=body&y=body");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->text("x"), "path");
  EXPECT_EQ(request->text("y"), "body");
  EXPECT_EQ(request->text("z"), "query");
}

TEST(Request, FormNesting_MakesObjectsAndArrays) {
  const auto request = parse_request(
      "/api_v3/service/s/action/a", "", kForm,
      "filter:objectType=KalturaLiveStreamEntryFilter&filter:idIn=a%2Cb&bitrates:0:bitrate=900&"
      "bitrates:1:bitrate=1500&tags:-=&map:0=x&map:2=y");
  ASSERT_TRUE(request);
  EXPECT_EQ(parameters_of(*request),
            R"({"filter":{"objectType":"KalturaLiveStreamEntryFilter","idIn":"a,b"},)"
            R"("bitrates":[{"bitrate":"900"},{"bitrate":"1500"}],"tags":[],)"
            R"("map":{"0":"x","2":"y"}})");
  EXPECT_EQ(member_text(request->object("filter"), "idIn"), "a,b");
  EXPECT_EQ(request->object("bitrates"), nullptr);
}

TEST(Request, ArraysInArrays_AreMadeFromTheInside) {
  const auto request =
      parse_request("/api_v3/service/s/action/a", "a:0:0=x&a:1:-=&a:2:b:0=y", "", "");
  ASSERT_TRUE(request);
  EXPECT_EQ(parameters_of(*request), R"({"a":[["x"],[],{"b":["y"]}]})");
}

TEST(Request, JsonBody_KeepsItsTypes) {
  const auto request = parse_request(
      "/api_v3/service/livestream/action/add", "", kJson,
      R"({"ks":"K","format":1,"liveStreamEntry":{"name":"Hello \u00e9\ud83d\ude00","dvrWindow":60,)"
      R"("explicitLive":true,"x":null,"msDuration":1.5}})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->ks, "K");
  EXPECT_EQ(request->format, 1);
  JsonObject *entry = request->object("liveStreamEntry");
  EXPECT_EQ(member_text(entry, "name"), "Hello é😀");
  EXPECT_EQ(member_integer(entry, "dvrWindow"), 60);
  EXPECT_EQ(member_integer(entry, "explicitLive"), 1);
  EXPECT_EQ(member_text(entry, "explicitLive"), "1");
  EXPECT_EQ(member_text(entry, "msDuration"), "1.5");
  EXPECT_EQ(member_integer(entry, "msDuration"), std::nullopt);
  EXPECT_EQ(member_text(entry, "x"), std::nullopt);
  EXPECT_EQ(member_text(entry, "none"), std::nullopt);
  EXPECT_EQ(member_text(nullptr, "none"), std::nullopt);
}

TEST(Request, BooleanWords_AreNumbers) {
  const auto request =
      parse_request("/api_v3/service/s/action/a", "a=true&b=false&c=1&d=x", "", "");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->integer("a"), 1);
  EXPECT_EQ(request->integer("b"), 0);
  EXPECT_EQ(request->integer("c"), 1);
  EXPECT_EQ(request->integer("d"), std::nullopt);
}

struct BadRequest {
  const char *title, *query, *type;
  std::string body;
};

TEST(Request, MalformedRequests_AreRefused) {
  const BadRequest rows[] = {
      {"bad escape", "x=%2", "", ""},
      {"not UTF-8", "x=%ff", "", ""},
      {"NUL", "x=%00", "", ""},
      {"empty name", "=x", "", ""},
      {"empty part", "a::b=x", "", ""},
      {"value and object", "a=1&a:b=2", "", ""},
      {"format", "format=3", "", ""},
      {"format word", "format=json", "", ""},
      {"content type", "", "text/xml", "<a/>"},
      {"array body", "", kJson, "[1]"},
      {"scalar body", "", kJson, "1"},
      {"two values", "", kJson, "{} {}"},
      {"cut", "", kJson, R"({"a":)"},
      {"no end", "", kJson, R"({"a":"b)"},
      {"trailing comma", "", kJson, R"({"a":1,})"},
      {"comment", "", kJson, R"({/* */"a":1})"},
      {"single quotes", "", kJson, R"({'a':1})"},
      {"assignment", "", kJson, R"(var a = {"a":1})"},
      {"lone high surrogate", "", kJson, R"({"a":"\ud800"})"},
      {"lone low surrogate", "", kJson, R"({"a":"\udc00"})"},
      {"swapped surrogates", "", kJson, R"({"a":"\ud800\ud800"})"},
      {"escaped NUL", "", kJson, R"({"a":"\u0000"})"},
      {"control character", "", kJson, "{\"a\":\"\n\"}"},
      {"NaN", "", kJson, R"({"a":NaN})"},
      {"leading zero", "", kJson, R"({"a":01})"},
      {"long number", "", kJson, R"({"a":)" + std::string(41, '1') + "}"},
      {"not UTF-8 body", "", kJson, "{\"a\":\"\xff\"}"},
      {"mismatched bracket", "", kJson, R"({"a":[1})"},
      {"end in escape", "", kJson, "{\"a\":\"\\"},
      {"end in unit", "", kJson, "{\"a\":\"\\u12"},
  };
  for (const auto &row : rows) {
    const auto request = parse_request("/api_v3/service/s/action/a", row.query, row.type, row.body);
    ASSERT_FALSE(request) << row.title;
    EXPECT_EQ(request.error().code, base::ErrorCode::kInvalid) << row.title;
  }
}

TEST(Request, EveryBound_Holds) {
  std::string deep_form = "a";
  for (int i = 0; i < 16; ++i) deep_form += ":a";
  std::string many;
  for (int i = 0; i < 4097; ++i) many += "a" + std::to_string(i) + "=&";
  std::string many_json = R"({"a":[0)";
  for (int i = 0; i < 4096; ++i) many_json += ",0";
  many_json += "]}";
  const std::string deep_json = R"({"a":)" + std::string(100000, '[');
  const BadRequest rows[] = {
      {"deep form", "", kForm, deep_form + "=1"},
      {"many fields", "", kForm, many},
      {"deep JSON", "", kJson, deep_json},
      {"many members", "", kJson, many_json},
      {"large body", "", kForm, std::string(1024 * 1024 + 1, 'a')},
  };
  for (const auto &row : rows) {
    const auto request = parse_request("/api_v3/service/s/action/a", row.query, row.type, row.body);
    ASSERT_FALSE(request) << row.title;
    EXPECT_EQ(request.error().code, base::ErrorCode::kTooLarge) << row.title;
  }
  EXPECT_TRUE(parse_request("/api_v3/service/s/action/a", "", kForm, deep_form.substr(2) + "=1"));
  const std::string just = R"({"a":)" + std::string(15, '[') + "1" + std::string(15, ']') + "}";
  EXPECT_TRUE(parse_request("/api_v3/service/s/action/a", "", kJson, just));
}

TEST(Request, Moved_KeepsItsParameters) {
  auto request = parse_request("/api_v3/service/s/action/a", "x=1", "", "");
  ASSERT_TRUE(request);
  Request first = *std::move(request);
  Request second;
  second = std::move(first);
  EXPECT_EQ(second.text("x"), "1");
}

using Node = std::unique_ptr<JsonNode, decltype(&json_node_unref)>;
Node node_of(const char *json) { return {json_from_string(json, nullptr), &json_node_unref}; }

TEST(WireOutput, Xml_PutsTheTypeFirstAndEscapes) {
  const auto node = node_of(
      R"({"name":"<a & \"b\">\u0001","dvr":true,"off":false,"none":null,"n":5,"not a name":1,)"
      R"("list":[{"x":1},"y"],"objectType":"KalturaLiveStreamEntry"})");
  EXPECT_EQ(write_result(node.get(), 2, 0.25),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml><result>"
            "<objectType>KalturaLiveStreamEntry</objectType><name>&lt;a &amp; &quot;b&quot;&gt;"
            "</name><dvr>1</dvr><off>0</off><n>5</n><list><item><x>1</x></item><item>y</item>"
            "</list></result><executionTime>0.250000</executionTime></xml>");
}

TEST(WireOutput, Json_IsTheBareValue) {
  EXPECT_EQ(write_result(node_of(R"("KS")").get(), 1, 0), "\"KS\"");
  EXPECT_EQ(write_result(nullptr, 1, 0), "null");
  EXPECT_EQ(write_result(node_of("true").get(), 9, 0, "cb"), "/**/cb(true);");
  EXPECT_EQ(write_result(nullptr, 2, 0),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml><result></result>"
            "<executionTime>0.000000</executionTime></xml>");
}

TEST(WireOutput, Errors_LookLikeKalturas) {
  const ApiError error = make_api_error("ENTRY_ID_NOT_FOUND", {"1_<"});
  EXPECT_EQ(write_error(error, 1, 0),
            R"({"code":"ENTRY_ID_NOT_FOUND","message":"Entry id \"1_<\" not found",)"
            R"("objectType":"KalturaAPIException","args":{"ENTRY_ID":"1_<"}})");
  EXPECT_EQ(write_error(error, 2, 0),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml><result><error>"
            "<code>ENTRY_ID_NOT_FOUND</code><message>Entry id &quot;1_&lt;&quot; not found"
            "</message><objectType>KalturaAPIException</objectType><args><item>"
            "<objectType>KalturaApiExceptionArg</objectType><name>ENTRY_ID</name>"
            "<value>1_&lt;</value></item></args></error></result>"
            "<executionTime>0.000000</executionTime></xml>");
}

TEST(ApiError, Arguments_GoIntoTheTextInOrder) {
  EXPECT_EQ(make_api_error("LIVE_STREAM_INVALID_TOKEN", {"1_abcd1234"}).message,
            "Invalid token supplied for live entry [1_abcd1234]");
  EXPECT_EQ(make_api_error("INVALID_KS", {"K", "-5", "EXPIRED"}).message,
            "Invalid KS \"K\", Error \"-5,EXPIRED\"");
  EXPECT_EQ(make_api_error("INVALID_KS", {"a@b@c"}).message, "Invalid KS \"a@b@c\", Error \",\"");
  EXPECT_EQ(make_api_error("MISSING_KS").message, "Missing KS, session not established");
  EXPECT_EQ(make_api_error("NO_SUCH_CODE").code, "INTERNAL_SERVERL_ERROR");
}

}  // namespace
}  // namespace klive::kaltura
