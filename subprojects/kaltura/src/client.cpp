// SPDX-License-Identifier: LGPL-2.1-or-later
// Requests and answers of the API from a caller's side.
//
//   POST /api_v3/service/S/action/A   {"ks":…,"clientTag":…,"format":1,"partnerId":…, parameters}
//   200  a bare value                 or {"objectType":"KalturaAPIException","code":…,"message":…}
#include "kaltura/client.h"

namespace klive::kaltura {
namespace {

using base::ErrorCode;
using base::fail;

constexpr int kFormatJson = 1;
// A list of 500 flavor params with all their fields.
constexpr JsonLimits kAnswerLimits{.depth = 32, .members = 100'000};

ApiError error_of(const Value &object) {
  ApiError error{object.text_of("code"), object.text_of("message"), {}};
  const Value *args = object.find("args");
  if (args == nullptr) return error;
  if (args->is_object()) {
    for (const auto &[name, value] : *args->object()) {
      error.args.emplace_back(name, value.text().value_or(""));
    }
  } else if (args->is_array()) {
    // Some versions of the API write a list of names and values.
    for (const Value &each : *args->array()) {
      error.args.emplace_back(each.text_of("name"), each.text_of("value"));
    }
  }
  return error;
}

}  // namespace

std::string call_path(const ClientCall &call) {
  return "/api_v3/service/" + call.service + "/action/" + call.action;
}

std::string call_body(const ClientCall &call, std::string_view ks, std::string_view client_tag) {
  Value body = call.parameters;
  body["format"] = kFormatJson;
  body["clientTag"] = client_tag;
  if (!ks.empty()) body["ks"] = ks;
  if (call.partner) body["partnerId"] = *call.partner;
  return write_json(body);
}

base::Result<Outcome> read_answer(std::string_view body) {
  auto value = read_json(body, kAnswerLimits);
  // The reader's own words may quote what nobody should read in a log.
  if (!value) return fail(ErrorCode::kInvalid, "the answer is not JSON");
  if (value->text_of("objectType") != "KalturaAPIException") return Outcome(*std::move(value));
  ApiError error = error_of(*value);
  if (error.code.empty()) return fail(ErrorCode::kInvalid, "the answer is an error without a code");
  return Outcome(std::move(error));
}

Outcome read_file_answer(std::string_view body) {
  if (body.starts_with('{')) {
    auto read = read_answer(body);
    if (read && std::holds_alternative<ApiError>(*read)) return *std::move(read);
  }
  return Value(body);
}

bool is_session_error(const ApiError &error) {
  return error.code == "INVALID_KS" || error.code == "MISSING_KS";
}

bool is_passing_error(const ApiError &error) {
  // Both are Kaltura's own spelling; the first is what it sends.
  return error.code == "INTERNAL_SERVERL_ERROR" || error.code == "INTERNAL_SERVER_ERROR" ||
         error.code == "INTERNAL_DATABASE_ERROR";
}

}  // namespace klive::kaltura
