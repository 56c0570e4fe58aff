// SPDX-License-Identifier: LGPL-2.1-or-later
// RtmpListener accepts RTMP connections and carries each through the handshake up to `connect`, on
// one thread for all of them, so that half-open and hostile connections cost a socket and a small
// buffer, never a pipeline. A connection that sent `connect` is handed over as a
// GstKliveRtmpConnection, ready to be given to one `klivertmpsrc`.
//
//   accept ─► handshake ─► connect ─► on_connection(connection) ─► klivertmpsrc connection=…
//      │                                       │          ▲      or refuse_connection()
//      │                                await_publish() ──┘ once `publish` came
//      └ limits: connections, unauthorised ones in all and per address, time to publish, bytes
//        before authorisation
#pragma once

#include <gio/gio.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "klive/ptr.h"
#include "klive/publish_query.h"

G_BEGIN_DECLS
#define GST_KLIVE_TYPE_RTMP_CONNECTION (gst_klive_rtmp_connection_get_type())
/// One accepted connection: socket and protocol state. A GObject so that it can be an element
/// property; opaque outside this library.
G_DECLARE_FINAL_TYPE(GstKliveRtmpConnection, gst_klive_rtmp_connection, GST_KLIVE, RTMP_CONNECTION,
                     GObject)
G_END_DECLS

namespace klive::gst {

struct RtmpListenerSettings {
  std::string address = "::";  ///< "::" takes IPv4 too; "127.0.0.1", "::1"
  uint16_t port = 1935;        ///< 0 picks a free one
  uint32_t max_connections = 4096;
  uint32_t max_unauthorised = 1024;  ///< connections that did not publish yet; one of them is
                                     ///< closed to let a new one in
  uint32_t max_unauthorised_per_address =
      64;  ///< connections of one address that did not publish yet
  int64_t publish_timeout_ns = 10'000'000'000;  ///< from accept to `publish`
};

struct RtmpListenerStats {
  uint64_t accepted = 0, refused_limit = 0, timed_out = 0, protocol_errors = 0, bytes_received = 0;
  uint32_t open = 0;
};

/// Thread-safe. Owns its thread; the destructor stops it and closes what was not handed over.
class RtmpListener {
 public:
  /// Called on the listener's thread when `connect` arrived, and once more when `publish` did if
  /// await_publish() was called; the connection waits for an element. [transfer full]
  using OnConnection = std::function<void(Ptr<GstKliveRtmpConnection>)>;

  [[nodiscard]] static base::Result<std::unique_ptr<RtmpListener>> start(
      const RtmpListenerSettings &settings, OnConnection on_connection);
  virtual ~RtmpListener() = default;
  [[nodiscard]] virtual uint16_t port() const = 0;
  [[nodiscard]] virtual RtmpListenerStats stats() const = 0;
};

/// "127.0.0.1:4711", "[::1]:4711".
[[nodiscard]] std::string remote_address(GstKliveRtmpConnection *connection);

/// What the connection asks for: at stage "connect", or "publish" when it came back from
/// await_publish(). Empty once an element took it.
[[nodiscard]] PublishRequest publish_request(GstKliveRtmpConnection *connection);

/// g_get_monotonic_time() by which it has to publish; 0 once an element took it.
[[nodiscard]] int64_t publish_deadline(GstKliveRtmpConnection *connection);

/// Accepts `connect` and goes back to the listener's thread, which hands the connection over again
/// when `publish` arrived: until then it still costs no element. Thread-safe, does not wait; what
/// an element took already, or is at `publish`, is left alone. [transfer full]
void await_publish(Ptr<GstKliveRtmpConnection> connection);

/// Refuses what is asked for with a code and a sentence, without an element ever taking the
/// connection. The answer leaves after `delay_ns`; the connection keeps its place in the limits
/// until then, also when the peer does not wait for it. Thread-safe, does not wait. Nothing happens
/// to a connection that an element took already. [transfer full]
void refuse_connection(Ptr<GstKliveRtmpConnection> connection, const std::string &code,
                       const std::string &reason, int64_t delay_ns = 0);

}  // namespace klive::gst
