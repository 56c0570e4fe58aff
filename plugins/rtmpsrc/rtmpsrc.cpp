// SPDX-License-Identifier: LGPL-2.1-or-later
// RtmpSrc: takes one publication after the other from connection to end.
#include "rtmpsrc.h"

#include <algorithm>
#include <string_view>
#include <utility>

GST_DEBUG_CATEGORY_EXTERN(gst_klive_rtmpsrc_debug);
#define GST_CAT_DEFAULT gst_klive_rtmpsrc_debug

namespace klive::gst {
namespace {

constexpr uint16_t kDefaultPort = 1935;
// Encoders that wait for their turn while another one is being asked for its name.
constexpr size_t kWaitingLimit = 64;
// Silence after which somebody else may take the place of a publication.
constexpr int64_t kTakeOverSilence = 3 * G_USEC_PER_SEC;

// More than this in one look may have filled the receive window.
constexpr size_t kFullLook = 128 * 1024;
constexpr GstClockTime kShortestPause = 5 * GST_MSECOND;
// Viewers wait for the first pieces of a broadcast, and for nothing as eagerly later.
constexpr int64_t kEarly = 3 * G_USEC_PER_SEC;

struct UriUnref {
  void operator()(GUri *uri) const { g_uri_unref(uri); }
};
using UriPtr = std::unique_ptr<GUri, UriUnref>;

int64_t microseconds(GstClockTime time) { return static_cast<int64_t>(time / 1000); }

// The buffer owns the bytes as they are: media is not copied again on its way out.
Ptr<GstBuffer> wrap(base::Bytes bytes) {
  auto *owned = new base::Bytes(std::move(bytes));
  return Ptr<GstBuffer>::take(gst_buffer_new_wrapped_full(
      GstMemoryFlags(0), owned->data(), owned->size(), 0, owned->size(), owned,
      [](gpointer data) { delete static_cast<base::Bytes *>(data); }));
}

}  // namespace

bool RtmpSrc::start() {
  running_ = *settings.lock();
  *state_.lock() = State();
  ending_.reset();
  pushed_ = 0;
  if (!running_.connection) return listen(running_);
  std::optional<RtmpConnection> connection = take_rtmp_connection(running_.connection.get());
  if (!connection) {
    GST_ELEMENT_ERROR(element_, RESOURCE, BUSY, ("The connection was used already."),
                      ("Set the property connection to a new one before each start."));
    return false;
  }
  begin(*std::move(connection));
  return true;
}

bool RtmpSrc::listen(const RtmpSrcSettings &from) {
  UriPtr uri(g_uri_parse(from.location.c_str(), G_URI_FLAGS_NONE, nullptr));
  const char *host = uri ? g_uri_get_host(uri.get()) : nullptr;
  if (!host || !*host || g_strcmp0(g_uri_get_scheme(uri.get()), "rtmp") != 0) {
    GST_ELEMENT_ERROR(element_, RESOURCE, SETTINGS,
                      ("The location is not an address to listen on."),
                      ("\"%s\" came, rtmp://ADDRESS:PORT/APP is needed in the property location.",
                       from.location.c_str()));
    return false;
  }
  RtmpListenerSettings listening;
  listening.address = host;
  const int port = g_uri_get_port(uri.get());
  listening.port = port < 0 ? kDefaultPort : static_cast<uint16_t>(port);
  listening.publish_timeout_ns = static_cast<int64_t>(from.publish_timeout);
  auto listener = RtmpListener::start(
      listening, [this](Ptr<GstKliveRtmpConnection> connection) { arrive(std::move(connection)); });
  if (!listener) {
    GST_ELEMENT_ERROR(element_, RESOURCE, OPEN_READ, ("No encoder can connect."),
                      ("%s; choose another property location.", listener.error().message.c_str()));
    return false;
  }
  listener_ = *std::move(listener);
  port_ = listener_->port();
  GST_INFO_OBJECT(element_, "listening on %s port %u", host, port_.load());
  g_object_notify(G_OBJECT(element_), "port");
  return true;
}

void RtmpSrc::arrive(Ptr<GstKliveRtmpConnection> connection) {
  bool is_full = false;
  {
    auto state = state_.lock();
    is_full = state->waiting.size() >= kWaitingLimit;
    if (!is_full) state->waiting.push_back(std::move(connection));
  }
  if (is_full)
    return refuse_connection(std::move(connection), kRejected,
                             "Too many encoders are waiting to publish here.");
  wake_.call();
}

void RtmpSrc::begin(RtmpConnection connection) {
  publication_.emplace(std::move(connection));
  header_ = {};
  connect_accepted_ = publication_->is_past_connect();
  ending_.reset();
  auto state = state_.lock();
  state->stream_header.clear();
  state->phase = "connecting";
  state->remote_address = publication_->remote_address();
  state->bytes = 0;
  state->last_data = g_get_monotonic_time();
}

GstFlowReturn RtmpSrc::create(GstBuffer **buffer) {
  for (;;) {
    std::optional<rtmp::Refusal> why;
    Ptr<GstKliveRtmpConnection> next;
    bool is_contested = false;
    {
      auto state = state_.lock();
      if (state->flushing) return GST_FLOW_FLUSHING;
      why = std::exchange(state->disconnect, std::nullopt);
      is_contested = publication_ && !state->waiting.empty();
      if (!publication_ && !state->waiting.empty()) {
        next = std::move(state->waiting.front());
        state->waiting.pop_front();
      }
    }
    if (next) {
      if (auto connection = take_rtmp_connection(next.get())) begin(*std::move(connection));
      continue;
    }
    if (!publication_) {
      if (!listener_) return GST_FLOW_EOS;
      wake_.wait(-1, WaitFor::kEnd, 0);
      continue;
    }
    if (why) {
      disconnect_now(*why);
      continue;
    }
    if (is_contested && publication_->is_on_air() && !ending_) {
      contest();
      continue;
    }
    Ptr<GstBuffer> made = publication_->is_on_air() ? look() : negotiate();
    if (made) {
      pushed_ += gst_buffer_get_size(made.get());
      *buffer = made.release();
      return GST_FLOW_OK;
    }
  }
}

// Somebody wants the place of what is on air. An encoder that stops and starts again finds its own
// old connection here, whose end may not have been looked at yet.
void RtmpSrc::contest() {
  // The first read stops at the last bytes, the second one sees whether the end is behind them.
  receive();
  if (!ending_) receive();
  handle_events();
  if (ending_) return;
  if (g_get_monotonic_time() - last_data_ > kTakeOverSilence)
    return disconnect_now({kBadName, "Another encoder took over after a silence."});
  Ptr<GstKliveRtmpConnection> refused;
  {
    auto state = state_.lock();
    if (state->waiting.empty()) return;
    refused = std::move(state->waiting.front());
    state->waiting.pop_front();
  }
  refuse_connection(std::move(refused), kBadName,
                    "Somebody else is publishing here; this address takes one publication at a "
                    "time.");
}

Ptr<GstBuffer> RtmpSrc::negotiate() {
  if (!connect_accepted_) {
    decide_connect();
    return {};
  }
  if (const auto publish = publication_->take_publish()) return decide_publish(*publish);
  while (std::optional<rtmp::Event> event = publication_->next_event())
    if (const auto *publish = std::get_if<rtmp::PublishRequested>(&*event))
      return decide_publish(*publish);
  if (ending_) {
    end("", *ending_);
    return {};
  }
  if (g_get_monotonic_time() >= publication_->publish_deadline()) {
    publication_->count_timeout();
    end("", "The encoder connected and did not publish in time.");
    return {};
  }
  const Woken woken = wake_.wait(publication_->socket(), publication_->waits_for(),
                                 publication_->publish_deadline());
  if (woken == Woken::kBySocket) receive();
  return {};
}

void RtmpSrc::decide_connect() {
  PublishAnswer answer;
  const std::optional<rtmp::Refusal> refusal = ask(PublishStage::kConnect, "", answer);
  if (is_flushing()) return;
  if (refusal) {
    publication_->reject_connect(*refusal);
    end(refusal->code, refusal->description);
    return;
  }
  connect_accepted_ = true;
  publication_->accept_connect();
  if (!publication_->send()) ending_ = publication_->failure();
}

Ptr<GstBuffer> RtmpSrc::decide_publish(const rtmp::PublishRequested &publish) {
  PublishAnswer answer;
  const std::optional<rtmp::Refusal> refusal = ask(PublishStage::kPublish, publish.name, answer);
  if (is_flushing()) return {};
  if (refusal) {
    publication_->reject_publish(publish.stream, *refusal);
    end(refusal->code, refusal->description);
    return {};
  }
  publication_->accept_publish(publish.stream);
  if (!publication_->send()) ending_ = publication_->failure();
  budget_ = answer.low_latency ? running_.low_latency_read_budget : running_.read_budget;
  early_until_ = g_get_monotonic_time() + kEarly;
  pause_ = budget();
  next_look_ = 0;
  last_data_ = g_get_monotonic_time();
  set_phase("on-air");
  GST_INFO_OBJECT(element_, "%s publishes entry \"%s\" side \"%s\" flavor %u",
                  publication_->remote_address().c_str(), answer.entry.c_str(), answer.side.c_str(),
                  answer.flavor);
  announce();
  const base::ByteView header = rtmp::flv_header();
  Ptr<GstBuffer> buffer = wrap(base::Bytes(header.begin(), header.end()));
  GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT);
  return buffer;
}

std::optional<rtmp::Refusal> RtmpSrc::ask(PublishStage stage, const std::string &stream_name,
                                          PublishAnswer &answer) {
  PublishRequest request = publish_request(publication_->request(), publication_->remote_address());
  request.stage = stage;
  request.stream_name = stream_name;
  Ptr<GstQuery> query = new_publish_query(request);
  const bool is_answered = gst_pad_peer_query(GST_BASE_SRC_PAD(element_), query.get());
  answer = publish_answer(query.get());
  if (answer.refused()) {
    const char *code = stage == PublishStage::kConnect ? kRejected : kDenied;
    return rtmp::Refusal{answer.refusal_code.empty() ? code : answer.refusal_code,
                         answer.refusal_reason};
  }
  // An authenticator may know too little at `connect` to say yes or no.
  if (answer.authorised || (is_answered && stage == PublishStage::kConnect)) return {};
  if (running_.unauthenticated == Unauthenticated::kAccept) return {};
  return rtmp::Refusal{stage == PublishStage::kConnect ? kRejected : kDenied,
                       "Nothing here can authenticate an encoder, and nobody may publish "
                       "unauthenticated."};
}

// The elements behind know only now which entry, side and flavor this is (kliveflavormap writes it
// into the event), and to them each publication is a new stream.
void RtmpSrc::announce() {
  GstPad *pad = GST_BASE_SRC_PAD(element_);
  CharPtr id(gst_pad_create_stream_id(pad, GST_ELEMENT(element_), nullptr));
  GstEvent *start = gst_event_new_stream_start(id.get());
  gst_event_set_group_id(start, gst_util_group_id_next());
  gst_pad_push_event(pad, start);
  auto caps = Ptr<GstCaps>::take(gst_pad_get_current_caps(pad));
  if (caps) gst_pad_push_event(pad, gst_event_new_caps(caps.get()));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_BYTES);
  // Byte positions go on: a file behind us would be written over from its start otherwise.
  segment.start = segment.time = segment.position = pushed_;
  gst_base_src_new_segment(element_, &segment);
}

base::Bytes RtmpSrc::take_media() {
  base::Bytes media = publication_->take_media();
  if (header_.follow(media)) state_.lock()->stream_header = header_.bytes();
  return media;
}

Ptr<GstBuffer> RtmpSrc::look() {
  if (ending_) {
    base::Bytes rest = take_media();
    if (!rest.empty()) return wrap(std::move(rest));
    end("", *ending_);
    return {};
  }
  // Between two looks only calls and the encoder's end wake the thread: what arrives meanwhile
  // comes in one read.
  if (g_get_monotonic_time() < next_look_ &&
      wake_.wait(publication_->socket(), WaitFor::kEnd, next_look_) == Woken::kByCall)
    return {};
  if (receive() == Received::kNothing) {
    const int64_t until = running_.timeout ? last_data_ + microseconds(running_.timeout) : 0;
    if (until && g_get_monotonic_time() >= until) {
      publication_->count_timeout();
      disconnect_now({"NetStream.Publish.Idle", "The encoder sent nothing for too long."});
      return {};
    }
    if (wake_.wait(publication_->socket(), publication_->waits_for(), until) == Woken::kByCall)
      return {};
    receive();
  }
  handle_events();
  base::Bytes media = take_media();
  if (!publication_->send() && !ending_) ending_ = publication_->failure();
  if (media.empty()) return {};
  return wrap(std::move(media));
}

Received RtmpSrc::receive() {
  const Received received = publication_->receive();
  switch (received) {
    case Received::kSome:
      last_data_ = g_get_monotonic_time();
      pace(publication_->last_received());
      next_look_ = last_data_ + microseconds(pause_);
      break;
    case Received::kClosed:
      ending_ = "The encoder closed the connection.";
      break;
    case Received::kFailed:
      ending_ = "The connection failed: " + publication_->failure();
      break;
    case Received::kNothing:
      break;
  }
  if (!publication_->is_on_air() && !publication_->send() && !ending_)
    ending_ = publication_->failure();
  auto state = state_.lock();
  state->bytes = publication_->bytes();
  if (received == Received::kSome) state->last_data = last_data_;
  return received;
}

// A full receive window stops the encoder until the next look: fast publications are looked at more
// often, and as rarely as the budget says again when they have become slower.
void RtmpSrc::pace(size_t received) {
  const GstClockTime most = budget();
  if (received >= kFullLook) {
    pause_ = std::max(pause_ / 2, std::min(most, kShortestPause));
  } else if (received < kFullLook / 2) {
    pause_ = std::min(pause_ * 2, most);
  }
}

GstClockTime RtmpSrc::budget() const {
  return g_get_monotonic_time() < early_until_ ? std::min(budget_, running_.early_read_budget)
                                               : budget_;
}

void RtmpSrc::handle_events() {
  while (std::optional<rtmp::Event> event = publication_->next_event()) {
    if (const auto *publish = std::get_if<rtmp::PublishRequested>(&*event)) {
      GST_INFO_OBJECT(element_, "a second publish on one connection is refused");
      publication_->reject_publish(publish->stream,
                                   {kBadName,
                                    "This connection publishes already; a connection carries one "
                                    "publication."});
    } else if (std::holds_alternative<rtmp::Unpublished>(*event) && !ending_) {
      ending_ = "The encoder ended the publication.";
    }
  }
}

void RtmpSrc::disconnect_now(const rtmp::Refusal &why) {
  if (publication_->is_on_air()) {
    publication_->end_publish(why);
  } else if (!connect_accepted_) {
    publication_->reject_connect(why);
  }
  end(why.code, why.description);
}

void RtmpSrc::end(std::string code, std::string reason) {
  const bool was_on_air = g_str_equal(state_.lock()->phase, "on-air");
  publication_->hang_up();
  const std::string remote = publication_->remote_address();
  const uint64_t bytes = publication_->bytes();
  publication_.reset();
  ending_.reset();
  set_phase(listener_ ? "waiting" : "ended");
  GST_INFO_OBJECT(element_, "%s %s: %s", remote.c_str(), was_on_air ? "left" : "did not publish",
                  reason.c_str());
  GstStructure *structure = gst_structure_new(
      "klive-publication-ended", "reason", G_TYPE_STRING, reason.c_str(), "code", G_TYPE_STRING,
      code.c_str(), "published", G_TYPE_BOOLEAN, was_on_air, "remote-address", G_TYPE_STRING,
      remote.c_str(), "bytes", G_TYPE_UINT64, bytes, nullptr);
  gst_element_post_message(GST_ELEMENT(element_),
                           gst_message_new_element(GST_OBJECT(element_), structure));
}

bool RtmpSrc::stop() {
  if (publication_) {
    const rtmp::Refusal why{"NetConnection.Connect.AppShutdown", "The server ends here."};
    if (publication_->is_on_air()) publication_->end_publish(why);
    publication_->hang_up();
    publication_.reset();
  }
  listener_.reset();
  port_ = 0;
  auto state = state_.lock();
  state->phase = "waiting";
  state->waiting.clear();
  return true;
}

void RtmpSrc::unlock() {
  state_.lock()->flushing = true;
  wake_.call();
}

void RtmpSrc::unlock_stop() { state_.lock()->flushing = false; }

void RtmpSrc::disconnect(std::string code, std::string reason) {
  state_.lock()->disconnect = {std::move(code), std::move(reason)};
  wake_.call();
}

void RtmpSrc::set_phase(const char *phase) { state_.lock()->phase = phase; }

GBytes *RtmpSrc::stream_header() {
  auto state = state_.lock();
  if (state->stream_header.empty()) return nullptr;
  return g_bytes_new(state->stream_header.data(), state->stream_header.size());
}

GstStructure *RtmpSrc::stats() {
  auto state = state_.lock();
  const int64_t age = state->last_data ? g_get_monotonic_time() - state->last_data : 0;
  return gst_structure_new("klive-publication-stats", "state", G_TYPE_STRING, state->phase,
                           "remote-address", G_TYPE_STRING, state->remote_address.c_str(), "bytes",
                           G_TYPE_UINT64, state->bytes, "last-data-age", G_TYPE_UINT64,
                           static_cast<guint64>(age) * 1000, nullptr);
}

}  // namespace klive::gst
