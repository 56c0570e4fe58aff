// SPDX-License-Identifier: LGPL-2.1-or-later
// The handshake's two state machines.
#include "handshake.h"

#include <algorithm>

namespace klive::rtmp {

namespace {

constexpr uint8_t kVersion = 3;
// What our S1 claims to be when the peer speaks digest; any version from 3.0 on does.
constexpr uint8_t kServerVersion[] = {0x0d, 0x0e, 0x0a, 0x0d};
constexpr uint8_t kClientVersion[] = {0x80, 0x00, 0x07, 0x02};

/// 1536 bytes: zero time, zero version, filler. The filler only has to differ between connections
/// ("need not be cryptographically secure", section 5.2.3), so the peer's own bytes seed it and the
/// library needs no source of randomness.
base::Bytes make_packet(base::ByteView seed_bytes) {
  uint64_t state = 0x9e3779b97f4a7c15;
  for (const uint8_t byte : seed_bytes) state = (state ^ byte) * 0x100000001b3;
  base::Bytes packet(8, 0);
  packet.reserve(kHandshakeSize);
  while (packet.size() < kHandshakeSize) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    packet.push_back(static_cast<uint8_t>(state >> 32));
  }
  return packet;
}

void take(base::Bytes &to, base::ByteView &input, size_t wanted) {
  const size_t count = std::min(wanted - to.size(), input.size());
  base::append(to, input.first(count));
  input = input.subspan(count);
}

base::Result<void> check_version(uint8_t version) {
  if (version == kVersion) return {};
  if (version == 6 || version == 8 || version == 9) {
    return base::fail(base::ErrorCode::kInvalid,
                      "the peer speaks RTMPE, which is not supported; use RTMP or RTMPS");
  }
  return base::fail(base::ErrorCode::kInvalid, "the connection does not begin with RTMP version 3");
}

bool is_all_zero(base::ByteView bytes) {
  return std::ranges::all_of(bytes, [](uint8_t byte) { return byte == 0; });
}

}  // namespace

base::Result<void> ServerHandshake::read(base::ByteView &input, base::Bytes &output) {
  if (c2_left_ == kHandshakeSize && received_.size() < 1 + kHandshakeSize) {
    take(received_, input, 1 + kHandshakeSize);
    if (!received_.empty()) {
      // Whoever does not speak RTMP is not read any further.
      if (auto version = check_version(received_[0]); !version) return version;
    }
    if (received_.size() < 1 + kHandshakeSize) return {};
    answer(output);
  }
  const size_t count = std::min(c2_left_, input.size());
  c2_left_ -= count;
  input = input.subspan(count);
  if (done()) received_ = {};
  return {};
}

void ServerHandshake::answer(base::Bytes &output) {
  const base::ByteView c1 = base::ByteView(received_).subspan(1);
  base::Bytes s1 = make_packet(c1);
  base::Bytes s2(c1.begin(), c1.end());
  // A zero version means the plain handshake; some encoders send a version and no digest either.
  const auto found =
      is_all_zero(c1.subspan(4, 4)) ? std::optional<FoundDigest>() : find_digest(c1, Role::kClient);
  if (found) {
    std::ranges::copy(kServerVersion, s1.begin() + 4);
    put_digest(s1, found->scheme, Role::kServer);
    s2 = make_packet(s1);
    put_proof(s2, found->digest, Role::kServer);
  }
  output.push_back(kVersion);
  base::append(output, s1);
  base::append(output, s2);
}

void ClientHandshake::start(base::Bytes &output) {
  c1_ = make_packet({});
  if (with_digest_) {
    std::ranges::copy(kClientVersion, c1_.begin() + 4);
    put_digest(c1_, 0, Role::kClient);
  }
  output.push_back(kVersion);
  base::append(output, c1_);
}

base::Result<void> ClientHandshake::read(base::ByteView &input, base::Bytes &output) {
  take(received_, input, 1 + 2 * kHandshakeSize);
  if (!received_.empty()) {
    if (auto version = check_version(received_[0]); !version) return version;
  }
  if (received_.size() < 1 + 2 * kHandshakeSize) return {};
  const base::ByteView s1 = base::ByteView(received_).subspan(1, kHandshakeSize);
  const base::ByteView s2 = base::ByteView(received_).subspan(1 + kHandshakeSize);
  base::Bytes c2(s1.begin(), s1.end());
  if (with_digest_) {
    const auto sent = find_digest(c1_, Role::kClient);
    const auto found = find_digest(s1, Role::kServer);
    if (!found || !sent) {
      return base::fail(base::ErrorCode::kInvalid, "the server's S1 holds no digest");
    }
    base::Bytes expected(s2.begin(), s2.end());
    put_proof(expected, sent->digest, Role::kServer);
    if (!std::ranges::equal(expected, s2)) {
      return base::fail(base::ErrorCode::kInvalid, "the server's S2 does not prove our digest");
    }
    put_proof(c2, found->digest, Role::kClient);
  }
  base::append(output, c2);
  received_ = {};
  done_ = true;
  return {};
}

}  // namespace klive::rtmp
