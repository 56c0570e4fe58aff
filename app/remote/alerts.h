// SPDX-License-Identifier: LGPL-2.1-or-later
// Alerts: tells a Kaltura installation why encoders are refused here, in the beacons that its
// consoles show (section 2.8 of the Kaltura notes).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "kaltura/publish_address.h"
#include "remote/api_client.h"

namespace klive::app {

/// Thread-bound (main context). Nobody waits for it, and what does not arrive is not sent again.
class Alerts {
 public:
  using Clock = std::chrono::steady_clock;

  /// `client` outlives it.
  explicit Alerts(ApiClient &client) : client_(client) {}

  /// The installation refused a publication with that error of its API,
  /// "LIVE_STREAM_INVALID_TOKEN". Errors that are no encoder's business are passed over, and so is
  /// what was told of the entry's side in the last 30 s: an encoder tries again and again.
  void refused(const kaltura::PublishAddress &address, std::optional<int64_t> partner,
               const std::string &error, Clock::time_point now);

 private:
  ApiClient &client_;
  std::map<std::string, Clock::time_point> told_;  // by entry, side and code
};

/// The error that stands for a stream name that the entry's profile does not have.
inline constexpr char kWrongStreamName[] = "INVALID_STREAM_NAME";

}  // namespace klive::app
