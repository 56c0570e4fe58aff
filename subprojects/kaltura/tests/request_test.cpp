// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kaltura/request.h"

#include <gtest/gtest.h>

#include "kaltura/api_error.h"
#include "kaltura/multipart.h"

namespace klive::kaltura {
namespace {

constexpr char kForm[] = "application/x-www-form-urlencoded";
constexpr char kJson[] = "application/json; charset=utf-8";

/// The one call of a request that is none of many.
base::Result<Request> parse_one(std::string_view path, std::string_view query,
                                std::string_view type, std::string_view body) {
  auto envelope = parse_request(path, query, type, body);
  if (!envelope) return base::fail(std::move(envelope).error());
  EXPECT_FALSE(envelope->is_batch);
  return std::move(envelope->requests.front());
}

std::string parameters_of(const Request &request) { return write_json(request.parameters); }

std::string text(const Request &request, const char *name) {
  return request.parameters.text_of(name, "(none)");
}

TEST(Request, PathForm_NamesServiceAndAction) {
  const auto envelope = parse_request("/api_v3/service/LiveStream/action/GET/entryId/1_abcd1234",
                                      "format=1&ks=K&callback=c", "", "");
  ASSERT_TRUE(envelope) << envelope.error().message;
  EXPECT_EQ(envelope->format, Format::kJson);
  EXPECT_EQ(envelope->callback, "c");
  const Request &request = envelope->requests.front();
  EXPECT_EQ(request.service, "livestream");
  EXPECT_EQ(request.action, "get");
  EXPECT_EQ(request.ks, "K");
  EXPECT_EQ(parameters_of(request), R"({"callback":"c","entryId":"1_abcd1234"})");
}

TEST(Request, IndexPhp_TakesThemFromTheQuery) {
  const auto envelope =
      parse_request("/api_v3/index.php", "service=session&action=start&partnerId=101", kForm,
                    "secret=s&type=2&userId=a%40b+c&clientTag=me");
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->format, Format::kXml);
  const Request &request = envelope->requests.front();
  EXPECT_EQ(request.service, "session");
  EXPECT_EQ(request.action, "start");
  EXPECT_EQ(request.partner, 101);
  EXPECT_EQ(request.client_tag, "me");
  EXPECT_EQ(text(request, "userId"), "a@b c");
  EXPECT_EQ(request.parameters.integer_of("type"), 2);
}

TEST(Request, PathBeatsBodyBeatsQuery) {
  const auto request = parse_one("/api/service/a/action/b/x/path", "x=query&y=query&z=query", kForm,
                                 "x=body&y=body");
  ASSERT_TRUE(request);
  EXPECT_EQ(text(*request, "x"), "path");
  EXPECT_EQ(text(*request, "y"), "body");
  EXPECT_EQ(text(*request, "z"), "query");
}

TEST(Request, FormNesting_MakesObjectsAndArrays) {
  const auto request = parse_one(
      "/api_v3/service/s/action/a", "", kForm,
      "filter:objectType=KalturaLiveStreamEntryFilter&filter:idIn=a%2Cb&bitrates:0:bitrate=900&"
      "bitrates:1:bitrate=1500&tags:-=&map:0=x&map:2=y");
  ASSERT_TRUE(request);
  EXPECT_EQ(parameters_of(*request),
            R"({"bitrates":[{"bitrate":"900"},{"bitrate":"1500"}],)"
            R"("filter":{"idIn":"a,b","objectType":"KalturaLiveStreamEntryFilter"},)"
            R"("map":{"0":"x","2":"y"},"tags":[]})");
}

TEST(Request, ArraysInArrays_AreMadeFromTheInside) {
  const auto request = parse_one("/api_v3/service/s/action/a", "a:0:0=x&a:1:-=&a:2:b:0=y", "", "");
  ASSERT_TRUE(request);
  EXPECT_EQ(parameters_of(*request), R"({"a":[["x"],[],{"b":["y"]}]})");
}

TEST(Request, JsonBody_KeepsItsTypes) {
  const auto envelope = parse_request(
      "/api_v3/service/livestream/action/add", "", kJson,
      R"({"ks":"K","format":1,"liveStreamEntry":{"name":"Hello \u00e9\ud83d\ude00","dvrWindow":60,)"
      R"("explicitLive":true,"x":null,"msDuration":1.5}})");
  ASSERT_TRUE(envelope) << envelope.error().message;
  EXPECT_EQ(envelope->format, Format::kJson);
  const Request &request = envelope->requests.front();
  EXPECT_EQ(request.ks, "K");
  const Value *entry = request.parameters.find("liveStreamEntry");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->text_of("name"), "Hello é😀");
  EXPECT_EQ(entry->integer_of("dvrWindow"), 60);
  EXPECT_EQ(entry->integer_of("explicitLive"), 1);
  EXPECT_EQ(entry->text_of("explicitLive"), "1");
  EXPECT_EQ(entry->text_of("msDuration"), "1.5");
  EXPECT_EQ(entry->integer_of("msDuration", -7), -7);
  EXPECT_TRUE(entry->find("x")->is_null());
  EXPECT_EQ(entry->find("none"), nullptr);
}

TEST(Request, Multipart_CarriesJsonFieldsAndFiles) {
  const std::string body =
      "\r\n--BB\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n"
      R"({"format":1,"ks":"K","uploadTokenId":"0_x"})"
      "\r\n--BB\r\nContent-Disposition: form-data; name=\"resume\"\r\n\r\n1"
      "\r\n--BB\r\nContent-Disposition: form-data; name=\"fileData\"; filename=\"a \\\"b.mp4\"\r\n"
      "Content-Type: application/octet-stream\r\n\r\n\r\n--Bx\r\n--BB--";
  const auto envelope = parse_request("/api_v3/service/uploadtoken/action/upload", "",
                                      "multipart/form-data; boundary=BB", body);
  ASSERT_TRUE(envelope) << envelope.error().message;
  EXPECT_EQ(envelope->format, Format::kJson);
  const Request &request = envelope->requests.front();
  EXPECT_EQ(request.ks, "K");
  EXPECT_EQ(text(request, "uploadTokenId"), "0_x");
  EXPECT_EQ(text(request, "resume"), "1");
  ASSERT_TRUE(request.files.contains("fileData"));
  EXPECT_EQ(request.files.at("fileData").name, "a \"b.mp4");
  EXPECT_EQ(request.files.at("fileData").content, "\r\n--Bx");
}

TEST(Request, Multirequest_IsSplitAndSharesTheSession) {
  const auto envelope = parse_request(
      "/api_v3/service/multirequest", "", kForm,
      "format=1&ks=K&clientTag=t&1:service=liveStream&1:action=get&1:entryId=x&2:service=session&"
      "2:action=get&2:ks=own&2:f:0:a=1&4:service=system&4:action=ping");
  ASSERT_TRUE(envelope) << envelope.error().message;
  EXPECT_TRUE(envelope->is_batch);
  EXPECT_EQ(envelope->format, Format::kJson);
  ASSERT_EQ(envelope->requests.size(), 2u);  // 3 is missing: what is behind it does not count
  EXPECT_EQ(envelope->requests[0].service, "livestream");
  EXPECT_EQ(envelope->requests[0].ks, "K");
  EXPECT_EQ(envelope->requests[0].client_tag, "t");
  EXPECT_EQ(parameters_of(envelope->requests[0]), R"({"entryId":"x"})");
  EXPECT_EQ(envelope->requests[1].ks, "own");
  EXPECT_EQ(parameters_of(envelope->requests[1]), R"({"f":[{"a":"1"}]})");
}

TEST(Request, MultirequestInJson_MayCountFromZero) {
  const auto envelope = parse_request(
      "/api_v3/service/multirequest", "", kJson,
      R"({"0":{"service":"a","action":"b"},"1":{"service":"c","action":"d"},"ks":"K"})");
  ASSERT_TRUE(envelope) << envelope.error().message;
  ASSERT_EQ(envelope->requests.size(), 2u);
  EXPECT_EQ(envelope->requests[0].service, "a");
  EXPECT_EQ(envelope->requests[1].ks, "K");
}

TEST(References, LeadToResultsAndKeepTheirType) {
  Value first;
  first["id"] = "1_abcd1234";
  first["objects"].push(Value::Object());
  (*first["objects"].array())[0]["status"] = 7;
  const std::vector<Value> results = {first, Value("KS")};
  Value parameters;
  parameters["whole"] = "{1:result:objects:0:status}";
  parameters["inside"] = "a {1:result:id} b {2:result}";
  parameters["list"].push("{2:result}");
  parameters["none"] = "{x} {1} {1:other} {1:result";
  EXPECT_EQ(resolve_references(parameters, results), std::nullopt);
  EXPECT_EQ(write_json(parameters),
            R"({"inside":"a 1_abcd1234 b KS","list":["KS"],"none":"{x} {1} {1:other} {1:result",)"
            R"("whole":7})");
}

TEST(References, ThatLeadNowhere_AreNamed) {
  Value object;
  object["a"]["b"] = 1;
  const std::vector<Value> results = {object, Value()};
  for (const char *reference :
       {"{0:result}", "{1:result}", "{1:result:a}", "{1:result:a:c}", "{1:result:a:b:c}",
        "{2:result}", "{3:result:id}", "{99999999999999999999:result}"}) {
    Value parameters;
    parameters["x"]["y"] = reference;
    const auto missing = resolve_references(parameters, results);
    if (std::string_view(reference).starts_with("{9")) {
      EXPECT_FALSE(missing);  // no number that a result could have: it is a text
    } else {
      EXPECT_EQ(missing, reference);
    }
  }
}

TEST(References, CannotMakeACallGrowWithoutBound) {
  const std::vector<Value> results = {Value(std::string(100'000, 'x'))};
  Value parameters;
  std::string many;
  for (int i = 0; i < 100; ++i) many += "{1:result}";
  parameters["a"] = many;
  EXPECT_EQ(resolve_references(parameters, results), "{1:result}");
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
      {"number out of range", "", kJson, R"({"a":1e999})"},
      {"no boundary", "", "multipart/form-data", "x"},
      {"boundary nowhere", "", "multipart/form-data; boundary=B", "x"},
      {"no line end", "", "multipart/form-data; boundary=B", "--Bx"},
      {"endless headers", "", "multipart/form-data; boundary=B",
       "--B\r\n" + std::string(5000, 'a') + "\r\n\r\n\r\n--B--"},
      {"no name", "", "multipart/form-data; boundary=B",
       "--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--"},
      {"no disposition", "", "multipart/form-data; boundary=B",
       "--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--"},
      {"no headers", "", "multipart/form-data; boundary=B", "--B\r\n\r\n\r\nx\r\n--B--"},
      {"ends inside a part", "", "multipart/form-data; boundary=B",
       "--B\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--C--"},
      {"JSON part that is none", "", "multipart/form-data; boundary=B",
       "--B\r\nContent-Disposition: form-data; name=json\r\n\r\nx\r\n--B--"},
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
  std::string batch = R"({"x":0)";
  for (int i = 1; i <= 101; ++i) {
    batch += ",\"" + std::to_string(i) + R"(":{"service":"a","action":"b"})";
  }
  const std::string deep_json = R"({"a":)" + std::string(100000, '[');
  const BadRequest rows[] = {
      {"deep form", "", kForm, deep_form + "=1"},
      {"many fields", "", kForm, many},
      {"deep JSON", "", kJson, deep_json},
      {"many members", "", kJson, many_json},
      {"large body", "", kForm, std::string(1024 * 1024 + 1, 'a')},
      {"many calls", "service=multirequest", kJson, batch + "}"},
  };
  for (const auto &row : rows) {
    const bool is_batch = std::string_view(row.title) == "many calls";
    const auto request = parse_request(is_batch ? "/api_v3/" : "/api_v3/service/s/action/a",
                                       row.query, row.type, row.body);
    ASSERT_FALSE(request) << row.title;
    EXPECT_EQ(request.error().code, base::ErrorCode::kTooLarge) << row.title;
  }
  EXPECT_TRUE(parse_request("/api_v3/service/s/action/a", "", kForm, deep_form.substr(2) + "=1"));
  const std::string just = R"({"a":)" + std::string(15, '[') + "1" + std::string(15, ']') + "}";
  EXPECT_TRUE(parse_request("/api_v3/service/s/action/a", "", kJson, just));
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
