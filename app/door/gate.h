// SPDX-License-Identifier: LGPL-2.1-or-later
// Gate: looks at who knocks before anything is built for it. Only a connection that asks to publish
// with a right token passes; until then it costs a socket and a small buffer. Wrong tokens are
// answered later the more of them come from one address, without a thread that waits; nor does one
// wait for an Authenticator that asks over the network.
//
//   RtmpListener ─connect─► Gate ─► await_publish() ─publish─► Gate ─► passed: a pipeline
//                            └─► refuse_connection(), after a delay ◄──┘
#pragma once

#include <functional>
#include <memory>

#include <glib.h>

#include "klive/authenticator.h"
#include "klive/rtmp_listener.h"

namespace klive::app {

/// Thread-safe. The destructor waits for questions that are being put, drops those whose answer is
/// still to come, and closes who was not looked at yet.
class Gate {
 public:
  /// Called with a connection that asks to publish and may, on one of the gate's threads or where
  /// the Authenticator answers. [transfer full]
  using Passed = std::function<void(gst::Ptr<GstKliveRtmpConnection>)>;

  Gate(std::shared_ptr<gst::Authenticator> authenticator, Passed passed);
  ~Gate();
  Gate(const Gate &) = delete;
  Gate &operator=(const Gate &) = delete;

  /// Does not wait. [transfer full]
  void knock(gst::Ptr<GstKliveRtmpConnection> connection);

 private:
  struct Doorkeeper;
  void judge(gst::Ptr<GstKliveRtmpConnection> connection);

  // Owners: the application, this, and every kliveauth.
  const std::shared_ptr<gst::Authenticator> authenticator_;
  // Owners: this and the answers that are still to come.
  const std::shared_ptr<Doorkeeper> doorkeeper_;
  GThreadPool *threads_;
};

}  // namespace klive::app
