// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kaltura/answer.h"

#include <gtest/gtest.h>

namespace klive::kaltura {
namespace {

Value value_of(const char *json) {
  auto value = read_json(json);
  EXPECT_TRUE(value) << json;
  return value ? *value : Value();
}

TEST(Answer, Xml_PutsTheTypeFirstAndEscapes) {
  const Value value = value_of(
      R"({"name":"<a & \"b\">\u0001","dvr":true,"off":false,"none":null,"n":5,"not a name":1,)"
      R"("list":[{"x":1},"y"],"objectType":"Unknown"})");
  EXPECT_EQ(write_answer(value, Format::kXml, 0.25),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml><result>"
            "<objectType>Unknown</objectType><dvr>1</dvr><list><item><x>1</x></item><item>y</item>"
            "</list><n>5</n><name>&lt;a &amp; &quot;b&quot;&gt;</name><off>0</off></result>"
            "<executionTime>0.250000</executionTime></xml>");
}

TEST(Answer, KnownType_HasItsFieldsInTheirOrderAndNoOthers) {
  const Value value = value_of(
      R"({"objectType":"KalturaLiveStreamBitrate","tags":"t","height":2,"width":1,"bitrate":9,)"
      R"("secret":"x"})");
  EXPECT_EQ(write_answer(value, Format::kJson, 0),
            R"({"bitrate":9,"width":1,"height":2,"tags":"t",)"
            R"("objectType":"KalturaLiveStreamBitrate"})");
}

TEST(Answer, TypeThatIsNoText_IsLeftOut) {
  const Value value = value_of(R"({"objectType":{"a":1},"b":[{"objectType":[]}]})");
  EXPECT_EQ(write_answer(value, Format::kJson, 0), R"({"b":[{}]})");
}

TEST(Answer, Json_IsTheBareValue) {
  EXPECT_EQ(write_answer(Value("KS"), Format::kJson, 0), "\"KS\"");
  EXPECT_EQ(write_answer(Value(), Format::kJson, 0), "null");
  EXPECT_EQ(write_answer(Value(true), Format::kJsonp, 0, "cb"), "/**/cb(true);");
  EXPECT_EQ(write_answer(Value(), Format::kXml, 0),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml><result></result>"
            "<executionTime>0.000000</executionTime></xml>");
}

TEST(Answer, Errors_LookLikeKalturas) {
  const ApiError error = make_api_error("ENTRY_ID_NOT_FOUND", {"1_<"});
  EXPECT_EQ(write_answer(error, Format::kJson, 0),
            R"({"code":"ENTRY_ID_NOT_FOUND","message":"Entry id \"1_<\" not found",)"
            R"("objectType":"KalturaAPIException","args":{"ENTRY_ID":"1_<"}})");
  EXPECT_EQ(write_answer(error, Format::kXml, 0),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml><result><error>"
            "<code>ENTRY_ID_NOT_FOUND</code><message>Entry id &quot;1_&lt;&quot; not found"
            "</message><objectType>KalturaAPIException</objectType><args><item>"
            "<objectType>KalturaApiExceptionArg</objectType><name>ENTRY_ID</name>"
            "<value>1_&lt;</value></item></args></error></result>"
            "<executionTime>0.000000</executionTime></xml>");
}

TEST(Answer, Batch_HasErrorsInTheirPlaces) {
  const Outcome outcomes[] = {Value(1), make_api_error("MISSING_KS")};
  EXPECT_EQ(write_batch(outcomes, Format::kJson, 0),
            R"([1,{"code":"MISSING_KS","message":"Missing KS, session not established",)"
            R"("objectType":"KalturaAPIException","args":{}}])");
  EXPECT_EQ(write_batch(outcomes, Format::kXml, 0),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><xml><result><item>1</item><item><error>"
            "<code>MISSING_KS</code><message>Missing KS, session not established</message>"
            "<objectType>KalturaAPIException</objectType><args></args></error></item></result>"
            "<executionTime>0.000000</executionTime></xml>");
  EXPECT_EQ(write_batch({}, Format::kJson, 0), "[]");
}

TEST(Json, WhatIsWritten_IsReadBack) {
  const char *const texts[] = {R"({"a":[1,-2.5,true,null,"\"\\\n\r\t\u0001é"],"b":{},"c":[]})",
                               "[]",
                               "\"x\"",
                               "0",
                               "9223372036854775807",
                               "-9223372036854775808"};
  for (const char *text : texts) EXPECT_EQ(write_json(value_of(text)), text);
  EXPECT_EQ(write_json(value_of("9223372036854775808")), "9223372036854775808.0");
  EXPECT_EQ(write_json(value_of("5.0")), "5.0");
  EXPECT_EQ(write_json(value_of(R"({"a":1,"a":2})")), R"({"a":2})");
}

}  // namespace
}  // namespace klive::kaltura
