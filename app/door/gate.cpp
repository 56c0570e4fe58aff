// SPDX-License-Identifier: LGPL-2.1-or-later
// Gate: looks at who knocks before anything is built for it.
#include "door/gate.h"

#include <atomic>
#include <utility>

#include "door/wrong_tokens.h"
#include "kaltura/publish_address.h"

GST_DEBUG_CATEGORY_STATIC(klive_gate_debug);
#define GST_CAT_DEFAULT klive_gate_debug

namespace klive::app {
namespace {

// An Authenticator that reads a disk may wait for it: one that is slow must not keep all others
// waiting.
constexpr int kThreads = 4;

bool is_guess(base::ErrorCode code) {
  return code == base::ErrorCode::kRefused || code == base::ErrorCode::kNotFound;
}

}  // namespace

/// Thread-safe. Carries out what was decided.
struct Gate::Doorkeeper {
  Passed passed;
  WrongTokens wrong_tokens = {};
  std::atomic<bool> is_gone = false;  // the gate

  void let_in(gst::Ptr<GstKliveRtmpConnection> connection, bool is_connect) const;
  void refuse(gst::Ptr<GstKliveRtmpConnection> connection, const gst::PublishRequest &request,
              const char *code, const base::Error &error);
};

Gate::Gate(std::shared_ptr<gst::Authenticator> authenticator, Passed passed)
    : authenticator_(std::move(authenticator)),
      doorkeeper_(new Doorkeeper{.passed = std::move(passed)}) {
  GST_DEBUG_CATEGORY_INIT(klive_gate_debug, "klive-gate", 0, "klive gate");
  threads_ = g_thread_pool_new_full(
      [](gpointer connection, gpointer self) {
        static_cast<Gate *>(self)->judge(
            gst::Ptr<GstKliveRtmpConnection>::take(GST_KLIVE_RTMP_CONNECTION(connection)));
      },
      this, g_object_unref, kThreads, FALSE, nullptr);
}

Gate::~Gate() {
  doorkeeper_->is_gone = true;
  // Not "immediate": GLib forgets, and does not free, what its threads take from the queue then.
  g_thread_pool_free(threads_, FALSE, TRUE);
}

void Gate::knock(gst::Ptr<GstKliveRtmpConnection> connection) {
  g_thread_pool_push(threads_, connection.release(), nullptr);
}

void Gate::judge(gst::Ptr<GstKliveRtmpConnection> connection) {
  if (doorkeeper_->is_gone) return;
  const gst::PublishRequest request = gst::publish_request(connection.get());
  const bool is_connect = request.stage == gst::PublishStage::kConnect;
  // Behind an Authenticator that does not answer, knocks pile up: those that are too old are not
  // worth another question.
  if (gst::publish_deadline(connection.get()) < g_get_monotonic_time())
    return doorkeeper_->refuse(
        std::move(connection), request, is_connect ? gst::kRejected : gst::kDenied,
        {base::ErrorCode::kUnavailable,
         "The server cannot look at tokens at the moment. Try again in a few seconds."});
  const auto address =
      is_connect ? kaltura::parse_connect(request.tc_url, request.app)
                 : kaltura::parse_publish(request.tc_url, request.app, request.stream_name);
  if (!address)
    return doorkeeper_->refuse(std::move(connection), request,
                               is_connect ? gst::kRejected : gst::kBadName,
                               {base::ErrorCode::kInvalid, address.error().message});
  // What `connect` does not say, `publish` may.
  const bool is_complete = !address->entry.empty() && !address->token.empty();
  if (is_connect && !is_complete) return doorkeeper_->let_in(std::move(connection), is_connect);
  authenticator_->ask(*address, request.remote_address,
                      [doorkeeper = doorkeeper_, connection, request,
                       is_connect](const base::Result<gst::Grant> &grant) {
                        if (doorkeeper->is_gone) return;
                        if (grant) return doorkeeper->let_in(connection, is_connect);
                        doorkeeper->refuse(connection, request,
                                           is_connect ? gst::kRejected : gst::kDenied,
                                           grant.error());
                      });
}

void Gate::Doorkeeper::let_in(gst::Ptr<GstKliveRtmpConnection> connection, bool is_connect) const {
  if (is_connect) {
    gst::await_publish(std::move(connection));
  } else {
    passed(std::move(connection));
  }
}

void Gate::Doorkeeper::refuse(gst::Ptr<GstKliveRtmpConnection> connection,
                              const gst::PublishRequest &request, const char *code,
                              const base::Error &error) {
  WrongTokens::Delay delay;
  if (is_guess(error.code))
    delay = wrong_tokens.note(request.remote_address, WrongTokens::Clock::now());
  // A storm of them is one line an address and minute, and a figure in /metrics.
  GST_CAT_LEVEL_LOG(GST_CAT_DEFAULT, delay.is_longest ? GST_LEVEL_DEBUG : GST_LEVEL_INFO, nullptr,
                    "%s is refused: %s", request.remote_address.c_str(), error.message.c_str());
  gst::refuse_connection(std::move(connection), code, error.message,
                         std::chrono::nanoseconds(delay.time).count());
}

}  // namespace klive::app
