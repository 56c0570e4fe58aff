// SPDX-License-Identifier: LGPL-2.1-or-later
// ServerNode: tells a Kaltura installation that this server lives.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app_context.h"
#include "remote/api_client.h"

namespace klive::app {

/// Thread-bound (main context).
class ServerNode {
 public:
  /// `client` outlives it, and nothing is answered after it is gone.
  ServerNode(ApiClient &client, std::string name);

  /// Says it now and every 60 s from then on: a node is taken for dead after 120 s.
  void start();
  /// Says it once more; `done` follows, whatever came of it.
  void introduce(std::function<void()> done);

 private:
  ApiClient &client_;
  const std::string name_;
  std::vector<std::function<void()>> waiting_;  // for the report that is under way
  bool is_known_ = true;
  std::unique_ptr<Ticker> ticker_;
};

}  // namespace klive::app
