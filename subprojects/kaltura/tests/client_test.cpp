// SPDX-License-Identifier: LGPL-2.1-or-later
// The API from a caller's side.
#include "kaltura/client.h"

#include <gtest/gtest.h>

#include "kaltura/request.h"

namespace klive::kaltura {
namespace {

ClientCall authenticate() {
  ClientCall call{.service = "liveStream", .action = "authenticate"};
  call.parameters["entryId"] = "1_abcd1234";
  call.parameters["token"] = "a\"b&c=d";
  call.parameters["mediaServerIndex"] = 1;
  call.partner = 102;
  return call;
}

TEST(Client, Call_IsReadByTheServerAsItWasMeant) {
  const ClientCall call = authenticate();
  const auto read =
      parse_request(call_path(call), "", kCallContentType, call_body(call, "the-session", "klive"));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->requests.size(), 1u);
  const Request &request = read->requests.front();
  EXPECT_EQ(read->format, Format::kJson);
  EXPECT_EQ(request.service, "livestream");
  EXPECT_EQ(request.action, "authenticate");
  EXPECT_EQ(request.ks, "the-session");
  EXPECT_EQ(request.client_tag, "klive");
  EXPECT_EQ(request.partner, 102);
  EXPECT_EQ(request.parameters.text_of("token"), "a\"b&c=d");
  EXPECT_EQ(request.parameters.integer_of("mediaServerIndex"), 1);
}

TEST(Client, ActsForNobodyElse_NoPartnerIsSent) {
  ClientCall call = authenticate();
  call.partner.reset();
  const auto read = parse_request(call_path(call), "", kCallContentType, call_body(call, "", "t"));
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->requests.front().partner);
  EXPECT_TRUE(read->requests.front().ks.empty());
}

TEST(Client, Result_IsAValue) {
  const auto read = read_answer(R"({"objectType":"KalturaLiveStreamEntry","id":"1_abcd1234"})");
  ASSERT_TRUE(read);
  const auto *value = std::get_if<Value>(&*read);
  ASSERT_NE(value, nullptr);
  EXPECT_EQ(value->text_of("id"), "1_abcd1234");
  const auto flag = read_answer("true");
  ASSERT_TRUE(flag);
  EXPECT_EQ(std::get_if<Value>(&*flag)->flag(), true);
}

TEST(Client, ErrorsOfBothForms_HaveCodeTextAndArguments) {
  const char *const forms[] = {
      R"({"objectType":"KalturaAPIException","code":"ENTRY_ID_NOT_FOUND",
          "message":"Entry id \"x\" not found","args":{"ENTRY_ID":"x"}})",
      R"({"objectType":"KalturaAPIException","code":"ENTRY_ID_NOT_FOUND",
          "message":"Entry id \"x\" not found","args":[{"name":"ENTRY_ID","value":"x"}]})"};
  for (const char *form : forms) {
    const auto read = read_answer(form);
    ASSERT_TRUE(read);
    const auto *error = std::get_if<ApiError>(&*read);
    ASSERT_NE(error, nullptr);
    EXPECT_EQ(error->code, "ENTRY_ID_NOT_FOUND");
    EXPECT_EQ(error->message, "Entry id \"x\" not found");
    ASSERT_EQ(error->args.size(), 1u);
    EXPECT_EQ(error->args[0].first, "ENTRY_ID");
    EXPECT_EQ(error->args[0].second, "x");
  }
}

TEST(Client, OwnServersError_IsReadBack) {
  const ApiError sent = make_api_error("LIVE_STREAM_INVALID_TOKEN", {"1_abcd1234"});
  const auto read = read_answer(write_answer(Outcome(sent), Format::kJson, 0));
  ASSERT_TRUE(read);
  const auto *error = std::get_if<ApiError>(&*read);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->code, sent.code);
  EXPECT_EQ(error->message, sent.message);
}

TEST(Client, WhatIsNoAnswer_IsAnErrorWithoutItsText) {
  for (const char *text : {"<html>502 secret</html>", "", "{\"ks\":\"secret\"",
                           R"({"objectType":"KalturaAPIException","message":"secret"})"}) {
    const auto read = read_answer(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().message.find("secret"), std::string::npos);
  }
}

TEST(Client, ErrorsOfTheSessionAndOfTheApi_AreToldFromVerdicts) {
  EXPECT_TRUE(is_session_error({"INVALID_KS", "", {}}));
  EXPECT_TRUE(is_passing_error({"INTERNAL_SERVERL_ERROR", "", {}}));
  EXPECT_FALSE(is_session_error({"LIVE_STREAM_INVALID_TOKEN", "", {}}));
  EXPECT_FALSE(is_passing_error({"LIVE_STREAM_INVALID_TOKEN", "", {}}));
}

TEST(Client, FileIsAnswered_IsTakenAsItIsUnlessItIsAnError) {
  const auto file = read_file_answer("<Root/>");
  ASSERT_TRUE(std::holds_alternative<Value>(file));
  EXPECT_EQ(std::get_if<Value>(&file)->text(), "<Root/>");
  const auto json = read_file_answer(R"({"a":1})");
  EXPECT_TRUE(std::holds_alternative<Value>(json));
  const auto error = read_file_answer(
      R"({"objectType":"KalturaAPIException","code":"INVALID_STREAM_NAME","message":"No."})");
  ASSERT_TRUE(std::holds_alternative<ApiError>(error));
  EXPECT_EQ(std::get_if<ApiError>(&error)->code, "INVALID_STREAM_NAME");
}

}  // namespace
}  // namespace klive::kaltura
