// SPDX-License-Identifier: LGPL-2.1-or-later
// ApiClient: calls the API of a Kaltura installation. Makes its session (KS) by itself and renews
// it, gives up what takes too long, and leaves an API alone that does not answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "kaltura/client.h"

namespace klive::app {

struct ApiClientSettings {
  std::string service_url;  ///< "https://kaltura.example.org", without /api_v3
  int64_t partner = -5;
  std::string secret;  ///< admin secret of the partner
  std::string client_tag, session_key;
  std::chrono::milliseconds timeout{5'000};  ///< of a call, from its beginning to the answer's end
};

struct ApiClientStats {
  uint64_t calls = 0, failures = 0;  ///< failures: no answer, or one that is none
  bool is_up = true;                 ///< false while the API is left alone
};

/// Thread-bound (main context). The destructor drops what is on its way without an answer.
class ApiClient {
 public:
  /// A result or the API's error; kUnavailable when nobody answered, or nobody was asked because
  /// the last calls were not answered.
  using Answered = std::function<void(base::Result<kaltura::Outcome>)>;

  explicit ApiClient(ApiClientSettings settings);
  ~ApiClient();
  ApiClient(const ApiClient &) = delete;
  ApiClient &operator=(const ApiClient &) = delete;

  /// `answered` is called once, later.
  void call(kaltura::ClientCall call, Answered answered);
  [[nodiscard]] ApiClientStats stats() const;

 private:
  struct State;
  // Owners: this, and what libsoup or the main loop will call.
  std::shared_ptr<State> state_;
};

}  // namespace klive::app
