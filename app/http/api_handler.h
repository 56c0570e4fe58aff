// SPDX-License-Identifier: LGPL-2.1-or-later
// ApiHandler: /api_v3… handed to the API.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "api/api_server.h"
#include "http/exchange.h"

namespace klive::app::http {

/// Thread-bound.
class ApiHandler {
 public:
  using AnswerApi = std::function<ApiAnswer(const ApiRequest &)>;

  /// `public_url`: the origin that players are told; empty = the request's own.
  ApiHandler(AnswerApi answer_api, std::string public_url);
  ~ApiHandler();
  ApiHandler(const ApiHandler &) = delete;
  ApiHandler &operator=(const ApiHandler &) = delete;

  void handle_api(const Exchange &exchange);
  /// A request of the API that is not read, in the API's own words.
  void refuse(const Exchange &exchange, unsigned status, const char *sentence) const;

 private:
  void answer_later(unsigned milliseconds, const Exchange &exchange, const Answer &answer);

  std::set<GSource *> delayed_;  // answers that wait; owned
  AnswerApi answer_api_;
  std::string public_url_;
};

}  // namespace klive::app::http
