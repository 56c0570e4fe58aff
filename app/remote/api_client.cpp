// SPDX-License-Identifier: LGPL-2.1-or-later
// ApiClient over libsoup's client.
#include "remote/api_client.h"

#include <gst/gst.h>
#include <libsoup/soup.h>
#include <sys/random.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <set>
#include <utility>

#include "app_context.h"
#include "kaltura/ks.h"
#include "klive/ptr.h"
#include "remote/circuit_breaker.h"
#include "remote/log.h"

namespace klive::app {
namespace {

using base::ErrorCode;
using base::fail;
using kaltura::ApiError;
using kaltura::ClientCall;
using kaltura::Outcome;

constexpr int kConnections = 64;  // a call that waits keeps its connection
constexpr guint kIdleSeconds = 30;
constexpr gsize kLargestAnswer = 1 << 20;
constexpr int64_t kSessionLife = 24 * 3600, kSessionRenewal = 23 * 3600;  // seconds
// After a refused session another is made, but not more often.
constexpr int64_t kSessionPause = 10;

}  // namespace

struct ApiClient::State {
  /// One HTTP request on its way.
  struct Flight {
    std::weak_ptr<State> state;
    ClientCall call;
    Answered answered;
    bool is_retry = false;
    gst::Ptr<GCancellable> cancellable;
    gst::Ptr<SoupMessage> message;
    std::unique_ptr<Ticker> deadline;
    gst::CharPtr body;
    std::string said;  // why it was cancelled
  };

  ApiClientSettings settings;
  gst::Ptr<SoupSession> session;
  CircuitBreaker breaker;
  std::set<Flight *> flights;
  ApiClientStats stats;
  std::string ks;
  int64_t ks_made = 0;

  [[nodiscard]] const std::string &current_ks();
  void send(const std::shared_ptr<State> &self, ClientCall call, Answered answered, bool is_retry);
  void done(std::unique_ptr<Flight> flight, base::Result<std::string> body);
  static void answer_later(const std::weak_ptr<State> &state, Answered answered, std::string why);
  static void on_headers(GObject *session, GAsyncResult *result, gpointer flight);
  static void on_body(GObject *stream, GAsyncResult *result, gpointer flight);
  static void failed(std::unique_ptr<Flight> flight, GError *error);
};

const std::string &ApiClient::State::current_ks() {
  const int64_t now = std::time(nullptr);
  if (!ks.empty() && now < ks_made + kSessionRenewal) return ks;
  std::array<uint8_t, 16> random{};
  if (getentropy(random.data(), random.size()) != 0) std::abort();  // only fails for a bad pointer
  ks = kaltura::make_ks_v2({.partner = settings.partner,
                            .type = kaltura::KsType::kAdmin,
                            .expiry = now + kSessionLife,
                            .user = "MediaServer",
                            .privileges = "disableentitlement,sessionkey:" + settings.session_key},
                           settings.secret, random);
  ks_made = now;
  return ks;
}

void ApiClient::State::send(const std::shared_ptr<State> &self, ClientCall call, Answered answered,
                            bool is_retry) {
  const std::string url = settings.service_url + kaltura::call_path(call);
  auto flight = std::make_unique<Flight>();
  flight->message = gst::Ptr<SoupMessage>::take(soup_message_new("POST", url.c_str()));
  if (!flight->message) {
    return answer_later(self, std::move(answered), "\"" + url + "\" is no URL");
  }
  const std::string body = kaltura::call_body(call, current_ks(), settings.client_tag);
  const auto bytes = gst::Ptr<GBytes>::take(g_bytes_new(body.data(), body.size()));
  soup_message_set_request_body_from_bytes(flight->message.get(), kaltura::kCallContentType,
                                           bytes.get());
  flight->state = self;
  flight->call = std::move(call);
  flight->answered = std::move(answered);
  flight->is_retry = is_retry;
  flight->cancellable = gst::Ptr<GCancellable>::take(g_cancellable_new());
  Flight *raw = flight.release();  // libsoup calls back once, also when it is cancelled
  raw->deadline = std::make_unique<Ticker>(static_cast<unsigned>(settings.timeout.count()), [raw] {
    raw->said = "no answer in time";
    g_cancellable_cancel(raw->cancellable.get());
  });
  flights.insert(raw);
  ++stats.calls;
  soup_session_send_async(session.get(), raw->message.get(), G_PRIORITY_DEFAULT,
                          raw->cancellable.get(), &State::on_headers, raw);
}

/// Unless the client is gone by then.
void ApiClient::State::answer_later(const std::weak_ptr<State> &state, Answered answered,
                                    std::string why) {
  post(nullptr, [state, answered = std::move(answered), why = std::move(why)] {
    if (!state.expired()) answered(fail(ErrorCode::kUnavailable, why));
  });
}

void ApiClient::State::failed(std::unique_ptr<Flight> flight, GError *error) {
  const gst::ErrorPtr owned(error);
  const auto state = flight->state.lock();
  if (!state) return;
  const std::string said = flight->said.empty() ? owned->message : flight->said;
  state->done(std::move(flight), fail(ErrorCode::kUnavailable, said));
}

void ApiClient::State::on_headers(GObject *session, GAsyncResult *result, gpointer data) {
  std::unique_ptr<Flight> flight(static_cast<Flight *>(data));
  GError *error = nullptr;
  const auto stream =
      gst::Ptr<GInputStream>::take(soup_session_send_finish(SOUP_SESSION(session), result, &error));
  if (!stream) return failed(std::move(flight), error);
  if (const guint status = soup_message_get_status(flight->message.get());
      status != SOUP_STATUS_OK) {
    const auto state = flight->state.lock();
    if (!state) return;
    state->done(std::move(flight),
                fail(ErrorCode::kUnavailable, "HTTP status " + std::to_string(status)));
    return;
  }
  flight->body.reset(static_cast<char *>(g_malloc(kLargestAnswer)));
  Flight *raw = flight.release();
  g_input_stream_read_all_async(stream.get(), raw->body.get(), kLargestAnswer, G_PRIORITY_DEFAULT,
                                raw->cancellable.get(), &State::on_body, raw);
}

void ApiClient::State::on_body(GObject *stream, GAsyncResult *result, gpointer data) {
  std::unique_ptr<Flight> flight(static_cast<Flight *>(data));
  GError *error = nullptr;
  gsize size = 0;
  if (!g_input_stream_read_all_finish(G_INPUT_STREAM(stream), result, &size, &error)) {
    return failed(std::move(flight), error);
  }
  const auto state = flight->state.lock();
  if (!state) return;
  if (size == kLargestAnswer) {
    return state->done(std::move(flight), fail(ErrorCode::kUnavailable, "the answer has no end"));
  }
  std::string body(flight->body.get(), size);
  state->done(std::move(flight), std::move(body));
}

void ApiClient::State::done(std::unique_ptr<Flight> flight, base::Result<std::string> body) {
  flights.erase(flight.get());
  flight->deadline.reset();
  const bool was_open = breaker.is_open();
  base::Result<Outcome> outcome = fail(ErrorCode::kUnavailable, "");
  if (!body) {
    outcome = fail(std::move(body).error());
  } else {
    outcome = flight->call.is_file ? kaltura::read_file_answer(*body) : kaltura::read_answer(*body);
  }
  const auto *error = outcome ? std::get_if<ApiError>(&*outcome) : nullptr;
  if (!outcome || (error != nullptr && kaltura::is_passing_error(*error))) {
    ++stats.failures;
    breaker.failure(CircuitBreaker::Clock::now(), g_random_double());
    const std::string why = error != nullptr ? error->code : outcome.error().message;
    GST_WARNING("%s.%s: %s", flight->call.service.c_str(), flight->call.action.c_str(),
                why.c_str());
    if (breaker.is_open() && !was_open) GST_ERROR("the API does not answer; it is left alone");
    return flight->answered(fail(ErrorCode::kUnavailable, why));
  }
  breaker.success();
  if (was_open) GST_INFO("the API answers again");
  if (error != nullptr && kaltura::is_session_error(*error)) {
    // Its text repeats the session.
    GST_WARNING("%s.%s: %s", flight->call.service.c_str(), flight->call.action.c_str(),
                error->code.c_str());
    const bool is_new = std::time(nullptr) < ks_made + kSessionPause;
    if (!flight->is_retry && !is_new) {
      ks.clear();
      if (const auto self = flight->state.lock())
        return send(self, std::move(flight->call), std::move(flight->answered), true);
    }
  }
  flight->answered(std::move(outcome));
}

ApiClient::ApiClient(ApiClientSettings settings) : state_(std::make_shared<State>()) {
  state_->settings = std::move(settings);
  state_->session = gst::Ptr<SoupSession>::take(soup_session_new_with_options(
      "max-conns", kConnections, "max-conns-per-host", kConnections, "idle-timeout", kIdleSeconds,
      "user-agent", "klive", "proxy-resolver", nullptr, nullptr));
}

ApiClient::~ApiClient() {
  // Those on their way find no state when libsoup calls back.
  const auto flights = std::exchange(state_->flights, {});
  for (State::Flight *flight : flights) {
    flight->deadline.reset();
    flight->state.reset();
    g_cancellable_cancel(flight->cancellable.get());
  }
}

void ApiClient::call(kaltura::ClientCall call, Answered answered) {
  if (state_->breaker.may_call(CircuitBreaker::Clock::now())) {
    state_->send(state_, std::move(call), std::move(answered), false);
    return;
  }
  State::answer_later(state_, std::move(answered), "the API did not answer a moment ago");
}

ApiClientStats ApiClient::stats() const {
  ApiClientStats stats = state_->stats;
  stats.is_up = !state_->breaker.is_open();
  return stats;
}

}  // namespace klive::app
