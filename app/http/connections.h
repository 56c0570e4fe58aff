// SPDX-License-Identifier: LGPL-2.1-or-later
// Connections: accepts HTTP connections within limits and closes those that do not get on.
//
// SoupServer alone would accept without bound and wait for ever; so sockets are accepted here and
// given to it one by one.
#pragma once

#include <gio/gio.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "klive/ptr.h"

namespace klive::app::http {

struct ConnectionLimits {
  uint32_t most = 10000;
  uint32_t most_per_address = 1024;    ///< loopback, where a front stands, is only bound by `most`
  int64_t head = 15 * G_USEC_PER_SEC;  ///< to send a whole request head
  int64_t idle = 75 * G_USEC_PER_SEC;  ///< kept alive between requests
  int64_t body = 30 * G_USEC_PER_SEC;
  unsigned silence = 60;  ///< seconds without a byte moving, in either direction
};

/// Thread-bound (main context).
class Connections {
 public:
  /// Takes the stream, and serves it until it is closed.
  using Serve =
      std::function<void(GIOStream *stream, GSocketAddress *local, GSocketAddress *remote)>;
  using Refused = std::function<void(const char *reason)>;

  Connections(ConnectionLimits limits, Serve serve, Refused refused);
  ~Connections();
  Connections(const Connections &) = delete;
  Connections &operator=(const Connections &) = delete;

  /// Listens; port 0 picks one. The port really bound.
  [[nodiscard]] base::Result<uint16_t> listen(const std::string &address, uint16_t port);
  [[nodiscard]] size_t count() const { return open_.size(); }

  /// Progress of the connection whose remote address object is `remote`.
  void head_awaited(GSocketAddress *remote);
  void body_awaited(GSocketAddress *remote);
  void request_read(GSocketAddress *remote);
  void request_finished(GSocketAddress *remote);
  void cut(GSocketAddress *remote);

 private:
  struct Open {
    Connections *owner;
    gst::Ptr<GSocket> socket;
    gst::Ptr<GSocketAddress> remote;
    std::string host;
    int64_t deadline = 0;  ///< monotonic, microseconds; 0 = none
    bool is_idle = false;
    bool was_hung_up = false;
  };

  [[nodiscard]] bool accept_one();
  [[nodiscard]] const char *refusal(const std::string &host, bool is_loopback) const;
  void take(gst::Ptr<GSocket> socket);
  void watch();
  void pause_accepting();
  void close_late();
  void forget(GObject *stream);
  [[nodiscard]] static bool is_hung_up(const Open &open);
  [[nodiscard]] Open *find(GSocketAddress *remote);
  static gboolean on_incoming(GSocket *, GIOCondition, void *owner);
  static void on_closed(void *owner, GObject *stream);

  ConnectionLimits limits_;
  Serve serve_;
  Refused refused_;
  gst::Ptr<GMainContext> context_;
  gst::Ptr<GSocket> listener_;
  GSource *incoming_ = nullptr;
  GSource *sweep_ = nullptr;
  GSource *retry_ = nullptr;
  std::map<GObject *, Open> open_;                   ///< by stream, which is not owned
  std::map<GSocketAddress *, GObject *> by_remote_;  ///< address object → stream
  std::map<std::string, uint32_t> per_host_;
};

}  // namespace klive::app::http
