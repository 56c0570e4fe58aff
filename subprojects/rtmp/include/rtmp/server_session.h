// SPDX-License-Identifier: LGPL-2.1-or-later
// The server's side of one RTMP connection: bytes in, events out. No sockets, no clocks, no
// threads.
//
//   encoder                        ServerSession                      owner (an element, a test)
//   C0 C1 ──────── feed() ───────► handshake (plain or digest)
//   ◄────── take_output() ──────── S0 S1 S2
//   C2, connect(app, tcUrl) ─────► ConnectRequested ────────────────► next_event()
//   ◄──── ack size, _result ────── accept_connect() / reject_connect() ◄── decision
//   releaseStream, FCPublish,
//   createStream ────────────────► answered here
//   publish(name) ───────────────► PublishRequested ────────────────► next_event()
//   ◄──── onStatus ─────────────── accept_publish() / reject_publish() ◄── decision
//   audio, video, data ──────────► FLV tags ────────────────────────► take_media(stream)
//   deleteStream / FCUnpublish ──► Unpublished ─────────────────────► next_event()
//
// Adobe's RTMP 1.0 specification (December 2012) and Enhanced RTMP v2 (Veovera).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace klive::rtmp {

/// Bounds. The `unauthorised` ones hold until accept_publish() was called once.
struct Limits {
  size_t unauthorised_bytes = 128 * 1024;  ///< everything buffered for the connection; while
                                           ///< buffers grow it takes up to twice as much memory
  size_t message_size = 16 * 1024 * 1024;  ///< one message, once authorised
  size_t string_size = 4096;               ///< one AMF string of a command
  size_t amf_depth = 16;                   ///< nesting of AMF values
  size_t amf_values = 1024;                ///< AMF values of one command, nested ones included
  size_t chunk_streams = 64;               ///< chunk stream ids in use at once
  size_t message_streams = 8;              ///< createStream calls alive at once
};

/// Why something is refused, in RTMP's words. The description is for the person at the encoder.
struct Refusal {
  std::string code;         ///< e.g. "NetConnection.Connect.Rejected", "NetStream.Publish.BadName"
  std::string description;  ///< one sentence
};

/// `connect` arrived. Nothing goes on before accept_connect() or reject_connect().
struct ConnectRequested {
  std::string app;                        ///< as sent, may hold a query: "kLive?t=…"
  std::string tc_url;                     ///< as sent; holds the token, never log it
  std::string flash_version;              ///< printable and short, for logs
  double object_encoding = 0;             ///< 0 = AMF0, 3 = AMF3
  std::vector<std::string> four_cc_list;  ///< Enhanced RTMP; empty when the encoder sent none
};

/// `publish` arrived on a message stream. Decide with accept_publish() or reject_publish().
struct PublishRequested {
  uint32_t stream = 0;
  std::string name;  ///< as sent, may hold a query
};

/// The encoder ended the publication itself (deleteStream, closeStream, FCUnpublish).
struct Unpublished {
  uint32_t stream = 0;
};

using Event = std::variant<ConnectRequested, PublishRequested, Unpublished>;

/// Thread-bound: one thread at a time.
class ServerSession {
 public:
  explicit ServerSession(Limits limits = {});
  ~ServerSession();
  ServerSession(ServerSession &&) noexcept;
  ServerSession &operator=(ServerSession &&) noexcept;

  /// Takes bytes as they came from the socket, any cut. An error is final: flush take_output(),
  /// close. Input that waited for a decision is read by accept_*(); an error in it is told by the
  /// next feed(), and feed({}) asks.
  [[nodiscard]] base::Result<void> feed(base::ByteView bytes);
  /// The next thing to decide or to know, in order of arrival.
  [[nodiscard]] std::optional<Event> next_event();
  /// Bytes to send now; empty when there are none. Everything waiting comes as one block, so that
  /// one write sends it (several small writes meet delayed acknowledgements and cost 40 ms each).
  [[nodiscard]] base::Bytes take_output();
  /// FLV tags (11-byte header, body, PreviousTagSize) completed since the last call, for one
  /// published stream. `@setDataFrame` is unwrapped. Without the 13-byte FLV file header:
  /// flv_header() gives it.
  [[nodiscard]] base::Bytes take_media(uint32_t stream);
  /// Bytes that take_media() would return.
  [[nodiscard]] size_t buffered_media(uint32_t stream) const;

  void accept_connect();
  /// Sends `onStatus` (NetStream.Play.Failed) and `_error` (the code) with the description in both;
  /// after it close.
  void reject_connect(const Refusal &refusal);
  /// NetStream.Publish.Start, onFCPublish, and the authorised limits.
  void accept_publish(uint32_t stream);
  /// onStatus level error; after it close.
  void reject_publish(uint32_t stream, const Refusal &refusal);
  /// Ends a running publication from our side: onStatus with the code and description; after it
  /// close.
  void end_publish(uint32_t stream, const Refusal &reason);

  [[nodiscard]] bool handshake_done() const;
  [[nodiscard]] uint64_t bytes_received() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// "FLV", version 1, audio and video flags, and PreviousTagSize0: 13 bytes.
base::ByteView flv_header();

}  // namespace klive::rtmp
