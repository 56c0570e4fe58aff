// SPDX-License-Identifier: LGPL-2.1-or-later
// The server session's public face: bytes in, decisions, bytes out.
#include "rtmp/server_session.h"

#include <algorithm>
#include <utility>

#include "session_state.h"

namespace klive::rtmp {

ServerSession::ServerSession(Limits limits) : state_(std::make_unique<State>(limits)) {}
ServerSession::~ServerSession() = default;
ServerSession::ServerSession(ServerSession &&) noexcept = default;
ServerSession &ServerSession::operator=(ServerSession &&) noexcept = default;

base::Result<void> ServerSession::feed(base::ByteView bytes) {
  state_->received += bytes.size();
  if (!state_->failure && state_->phase != State::Phase::kClosing) {
    if (state_->is_deciding()) {
      state_->hold(bytes);
    } else {
      state_->read(bytes);
    }
  }
  if (state_->failure) return base::fail(*state_->failure);
  return {};
}

std::optional<Event> ServerSession::next_event() {
  if (state_->events.empty()) return {};
  Event event = std::move(state_->events.front());
  state_->events.pop_front();
  return event;
}

base::Bytes ServerSession::take_output() { return state_->answers.take(); }

base::Bytes ServerSession::take_media(uint32_t stream) {
  MessageStream *found = state_->find_stream(stream);
  if (!found) return {};
  base::Bytes media = found->media.take();
  if (found->phase == MessageStream::Phase::kDeleted) {
    std::erase_if(state_->streams, [stream](const auto &each) { return each->id == stream; });
  }
  return media;
}

size_t ServerSession::buffered_media(uint32_t stream) const {
  const MessageStream *found = state_->find_stream(stream);
  return found ? found->media.ready() : 0;
}

void ServerSession::accept_connect() {
  if (state_->phase != State::Phase::kConnecting) return;
  state_->phase = State::Phase::kConnected;
  state_->answers.accept_connect(state_->connect_transaction, state_->object_encoding,
                                 state_->connect_object);
  state_->connect_object = {};
  state_->resume();
}

void ServerSession::reject_connect(const Refusal &refusal) {
  if (state_->phase != State::Phase::kConnecting) return;
  state_->answers.reject_connect(state_->connect_transaction, refusal);
  state_->phase = State::Phase::kClosing;
  state_->held = {};
}

void ServerSession::accept_publish(uint32_t stream) {
  MessageStream *found = state_->find_stream(stream);
  if (!found || found->phase != MessageStream::Phase::kDeciding) return;
  found->phase = MessageStream::Phase::kPublished;
  state_->authorised = true;
  if (state_->wants_fc_publish) state_->answers.on_fc_publish(found->name);
  state_->answers.on_status(stream, "status", "NetStream.Publish.Start", "Publishing.");
  state_->resume();
}

void ServerSession::reject_publish(uint32_t stream, const Refusal &refusal) {
  MessageStream *found = state_->find_stream(stream);
  if (!found || found->phase != MessageStream::Phase::kDeciding) return;
  found->phase = MessageStream::Phase::kCreated;
  state_->answers.on_status(stream, "error", refusal.code, refusal.description);
  state_->phase = State::Phase::kClosing;
  state_->held = {};
}

void ServerSession::end_publish(uint32_t stream, const Refusal &reason) {
  MessageStream *found = state_->find_published(stream);
  if (!found) return;
  state_->unpublish(*found);
  state_->answers.on_status(stream, "error", reason.code, reason.description);
  state_->phase = State::Phase::kClosing;
}

bool ServerSession::handshake_done() const { return state_->handshake.done(); }
uint64_t ServerSession::bytes_received() const { return state_->received; }

// What the functions above are made of

bool ServerSession::State::is_deciding() const {
  return phase == Phase::kConnecting || std::ranges::any_of(streams, [](const auto &stream) {
           return stream->phase == MessageStream::Phase::kDeciding;
         });
}

MessageStream *ServerSession::State::find_stream(uint32_t id) {
  const auto found = std::ranges::find(streams, id, [](const auto &stream) { return stream->id; });
  return found == streams.end() ? nullptr : found->get();
}

MessageStream *ServerSession::State::find_published(uint32_t id) {
  MessageStream *stream = find_stream(id);
  return stream && stream->phase == MessageStream::Phase::kPublished ? stream : nullptr;
}

void ServerSession::State::fail(base::Error error) {
  if (!failure) failure = std::move(error);
  held = {};
}

/// An authorised publisher may have one message of the largest size in progress on one chunk
/// stream, and as much again on the others.
size_t ServerSession::State::bound() const {
  return authorised ? 2 * limits.message_size + limits.unauthorised_bytes
                    : limits.unauthorised_bytes;
}

void ServerSession::State::check_bounds() {
  if (handshake.buffered() + held.size() + assembly.collected() + answers.size() > bound()) {
    fail({base::ErrorCode::kTooLarge,
          authorised ? "the peer keeps more unfinished messages than allowed"
                     : "the peer sent more than allowed before its publication was authorised"});
  }
}

void ServerSession::State::hold(base::ByteView input) {
  const size_t needed = held.size() + input.size();
  if (needed > bound()) {
    fail({base::ErrorCode::kTooLarge, "the peer sent more than allowed while a decision is due"});
    return;
  }
  // Grows like a vector, but never past the bound.
  if (needed > held.capacity()) {
    held.reserve(std::min(bound(), std::max(needed, 2 * held.capacity())));
  }
  base::append(held, input);
  check_bounds();
}

void ServerSession::State::resume() {
  if (failure || is_deciding()) return;
  const base::Bytes input = std::exchange(held, {});
  read(input);
}

void ServerSession::State::read(base::ByteView input) {
  if (!handshake.done()) {
    if (auto result = handshake.read(input, answers.raw()); !result) {
      fail(std::move(result).error());
      return;
    }
    if (!handshake.done()) return;
  }
  while (!failure && phase != Phase::kClosing) {
    if (is_deciding()) {
      hold(input);
      break;
    }
    auto part = reader.read(input);
    if (!part) {
      fail(std::move(part).error());
      return;
    }
    if (!*part) break;
    handle(**part);
  }
  if (received - acknowledged >= peer_window && !failure && phase != Phase::kClosing) {
    acknowledged = received;
    answers.acknowledge(static_cast<uint32_t>(received));
  }
}

}  // namespace klive::rtmp
