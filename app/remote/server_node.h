// SPDX-License-Identifier: LGPL-2.1-or-later
// ServerNode: tells a Kaltura installation that this server lives, and where it is played from.
//
//   serverNode.get: has another reported by this name? ─► serverNode.reportStatus ─►
//   serverNode.update, when the address that is configured here is another one
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app_context.h"
#include "kaltura/value.h"
#include "remote/api_client.h"

namespace klive::app {

/// Thread-bound (main context).
class ServerNode {
 public:
  /// `client` outlives it, and nothing is answered after it is gone.
  ServerNode(ApiClient &client, std::string name);

  /// Says it now and every 60 s from then on: a node is taken for dead after 120 s. `origin` is
  /// "https://host:port", what viewers are to be sent to. An installation that knows this server
  /// already is told of it only when it `is_configured`: its operator may know better than a guess.
  void start(std::string origin, bool is_configured);
  /// Says it once more; `done` follows, whatever came of it.
  void introduce(std::function<void()> done);
  /// Another server reports by the same name.
  [[nodiscard]] bool is_shared() const { return is_shared_; }

 private:
  void look_for_others();
  void report();
  void reported(const base::Result<kaltura::Outcome> &answer);
  void tell_address(const kaltura::Value &node);

  ApiClient &client_;
  const std::string name_;
  std::string origin_;
  bool is_configured_ = false;
  std::vector<std::function<void()>> waiting_;  // for the report that is under way
  bool is_known_ = false, is_refused_ = false, is_shared_ = false;
  int64_t id_ = 0, heartbeat_ = 0;  // as the last report was answered; 0 = none was
  std::unique_ptr<Ticker> ticker_;
};

}  // namespace klive::app
