// SPDX-License-Identifier: LGPL-2.1-or-later
// GstKliveRtmpConnection: the object, its slot in the listener's counts, and its end.
#include "klive/rtmp_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <string_view>

#include "rtmp_admissions.h"

namespace klive::gst {
namespace {

// "h" of "rtmp://h:1935/app?…"; "::1" of "rtmp://[::1]/app". Hosts may carry the entry.
std::string host_of(std::string_view tc_url) {
  const size_t scheme = tc_url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view rest = tc_url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?"));
  if (rest.starts_with('[')) return std::string(rest.substr(1, rest.find(']') - 1));
  return std::string(rest.substr(0, rest.find(':')));
}

}  // namespace

RtmpSlot::RtmpSlot(std::shared_ptr<RtmpAdmissions> admissions, std::string source)
    : admissions_(std::move(admissions)), source_(std::move(source)) {
  auto state = admissions_->state.lock();
  ++state->stats.open;
  ++state->unauthorised[source_];
  ++state->unauthorised_in_all;
}

RtmpSlot::~RtmpSlot() {
  authorised();
  --admissions_->state.lock()->stats.open;
}

void RtmpSlot::authorised() {
  if (std::exchange(authorised_, true)) return;
  auto state = admissions_->state.lock();
  --state->unauthorised_in_all;
  const auto found = state->unauthorised.find(source_);
  if (--found->second == 0) state->unauthorised.erase(found);
}

void RtmpSlot::count_timeout() { ++admissions_->state.lock()->stats.timed_out; }
void RtmpSlot::count_protocol_error() { ++admissions_->state.lock()->stats.protocol_errors; }
void RtmpSlot::count_received(size_t bytes) {
  admissions_->bytes_received.fetch_add(bytes, std::memory_order_relaxed);
}

void linger_close(UniqueFd socket, std::unique_ptr<RtmpSlot> slot, base::Bytes last_words,
                  int64_t not_before) {
  if (!socket || !slot) return;
  if (last_words.empty()) shutdown(socket.get(), SHUT_WR);
  const std::shared_ptr<RtmpAdmissions> admissions = slot->admissions_;
  auto state = admissions->state.lock();
  if (!state->listening) return;
  state->leaving.push_back({std::move(socket), std::move(slot), std::move(last_words), not_before});
  eventfd_write(admissions->wake.get(), 1);
}

PublishRequest publish_request(const rtmp::ConnectRequested &connect,
                               const std::string &remote_address) {
  return {.stage = PublishStage::kConnect,
          .protocol = "rtmp",
          .host = host_of(connect.tc_url),
          .app = connect.app,
          .tc_url = connect.tc_url,
          .stream_name = {},
          .remote_address = remote_address};
}

void acknowledge_quickly(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

SendResult send_some(int socket, base::Bytes &bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count >= 0) {
      sent += static_cast<size_t>(count);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      bytes.erase(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(sent));
      return SendResult::kSome;
    } else if (errno != EINTR) {
      return SendResult::kFailed;
    }
  }
  bytes.clear();
  return SendResult::kAll;
}

}  // namespace klive::gst

// GObject shell

struct _GstKliveRtmpConnection {
  GObject parent;
  klive::base::Locked<std::optional<klive::gst::RtmpConnection>> *content;
  std::string *remote_address;
};

G_DEFINE_FINAL_TYPE(GstKliveRtmpConnection, gst_klive_rtmp_connection, G_TYPE_OBJECT)

static void gst_klive_rtmp_connection_init(GstKliveRtmpConnection *self) {
  self->content = new klive::base::Locked<std::optional<klive::gst::RtmpConnection>>();
  self->remote_address = new std::string();
}

static void gst_klive_rtmp_connection_class_init(GstKliveRtmpConnectionClass *klass) {
  G_OBJECT_CLASS(klass)->finalize = [](GObject *object) {
    auto *self = GST_KLIVE_RTMP_CONNECTION(object);
    delete self->content;
    delete self->remote_address;
    G_OBJECT_CLASS(gst_klive_rtmp_connection_parent_class)->finalize(object);
  };
}

namespace klive::gst {

Ptr<GstKliveRtmpConnection> new_rtmp_connection(RtmpConnection connection) {
  auto object = Ptr<GstKliveRtmpConnection>::take(
      GST_KLIVE_RTMP_CONNECTION(g_object_new(GST_KLIVE_TYPE_RTMP_CONNECTION, nullptr)));
  *object->remote_address = connection.remote_address;
  object->content->lock()->emplace(std::move(connection));
  return object;
}

std::optional<RtmpConnection> take_rtmp_connection(GstKliveRtmpConnection *connection) {
  return std::exchange(*connection->content->lock(), std::nullopt);
}

std::string remote_address(GstKliveRtmpConnection *connection) {
  return *connection->remote_address;
}

PublishRequest publish_request(GstKliveRtmpConnection *connection) {
  auto content = connection->content->lock();
  if (!*content) return {};
  PublishRequest request = publish_request((*content)->request, (*content)->remote_address);
  if ((*content)->publish) {
    request.stage = PublishStage::kPublish;
    request.stream_name = (*content)->publish->name;
  }
  return request;
}

int64_t publish_deadline(GstKliveRtmpConnection *connection) {
  auto content = connection->content->lock();
  return *content ? (*content)->publish_deadline : 0;
}

void await_publish(Ptr<GstKliveRtmpConnection> connection) {
  {
    auto content = connection->content->lock();
    if (!*content || (*content)->publish) return;
  }
  std::optional<RtmpConnection> taken = take_rtmp_connection(connection.get());
  if (!taken) return;
  const std::shared_ptr<RtmpAdmissions> admissions = taken->slot->admissions_;
  auto state = admissions->state.lock();
  if (!state->listening) return;
  state->awaiting_publish.push_back(*std::move(taken));
  eventfd_write(admissions->wake.get(), 1);
}

void refuse_connection(Ptr<GstKliveRtmpConnection> connection, const std::string &code,
                       const std::string &reason, int64_t delay_ns) {
  std::optional<RtmpConnection> taken = take_rtmp_connection(connection.get());
  if (!taken) return;
  const rtmp::Refusal refusal{code, reason};
  if (taken->publish) {
    taken->session.reject_publish(taken->publish->stream, refusal);
  } else {
    taken->session.reject_connect(refusal);
  }
  base::append(taken->unsent, taken->session.take_output());
  if (delay_ns > 0)
    return linger_close(std::move(taken->socket), std::move(taken->slot), std::move(taken->unsent),
                        g_get_monotonic_time() + delay_ns / 1000);
  // The answer is smaller than any empty socket buffer; a peer that does not read loses it.
  if (send_some(taken->socket.get(), taken->unsent) != SendResult::kFailed)
    linger_close(std::move(taken->socket), std::move(taken->slot));
}

}  // namespace klive::gst
