// SPDX-License-Identifier: LGPL-2.1-or-later
// Both sides of the handshake (RTMP 1.0, section 5.2), plain and with digest.
//
//   client: C0 = version:8  C1 = time:32 zero-or-version:32 random:1528    C2 = echo of S1
//   server: S0 = version:8  S1 = time:32 zero-or-version:32 random:1528    S2 = echo of C1
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "handshake_digest.h"

namespace klive::rtmp {

/// Reads C0, C1, C2 and answers S0, S1, S2 as one block. C2 is not checked: many encoders send
/// anything. Thread-bound.
class ServerHandshake {
 public:
  /// Consumes from the front of `input`, appends the answer to `output` when C1 is whole.
  [[nodiscard]] base::Result<void> read(base::ByteView &input, base::Bytes &output);
  [[nodiscard]] bool done() const { return c2_left_ == 0; }
  [[nodiscard]] size_t buffered() const { return received_.size(); }

 private:
  void answer(base::Bytes &output);

  base::Bytes received_;  ///< C0 and C1 while they arrive
  size_t c2_left_ = kHandshakeSize;
};

/// The encoder's side, for tests and load tools. Thread-bound.
class ClientHandshake {
 public:
  explicit ClientHandshake(bool with_digest) : with_digest_(with_digest) {}
  void start(base::Bytes &output);
  /// Consumes S0, S1, S2 from `input`, appends C2. A server's S2 proof is checked when we sent a
  /// digest.
  [[nodiscard]] base::Result<void> read(base::ByteView &input, base::Bytes &output);
  [[nodiscard]] bool done() const { return done_; }

 private:
  bool with_digest_;
  bool done_ = false;
  base::Bytes c1_;
  base::Bytes received_;
};

}  // namespace klive::rtmp
