// SPDX-License-Identifier: LGPL-2.1-or-later
// RtmpListener: one epoll thread that accepts, shakes hands and waits for `connect`, and that reads
// closed connections empty so that their last answer arrives.
#include "klive/rtmp_listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>

#include "klive/rtmp_connection.h"
#include "listen_socket.h"
#include "rtmp_admissions.h"
#include "rtmp_peers.h"

GST_DEBUG_CATEGORY_STATIC(klive_rtmp_listener_debug);
#define GST_CAT_DEFAULT klive_rtmp_listener_debug

namespace klive::gst {
namespace {

constexpr int64_t kLingerTime = 2 * G_USEC_PER_SEC;
constexpr int64_t kLastLingerTime = G_USEC_PER_SEC / 4;  // when the listener itself ends
constexpr int64_t kAcceptPause = G_USEC_PER_SEC / 10;    // out of descriptors: let some close
constexpr int kEventsAtOnce = 64;
constexpr int kReadsAtOnce = 4;     // one busy peer does not keep the others waiting
constexpr int kAcceptsAtOnce = 64;  // nor do newcomers keep those that talk

using Peer = RtmpPeer;
using Phase = RtmpPeer::Phase;

class Listener : public RtmpListener {
 public:
  Listener(const RtmpListenerSettings &settings, OnConnection on_connection, ListenSocket listening)
      : settings_(settings),
        on_connection_(std::move(on_connection)),
        listening_(std::move(listening)) {}
  ~Listener() override;
  base::Result<void> run();

  uint16_t port() const override { return listening_.port; }
  RtmpListenerStats stats() const override;

 private:
  void loop();
  void last_loop();
  void accept_waiting();
  void admit(UniqueFd socket, const sockaddr_storage &address);
  /// Whether there is a place for one more of `source`, which somebody else may have to leave.
  bool has_place(const std::string &source);
  void serve(Peer &peer);
  void read(Peer &peer);
  /// Goes on with what came. False when the peer is none of ours any more.
  bool act(Peer &peer, base::ByteView received);
  void drain(Peer &peer);
  void hand_over(Peer &peer, std::optional<rtmp::PublishRequested> publish);
  /// Sends what waits and keeps being told when the rest can go.
  bool flush(Peer &peer);
  void collect_arrivals(int64_t linger_time);
  void take_leaving(LeavingSocket leaving, int64_t linger_time);
  void take_awaiting(RtmpConnection connection);
  void close_overdue();
  void say_last_words(Peer &peer);
  int wait_time() const;
  bool watch(int fd, uint32_t events, void *data);
  void clear_wake() const;
  void remove(Peer &peer);

  const RtmpListenerSettings settings_;
  const OnConnection on_connection_;
  const ListenSocket listening_;
  // Owners: this listener and the slots of its connections.
  const std::shared_ptr<RtmpAdmissions> admissions_ = std::make_shared<RtmpAdmissions>();
  std::atomic<bool> stopping_ = false;
  std::thread thread_;

  // Thread-bound to thread_.
  UniqueFd epoll_;
  RtmpPeers peers_;
  int64_t accept_again_at_ = 0;
};

base::Result<void> Listener::run() {
  epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  admissions_->wake = UniqueFd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!epoll_ || !admissions_->wake || !watch(listening_.socket.get(), EPOLLIN, this) ||
      !watch(admissions_->wake.get(), EPOLLIN, admissions_.get()))
    return base::fail(base::ErrorCode::kIo,
                      std::string("starting the listener: ") + strerror(errno));
  thread_ = std::thread([this] { loop(); });
  return {};
}

Listener::~Listener() {
  stopping_ = true;
  if (admissions_->wake) eventfd_write(admissions_->wake.get(), 1);
  if (thread_.joinable()) thread_.join();
  // Slots point back to the admissions: what nobody collects any more must not stay in them.
  std::vector<LeavingSocket> left;
  std::vector<RtmpConnection> awaiting;
  {
    auto state = admissions_->state.lock();
    state->listening = false;
    left.swap(state->leaving);
    awaiting.swap(state->awaiting_publish);
  }
}

RtmpListenerStats Listener::stats() const {
  RtmpListenerStats stats = admissions_->state.lock()->stats;
  stats.bytes_received = admissions_->bytes_received.load(std::memory_order_relaxed);
  return stats;
}

void Listener::loop() {
  pthread_setname_np(pthread_self(), "klive-rtmp");
  std::array<epoll_event, kEventsAtOnce> events;
  while (!stopping_) {
    const int count = epoll_wait(epoll_.get(), events.data(), kEventsAtOnce, wait_time());
    bool has_newcomers = false;
    for (int i = 0; i < count; ++i) {
      void *const data = events[static_cast<size_t>(i)].data.ptr;
      if (data == this) {
        has_newcomers = true;
      } else if (data == admissions_.get()) {
        clear_wake();
      } else {
        serve(*static_cast<Peer *>(data));
      }
    }
    collect_arrivals(kLingerTime);
    // Only now: a newcomer may push out somebody whose event was among those, and rather somebody
    // who was refused.
    if (has_newcomers) accept_waiting();
    close_overdue();
    if (accept_again_at_ && g_get_monotonic_time() >= accept_again_at_) {
      accept_again_at_ = 0;
      epoll_event event{.events = EPOLLIN, .data = {.ptr = this}};
      epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, listening_.socket.get(), &event);
    }
  }
  last_loop();
}

// The last answers get a moment to be read; nobody new is let in.
void Listener::last_loop() {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listening_.socket.get(), nullptr);
  collect_arrivals(kLastLingerTime);
  while (Peer *held = peers_.first(Phase::kHeld)) say_last_words(*held);
  while (Peer *talking = peers_.first(Phase::kTalking)) remove(*talking);
  std::array<epoll_event, kEventsAtOnce> events;
  const int64_t end = g_get_monotonic_time() + kLastLingerTime;
  while (peers_.first(Phase::kClosing) && g_get_monotonic_time() < end) {
    const int count = epoll_wait(epoll_.get(), events.data(), kEventsAtOnce, 10);
    for (int i = 0; i < count; ++i) {
      void *const data = events[static_cast<size_t>(i)].data.ptr;
      if (data == admissions_.get()) {
        clear_wake();
      } else {
        serve(*static_cast<Peer *>(data));
      }
    }
  }
  while (Peer *closing = peers_.first(Phase::kClosing)) remove(*closing);
}

void Listener::accept_waiting() {
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    UniqueFd socket(accept4(listening_.socket.get(), reinterpret_cast<sockaddr *>(&address), &size,
                            SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      admit(std::move(socket), address);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      GST_WARNING("no connection can be accepted at the moment: %s", strerror(errno));
      epoll_event event{.events = 0, .data = {.ptr = this}};
      epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, listening_.socket.get(), &event);
      accept_again_at_ = g_get_monotonic_time() + kAcceptPause;
      return;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    }  // else the peer went away before it was accepted, or a signal came
  }
}

void Listener::admit(UniqueFd socket, const sockaddr_storage &address) {
  PeerName name = peer_name(address);
  if (!has_place(name.source)) {
    GST_DEBUG("%s is over a limit: closed", name.address.c_str());
    return;
  }
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Peer &peer = peers_.add({.phase = Phase::kTalking,
                           .socket = std::move(socket),
                           .slot = std::make_unique<RtmpSlot>(admissions_, std::move(name.source)),
                           .session = {},
                           .request = {},
                           .unsent = {},
                           .address = std::move(name.address),
                           .deadline = g_get_monotonic_time() + settings_.publish_timeout_ns / 1000,
                           .self = {}});
  GST_LOG("%s connected", peer.address.c_str());
  if (!watch(peer.socket.get(), EPOLLIN, &peer)) remove(peer);
}

bool Listener::has_place(const std::string &source) {
  Peer *leaves = nullptr;
  {
    auto state = admissions_->state.lock();
    ++state->stats.accepted;
    const auto same = state->unauthorised.find(source);
    const uint32_t waiting = same == state->unauthorised.end() ? 0 : same->second;
    const bool is_full = state->stats.open >= settings_.max_connections ||
                         state->unauthorised_in_all >= settings_.max_unauthorised;
    if (is_full) leaves = peers_.least_deserving(*state);
    const bool is_refused =
        waiting >= settings_.max_unauthorised_per_address || (is_full && !leaves);
    if (is_full || is_refused) ++state->stats.refused_limit;
    if (is_refused) return false;
  }
  if (leaves) {
    GST_DEBUG("%s makes room for another connection: closed", leaves->address.c_str());
    remove(*leaves);
  }
  return true;
}

void Listener::serve(Peer &peer) {
  if (peer.phase == Phase::kClosing) {
    drain(peer);
  } else if (flush(peer)) {
    read(peer);
  } else {
    remove(peer);
  }
}

void Listener::read(Peer &peer) {
  uint8_t buffer[16 * 1024];
  for (int i = 0; i < kReadsAtOnce; ++i) {
    const ssize_t count = recv(peer.socket.get(), buffer, sizeof buffer, 0);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
      return remove(peer);
    if (count < 0) return;
    peer.slot->count_received(static_cast<size_t>(count));
    acknowledge_quickly(peer.socket.get());
    if (!peer.session) peer.session.emplace();
    const bool goes_on = act(peer, {buffer, static_cast<size_t>(count)});
    if (!goes_on || static_cast<size_t>(count) < sizeof buffer) return;
  }
}

bool Listener::act(Peer &peer, base::ByteView received) {
  if (auto fed = peer.session->feed(received); !fed) {
    GST_INFO("%s: %s", peer.address.c_str(), fed.error().message.c_str());
    peer.slot->count_protocol_error();
    base::append(peer.unsent, peer.session->take_output());
    flush(peer);
    remove(peer);
    return false;
  }
  while (std::optional<rtmp::Event> event = peer.session->next_event()) {
    if (auto *connect = std::get_if<rtmp::ConnectRequested>(&*event)) {
      peer.request = std::move(*connect);
      hand_over(peer, {});
      return false;
    }
    if (auto *publish = std::get_if<rtmp::PublishRequested>(&*event)) {
      hand_over(peer, std::move(*publish));
      return false;
    }
  }
  base::append(peer.unsent, peer.session->take_output());
  const bool is_sent = flush(peer);
  if (!is_sent) remove(peer);
  return is_sent;
}

void Listener::drain(Peer &peer) {
  uint8_t buffer[64 * 1024];
  for (int i = 0; i < kReadsAtOnce; ++i) {
    const ssize_t count = recv(peer.socket.get(), buffer, sizeof buffer, 0);
    if (count > 0) continue;
    if (count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) remove(peer);
    return;
  }
}

void Listener::hand_over(Peer &peer, std::optional<rtmp::PublishRequested> publish) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, peer.socket.get(), nullptr);
  GST_DEBUG("%s sent %s (%s)", peer.address.c_str(), publish ? "publish" : "connect",
            peer.request->flash_version.c_str());
  RtmpConnection connection{.socket = std::move(peer.socket),
                            .session = *std::move(peer.session),
                            .request = *std::move(peer.request),
                            .publish = std::move(publish),
                            .unsent = std::move(peer.unsent),
                            .remote_address = std::move(peer.address),
                            .publish_deadline = peer.deadline,
                            .slot = std::move(peer.slot)};
  peers_.remove(peer);
  on_connection_(new_rtmp_connection(std::move(connection)));
}

bool Listener::flush(Peer &peer) {
  if (peer.unsent.empty()) return true;
  const SendResult result = send_some(peer.socket.get(), peer.unsent);
  // Told again when there is room, and no longer when all is gone.
  epoll_event event{.events = EPOLLIN, .data = {.ptr = &peer}};
  if (result == SendResult::kSome) event.events |= EPOLLOUT;
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, peer.socket.get(), &event);
  return result != SendResult::kFailed;
}

void Listener::collect_arrivals(int64_t linger_time) {
  std::vector<LeavingSocket> leaving;
  std::vector<RtmpConnection> awaiting;
  {
    auto state = admissions_->state.lock();
    leaving.swap(state->leaving);
    awaiting.swap(state->awaiting_publish);
  }
  for (LeavingSocket &one : leaving) take_leaving(std::move(one), linger_time);
  for (RtmpConnection &one : awaiting) take_awaiting(std::move(one));
}

void Listener::take_leaving(LeavingSocket leaving, int64_t linger_time) {
  const bool is_held = !leaving.last_words.empty();
  Peer &peer =
      peers_.add({.phase = is_held ? Phase::kHeld : Phase::kClosing,
                  .socket = std::move(leaving.socket),
                  .slot = std::move(leaving.slot),
                  .session = {},
                  .request = {},
                  .unsent = std::move(leaving.last_words),
                  .address = {},
                  .deadline = is_held ? leaving.not_before : g_get_monotonic_time() + linger_time,
                  .self = {}});
  if (!is_held && !watch(peer.socket.get(), EPOLLIN, &peer)) remove(peer);
}

void Listener::take_awaiting(RtmpConnection connection) {
  Peer &peer = peers_.add({.phase = Phase::kTalking,
                           .socket = std::move(connection.socket),
                           .slot = std::move(connection.slot),
                           .session = std::move(connection.session),
                           .request = std::move(connection.request),
                           .unsent = std::move(connection.unsent),
                           .address = std::move(connection.remote_address),
                           .deadline = connection.publish_deadline,
                           .self = {}});
  if (!watch(peer.socket.get(), EPOLLIN, &peer)) return remove(peer);
  // What came behind `connect` was not read yet: `publish` perhaps, or nonsense.
  peer.session->accept_connect();
  act(peer, {});
}

void Listener::say_last_words(Peer &peer) {
  // The answer is smaller than any empty socket buffer; a peer that does not read loses it.
  if (send_some(peer.socket.get(), peer.unsent) == SendResult::kFailed ||
      !watch(peer.socket.get(), EPOLLIN, &peer))
    return remove(peer);
  shutdown(peer.socket.get(), SHUT_WR);
  peers_.move(peer, Phase::kClosing, g_get_monotonic_time() + kLingerTime);
}

void Listener::close_overdue() {
  const int64_t now = g_get_monotonic_time();
  while (Peer *peer = peers_.overdue(now)) {
    if (peer->phase == Phase::kHeld) {
      say_last_words(*peer);
      continue;
    }
    if (peer->phase == Phase::kTalking) {
      GST_INFO("%s did not publish in time: closed", peer->address.c_str());
      peer->slot->count_timeout();
    }
    remove(*peer);
  }
}

int Listener::wait_time() const {
  int64_t next = peers_.next_deadline();
  if (accept_again_at_) next = std::min(next, accept_again_at_);
  if (next == G_MAXINT64) return -1;
  const int64_t wait = next - g_get_monotonic_time();
  return wait <= 0 ? 0 : static_cast<int>(std::min<int64_t>(wait / 1000 + 1, 60'000));
}

bool Listener::watch(int fd, uint32_t events, void *data) {
  epoll_event event{.events = events, .data = {.ptr = data}};
  return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Listener::clear_wake() const {
  eventfd_t value = 0;
  eventfd_read(admissions_->wake.get(), &value);
}

void Listener::remove(Peer &peer) {
  // Closing the socket would not do: while a process is being started, the child holds it too for a
  // moment, and events would go on to arrive for a peer that is no more.
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, peer.socket.get(), nullptr);
  peers_.remove(peer);
}

}  // namespace

base::Result<std::unique_ptr<RtmpListener>> RtmpListener::start(
    const RtmpListenerSettings &settings, OnConnection on_connection) {
  static const bool category_made = [] {
    GST_DEBUG_CATEGORY_INIT(klive_rtmp_listener_debug, "klive-rtmp-listener", 0,
                            "RTMP connections before they publish");
    return true;
  }();
  (void)category_made;
  auto socket = listen_on(settings.address, settings.port);
  if (!socket) return base::fail(std::move(socket).error());
  auto listener =
      std::make_unique<Listener>(settings, std::move(on_connection), *std::move(socket));
  if (auto running = listener->run(); !running) return base::fail(std::move(running).error());
  return std::unique_ptr<RtmpListener>(std::move(listener));
}

}  // namespace klive::gst
