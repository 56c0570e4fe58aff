// SPDX-License-Identifier: LGPL-2.1-or-later
// The digest that Flash Player 9 and later hide in C1 and S1, and the key proof in S2.
//
//   C1/S1, scheme 0: time:32 version:32 | digest block (764) | key block (764)
//   C1/S1, scheme 1: time:32 version:32 | key block (764)    | digest block (764)
//   digest block:    offset, the sum of 4 bytes | random | digest (32) at offset % 728 | random
//   digest = HMAC-SHA256(key, the other 1504 bytes)
// Not in Adobe's document; as every server since FMS 3 answers it.
#pragma once

#include <array>
#include <optional>

#include "base/bytes.h"

namespace klive::rtmp {

constexpr size_t kHandshakeSize = 1536;
using Digest = std::array<uint8_t, 32>;

enum class Role { kClient, kServer };

struct FoundDigest {
  int scheme = 0;
  Digest digest{};
};

/// Looks for a valid digest of that side in its 1536 bytes.
[[nodiscard]] std::optional<FoundDigest> find_digest(base::ByteView packet, Role side);
/// Puts the digest into our own C1 or S1; the random bytes choose its place. Returns it.
Digest put_digest(std::span<uint8_t> packet, int scheme, Role side);
/// Makes the last 32 bytes of our C2 or S2 prove that we read the peer's digest.
void put_proof(std::span<uint8_t> packet, const Digest &peer_digest, Role side);

}  // namespace klive::rtmp
