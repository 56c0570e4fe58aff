// SPDX-License-Identifier: LGPL-2.1-or-later
// Connection: one client's HTTP/1.1 connection. Reads a request, waits for its one answer, writes
// it, and begins anew.
//
//            head whole             body whole            answer()           all written
//   kHead ──────────────► kBody ──────────────► kBusy ──────────────► kWriting ──────────► kHead
//     │ bad                 │ too large                                  │ not kept alive
//     └───── answer, then kDraining (so that the client reads it) ◄──────┘
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/request_head.h"
#include "klive/ptr.h"
#include "klive/unique_fd.h"
#include "socket_poller.h"

namespace klive::app::http {

struct ConnectionTimes {                // microseconds
  int64_t head = 15 * G_USEC_PER_SEC;   ///< to send a whole head once it began (or connected)
  int64_t idle = 75 * G_USEC_PER_SEC;   ///< between requests
  int64_t body = 30 * G_USEC_PER_SEC;   ///< to send a whole body
  int64_t write = 30 * G_USEC_PER_SEC;  ///< without a byte of the answer being taken
  int64_t drain = 3 * G_USEC_PER_SEC;
};

/// Thread-bound. Owners are the table of connections and those who still owe it an answer.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Hooks {
    /// Bytes that the body of such a request may have.
    std::function<uint64_t(const RequestHead &)> body_limit;
    /// A whole request is there. answer() is called now or later, once.
    std::function<void(const std::shared_ptr<Connection> &)> on_request;
    /// To answer what is no request.
    std::function<void(const std::shared_ptr<Connection> &, unsigned status, const char *sentence)>
        on_bad_request;
    std::function<void(Connection &)> on_closed;
  };

  Connection(SocketPoller &poller, gst::UniqueFd socket, std::string remote, bool is_local,
             const ConnectionTimes &times, const Hooks &hooks);
  ~Connection();
  void start();
  void close();

  [[nodiscard]] const RequestHead &head() const { return head_; }
  [[nodiscard]] std::string_view body() const { return body_; }
  [[nodiscard]] const std::string &remote() const { return remote_; }
  [[nodiscard]] bool is_local() const { return is_local_; }  ///< the peer is this machine
  [[nodiscard]] bool is_open() const { return static_cast<bool>(socket_); }
  /// Whether the connection lives on after the answer; part of the answer's head.
  [[nodiscard]] bool is_kept_alive() const { return head_.is_kept_alive; }

  /// Sends `head` (with its empty line) and `body`. Does nothing when the client is gone.
  void answer(std::string head, gst::Ptr<GBytes> body);
  /// Called when the client goes before its answer; empty: no longer.
  void set_on_gone(std::function<void()> on_gone) { on_gone_ = std::move(on_gone); }

  /// Monotonic, microseconds; 0 = none.
  [[nodiscard]] int64_t deadline() const { return deadline_; }
  /// Whether nobody waits for an answer on it, and whether it ever got one.
  [[nodiscard]] bool is_waiting() const { return state_ == State::kHead || state_ == State::kBody; }
  [[nodiscard]] bool was_answered() const { return was_answered_; }
  [[nodiscard]] bool is_idle() const { return state_ == State::kHead && input_.empty(); }

 private:
  enum class State { kHead, kBody, kBusy, kWriting, kDraining };

  void on_ready(uint32_t events);
  void read_some();
  void process();
  /// False: more bytes are needed.
  bool process_head();
  bool process_body();
  void write_some();
  void finish_answer();
  void refuse(unsigned status, const char *sentence);
  void set_state(State state, int64_t time);
  void watch();

  SocketPoller &poller_;
  gst::UniqueFd socket_;
  const std::string remote_;
  const bool is_local_;
  const ConnectionTimes &times_;
  const Hooks &hooks_;
  uint64_t handle_ = 0;
  uint32_t watched_ = 0;
  State state_ = State::kHead;
  int64_t deadline_ = 0;
  bool is_processing_ = false;
  bool was_answered_ = false;
  bool has_ended_ = false;  ///< the client sends nothing any more
  std::string input_;
  RequestHead head_;
  std::string body_;
  std::string out_head_;
  gst::Ptr<GBytes> out_body_;
  size_t out_done_ = 0;
  std::function<void()> on_gone_;
};

}  // namespace klive::app::http
