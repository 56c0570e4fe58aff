// SPDX-License-Identifier: LGPL-2.1-or-later
// Alerts: tells a Kaltura installation why encoders are refused here.
#include "remote/alerts.h"

#include <array>
#include <ctime>
#include <string_view>

#include "kaltura/value.h"

namespace klive::app {
namespace {

using kaltura::ClientCall;
using kaltura::Value;

constexpr std::chrono::seconds kPause{30};
constexpr size_t kMostTold = 64;  // in that time
// Kaltura's numbers.
constexpr const char *kOfEntry = "4";
constexpr int64_t kSevere = 4;

struct Code {
  std::string_view error;
  int64_t number;
};
constexpr std::array kCodes = {
    Code{"LIVE_STREAM_INVALID_TOKEN", 111},
    Code{kWrongStreamName, 112},
    Code{"ENTRY_ID_NOT_FOUND", 113},
    Code{"SERVICE_FORBIDDEN", 114},
    Code{"SERVICE_FORBIDDEN_CONTENT_BLOCKED", 114},
    Code{"LIVE_STREAM_EXCEEDED_MAX_PASSTHRU", 115},
    Code{"LIVE_STREAM_EXCEEDED_MAX_TRANSCODED", 118},
};

int64_t code_of(std::string_view error) {
  for (const Code &code : kCodes) {
    if (code.error == error) return code.number;
  }
  return 0;
}

/// What the consoles read.
std::string private_data(const kaltura::PublishAddress &address, const std::string &error,
                         int64_t code) {
  Value arguments = Value::Object();
  arguments["entryId"] = address.entry;
  arguments["alertType"] = error;
  arguments["parameter"] = address.stream_name;
  Value alert = Value::Object();
  alert["Arguments"] = std::move(arguments);
  alert["Time"] = static_cast<int64_t>(std::time(nullptr));
  alert["Code"] = code;
  Value data = Value::Object();
  data["alerts"] = Value::Array();
  data["alerts"].push(std::move(alert));
  data["maxSeverity"] = kSevere;
  return kaltura::write_json(data);
}

}  // namespace

void Alerts::refused(const kaltura::PublishAddress &address, std::optional<int64_t> partner,
                     const std::string &error, Clock::time_point now) {
  const int64_t code = code_of(error);
  if (code == 0) return;
  const std::string side = std::to_string(static_cast<int>(address.side));
  std::erase_if(told_, [&](const auto &item) { return now - item.second >= kPause; });
  // Somebody tries tokens, or everything is wrong: neither is worth as many calls.
  if (told_.size() >= kMostTold) return;
  if (!told_.try_emplace(address.entry + "\n" + side + "\n" + std::to_string(code), now).second)
    return;
  Value beacon = Value::of_type("KalturaBeacon");
  beacon["relatedObjectType"] = kOfEntry;
  beacon["objectId"] = address.entry;
  beacon["eventType"] = side + "_healthData";
  beacon["privateData"] = private_data(address, error, code);
  ClientCall call{.service = "beacon_beacon", .action = "add"};
  call.parameters["beacon"] = std::move(beacon);
  call.parameters["shouldLog"] = true;
  call.partner = partner;
  // An installation without that plug-in says so, and the client has logged what failed.
  client_.call(std::move(call), [](const base::Result<kaltura::Outcome> &) {});
}

}  // namespace klive::app
