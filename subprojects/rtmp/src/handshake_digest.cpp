// SPDX-License-Identifier: LGPL-2.1-or-later
// The digest handshake's arithmetic.
#include "handshake_digest.h"

#include <glib.h>

#include <algorithm>

namespace klive::rtmp {

namespace {

// The keys that Adobe's players and servers use: a sentence, then 32 bytes. The digest is keyed
// with the sentence alone, the proof with everything.
constexpr std::string_view kPlayerSentence = "Genuine Adobe Flash Player 001";
constexpr std::string_view kServerSentence = "Genuine Adobe Flash Media Server 001";
constexpr uint8_t kKeyTail[] = {0xf0, 0xee, 0xc2, 0x4a, 0x80, 0x68, 0xbe, 0xe8, 0x2e, 0x00, 0xd0,
                                0xd1, 0x02, 0x9e, 0x7e, 0x57, 0x6e, 0xec, 0x5d, 0x2d, 0x29, 0x80,
                                0x6f, 0xab, 0x93, 0xb8, 0xe6, 0x36, 0xcf, 0xeb, 0x31, 0xae};

std::string_view sentence(Role side) {
  return side == Role::kClient ? kPlayerSentence : kServerSentence;
}

Digest hmac_sha256(base::ByteView key, base::ByteView front, base::ByteView back = {}) {
  Digest digest{};
  gsize size = digest.size();
  GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, key.data(), key.size());
  g_hmac_update(hmac, front.data(), static_cast<gssize>(front.size()));
  if (!back.empty()) g_hmac_update(hmac, back.data(), static_cast<gssize>(back.size()));
  g_hmac_get_digest(hmac, digest.data(), &size);
  g_hmac_unref(hmac);
  return digest;
}

size_t digest_place(base::ByteView packet, int scheme) {
  const size_t block = scheme == 0 ? 8 : 772;
  const base::ByteView offset = packet.subspan(block, 4);
  return block + 4 + (size_t{offset[0]} + offset[1] + offset[2] + offset[3]) % 728;
}

Digest digest_of(base::ByteView packet, size_t place, Role side) {
  return hmac_sha256(base::as_bytes(sentence(side)), packet.first(place),
                     packet.subspan(place + sizeof(Digest)));
}

}  // namespace

std::optional<FoundDigest> find_digest(base::ByteView packet, Role side) {
  for (const int scheme : {0, 1}) {
    const size_t place = digest_place(packet, scheme);
    const Digest expected = digest_of(packet, place, side);
    if (std::ranges::equal(expected, packet.subspan(place, expected.size()))) {
      return FoundDigest{scheme, expected};
    }
  }
  return {};
}

Digest put_digest(std::span<uint8_t> packet, int scheme, Role side) {
  const size_t place = digest_place(packet, scheme);
  const Digest digest = digest_of(packet, place, side);
  std::ranges::copy(digest, packet.begin() + static_cast<std::ptrdiff_t>(place));
  return digest;
}

void put_proof(std::span<uint8_t> packet, const Digest &peer_digest, Role side) {
  base::Bytes key;
  base::append(key, base::as_bytes(sentence(side)));
  base::append(key, kKeyTail);
  const Digest peer_key = hmac_sha256(key, peer_digest);
  const Digest proof = hmac_sha256(peer_key, packet.first(kHandshakeSize - sizeof(Digest)));
  std::ranges::copy(proof, packet.end() - static_cast<std::ptrdiff_t>(proof.size()));
}

}  // namespace klive::rtmp
