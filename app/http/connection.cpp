// SPDX-License-Identifier: LGPL-2.1-or-later
// Connection: one client's HTTP/1.1 connection.
#include "http/connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <utility>

namespace klive::app::http {
namespace {

constexpr size_t kReadAtOnce = 16384;
// While a request is dealt with the next ones may arrive; so much of them is taken in.
constexpr size_t kMaxReadAhead = kMaxHead;
// Then the others have their turn.
constexpr size_t kWriteAtOnce = 4u << 20;

}  // namespace

Connection::Connection(SocketPoller &poller, gst::UniqueFd socket, std::string remote,
                       bool is_local, const ConnectionTimes &times, const Hooks &hooks)
    : poller_(poller),
      socket_(std::move(socket)),
      remote_(std::move(remote)),
      is_local_(is_local),
      times_(times),
      hooks_(hooks) {}

Connection::~Connection() {
  if (handle_ != 0) poller_.remove(handle_);
}

void Connection::start() {
  set_state(State::kHead, times_.head);
  watched_ = EPOLLIN | EPOLLRDHUP;
  handle_ = poller_.add(socket_.get(), watched_, [this](uint32_t events) { on_ready(events); });
}

void Connection::close() {
  if (!socket_) return;
  const auto self = shared_from_this();
  poller_.remove(std::exchange(handle_, 0));
  socket_.reset();
  deadline_ = 0;
  out_body_.reset();
  if (const auto gone = std::exchange(on_gone_, nullptr)) gone();
  hooks_.on_closed(*this);
}

void Connection::set_state(State state, int64_t time) {
  state_ = state;
  deadline_ = time > 0 ? g_get_monotonic_time() + time : 0;
}

// Looks for what the state can use, and always for the client's going.
void Connection::watch() {
  if (!socket_) return;
  uint32_t events = 0;
  const bool can_read =
      state_ != State::kBusy && state_ != State::kWriting ? true : input_.size() < kMaxReadAhead;
  if (!has_ended_ && can_read) events |= EPOLLIN;
  if (!has_ended_) events |= EPOLLRDHUP;
  if (state_ == State::kWriting) events |= EPOLLOUT;
  if (events == watched_) return;
  watched_ = events;
  poller_.change(handle_, events);
}

void Connection::on_ready(uint32_t events) {
  const auto self = shared_from_this();
  if ((events & (EPOLLERR | EPOLLHUP)) != 0 && (events & EPOLLIN) == 0) return close();
  if ((events & EPOLLOUT) != 0 && state_ == State::kWriting) write_some();
  if (socket_ && (events & EPOLLIN) != 0) read_some();
  // Nothing to read is wanted, and the client is gone: a request that waits need not be answered.
  if (socket_ && (events & EPOLLRDHUP) != 0 && (events & EPOLLIN) == 0) {
    if (state_ == State::kBusy) return close();
    has_ended_ = true;
  }
  watch();
}

void Connection::read_some() {
  std::array<char, kReadAtOnce> bytes;
  const ssize_t size = recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) {
    // Who half-closes after a request still gets the answer that is being written; one that waits
    // for something new is taken for gone.
    has_ended_ = true;
    if (size < 0 || state_ != State::kWriting) close();
    return;
  }
  if (state_ == State::kDraining) return;
  if (state_ == State::kHead && input_.empty()) set_state(State::kHead, times_.head);
  input_.append(bytes.data(), static_cast<size_t>(size));
  process();
}

void Connection::process() {
  if (is_processing_) return;  // an answer given at once; the loop below goes on
  is_processing_ = true;
  bool has_more = true;
  while (has_more && socket_) {
    if (state_ == State::kHead) {
      has_more = process_head();
    } else if (state_ == State::kBody) {
      has_more = process_body();
    } else {
      has_more = false;
    }
  }
  is_processing_ = false;
}

bool Connection::process_head() {
  if (input_.empty()) return false;
  HeadResult result = parse_request_head(input_);
  if (result.what == HeadResult::What::kIncomplete) return false;
  if (result.what == HeadResult::What::kBad) {
    refuse(result.status, result.sentence);
    return false;
  }
  head_ = std::move(result.head);
  input_.erase(0, result.size);
  body_.clear();
  if (head_.body_size > hooks_.body_limit(head_)) {
    refuse(413, "The body of the request is larger than is taken here.");
    return false;
  }
  set_state(State::kBody, times_.body);
  if (head_.awaits_continue && head_.body_size > input_.size()) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    // 25 bytes on a connection that has nothing else to write: they fit, or it is broken.
    if (send(socket_.get(), kContinue.data(), kContinue.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
      close();
  }
  return true;
}

bool Connection::process_body() {
  if (input_.size() < head_.body_size) return false;
  body_.assign(input_, 0, head_.body_size);
  input_.erase(0, head_.body_size);
  set_state(State::kBusy, 0);
  hooks_.on_request(shared_from_this());
  return true;
}

void Connection::refuse(unsigned status, const char *sentence) {
  head_.is_kept_alive = false;
  input_.clear();
  set_state(State::kBusy, 0);
  hooks_.on_bad_request(shared_from_this(), status, sentence);
}

void Connection::answer(std::string head, gst::Ptr<GBytes> body) {
  if (!socket_ || state_ != State::kBusy) return;
  on_gone_ = nullptr;
  out_head_ = std::move(head);
  out_body_ = std::move(body);
  out_done_ = 0;
  was_answered_ = true;
  set_state(State::kWriting, times_.write);
  const auto self = shared_from_this();
  write_some();
  // Held until now: what came after it in the meantime is still to be read.
  if (state_ == State::kHead) process();
  watch();
}

void Connection::write_some() {
  const size_t head_size = out_head_.size();
  gsize body_size = 0;
  const auto *body = out_body_
                         ? static_cast<const char *>(g_bytes_get_data(out_body_.get(), &body_size))
                         : nullptr;
  const size_t total = head_size + body_size;
  size_t written = 0;
  while (out_done_ < total && written < kWriteAtOnce) {
    // Head and the beginning of the body leave in one packet.
    std::array<iovec, 2> parts{};
    size_t count = 0;
    if (out_done_ < head_size)
      parts[count++] = {out_head_.data() + out_done_, head_size - out_done_};
    const size_t body_done = out_done_ > head_size ? out_done_ - head_size : 0;
    if (body_done < body_size)
      parts[count++] = {const_cast<char *>(body) + body_done, body_size - body_done};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    const ssize_t size = sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) break;
    if (size < 0) return close();
    out_done_ += static_cast<size_t>(size);
    written += static_cast<size_t>(size);
  }
  if (out_done_ == total) return finish_answer();
  if (written > 0) deadline_ = g_get_monotonic_time() + times_.write;
}

void Connection::finish_answer() {
  out_head_.clear();
  out_body_.reset();
  if (head_.is_kept_alive && !has_ended_) {
    set_state(State::kHead, input_.empty() ? times_.idle : times_.head);
    if (!input_.empty()) process();
    return;
  }
  if (has_ended_) return close();
  // Closing with bytes unread would reset the connection and take the answer with it (9.6).
  shutdown(socket_.get(), SHUT_WR);
  input_.clear();
  set_state(State::kDraining, times_.drain);
}

}  // namespace klive::app::http
