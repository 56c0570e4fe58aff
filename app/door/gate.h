// SPDX-License-Identifier: LGPL-2.1-or-later
// Gate: looks at who knocks before anything is built for it. Only a connection that asks to publish
// with a right token passes; until then it costs a socket and a small buffer. Wrong tokens are
// answered later the more of them come from one address, without a thread that waits.
//
//   RtmpListener ─connect─► Gate ─► await_publish() ─publish─► Gate ─► passed: a pipeline
//                            └─► refuse_connection(), after a delay ◄──┘
#pragma once

#include <functional>
#include <memory>

#include <glib.h>

#include "door/wrong_tokens.h"
#include "klive/authenticator.h"
#include "klive/rtmp_listener.h"

namespace klive::app {

/// Thread-safe. The destructor waits for questions that are being asked and drops the others.
class Gate {
 public:
  /// Called on one of the gate's threads with a connection that asks to publish and may.
  /// [transfer full]
  using Passed = std::function<void(gst::Ptr<GstKliveRtmpConnection>)>;

  Gate(std::shared_ptr<gst::Authenticator> authenticator, Passed passed);
  ~Gate();
  Gate(const Gate &) = delete;
  Gate &operator=(const Gate &) = delete;

  /// Does not wait. [transfer full]
  void knock(gst::Ptr<GstKliveRtmpConnection> connection);

 private:
  void judge(gst::Ptr<GstKliveRtmpConnection> connection);
  void refuse(gst::Ptr<GstKliveRtmpConnection> connection, const gst::PublishRequest &request,
              const char *code, const base::Error &error);

  // Owners: the application, this, and every kliveauth.
  const std::shared_ptr<gst::Authenticator> authenticator_;
  const Passed passed_;
  WrongTokens wrong_tokens_;
  GThreadPool *threads_;
};

}  // namespace klive::app
