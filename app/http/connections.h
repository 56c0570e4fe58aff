// SPDX-License-Identifier: LGPL-2.1-or-later
// Connections: listens, accepts HTTP connections within limits, and closes those that do not get
// on.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/connection.h"
#include "socket_poller.h"

namespace klive::app::http {

struct ConnectionLimits {
  uint32_t most = 10000;             ///< when reached, those that ask for nothing make room
  uint32_t most_per_address = 1024;  ///< loopback, where a front stands, is only bound by `most`
  ConnectionTimes times;
};

/// Thread-bound (main context).
class Connections {
 public:
  using Refused = std::function<void(const char *reason)>;

  /// `hooks.on_closed` is taken by this.
  Connections(ConnectionLimits limits, Connection::Hooks hooks, Refused refused);
  ~Connections();
  Connections(const Connections &) = delete;
  Connections &operator=(const Connections &) = delete;

  /// Listens; port 0 picks one. The port really bound.
  [[nodiscard]] base::Result<uint16_t> listen(const std::string &address, uint16_t port);
  [[nodiscard]] size_t count() const { return open_.size(); }
  void close_all();

 private:
  [[nodiscard]] bool accept_one();
  [[nodiscard]] const char *refusal(const std::string &address, bool is_local);
  /// Closes some connections on which nobody waits for an answer: those first that never asked for
  /// anything, then those whose time is up soonest.
  void make_room();
  void forget(Connection &connection);
  void pause_accepting();
  void close_late();

  ConnectionLimits limits_;
  Connection::Hooks hooks_;
  Refused refused_;
  SocketPoller poller_;
  gst::UniqueFd listener_;
  uint64_t listener_handle_ = 0;
  GSource *sweep_ = nullptr;
  GSource *retry_ = nullptr;
  std::map<Connection *, std::shared_ptr<Connection>> open_;
  std::map<std::string, uint32_t> per_address_;
};

}  // namespace klive::app::http
