// SPDX-License-Identifier: LGPL-2.1-or-later
// The handshake, plain and with digest.
#include "handshake.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support.h"

namespace klive::rtmp {
namespace {

using base::Bytes;
using base::ByteView;

Bytes answer_to(ByteView c0_c1) {
  ServerHandshake server;
  Bytes output;
  EXPECT_TRUE(server.read(c0_c1, output));
  return output;
}

TEST(Handshake, PlainC1_IsEchoedInS2) {
  Bytes input{3};
  for (size_t i = 0; i < kHandshakeSize; ++i) {
    input.push_back(i >= 4 && i < 8 ? 0 : static_cast<uint8_t>(i * 7));
  }
  const Bytes output = answer_to(input);
  ASSERT_EQ(output.size(), 1 + 2 * kHandshakeSize);
  EXPECT_EQ(output[0], 3);
  EXPECT_TRUE(std::ranges::all_of(ByteView(output).subspan(5, 4), [](auto b) { return b == 0; }));
  EXPECT_TRUE(
      std::ranges::equal(ByteView(output).subspan(1 + kHandshakeSize), ByteView(input).subspan(1)));
}

TEST(Handshake, VersionWithoutDigest_IsAnsweredPlain) {
  Bytes input{3, 0, 0, 0, 0, 9, 0, 124, 2};
  input.resize(1 + kHandshakeSize, 0x5a);
  const Bytes output = answer_to(input);
  EXPECT_TRUE(
      std::ranges::equal(ByteView(output).subspan(1 + kHandshakeSize), ByteView(input).subspan(1)));
}

class DigestScheme : public ::testing::TestWithParam<int> {};

TEST_P(DigestScheme, IsAnsweredWithDigestOfTheSameSchemeAndProof) {
  Bytes c1(kHandshakeSize);
  for (size_t i = 0; i < c1.size(); ++i) c1[i] = static_cast<uint8_t>(i * 31 + 5);
  const Digest digest = put_digest(c1, GetParam(), Role::kClient);
  Bytes input{3};
  base::append(input, c1);
  const Bytes output = answer_to(input);
  const ByteView s1 = ByteView(output).subspan(1, kHandshakeSize);
  const auto found = find_digest(s1, Role::kServer);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->scheme, GetParam());
  const ByteView s2 = ByteView(output).subspan(1 + kHandshakeSize);
  Bytes expected(s2.begin(), s2.end());
  put_proof(expected, digest, Role::kServer);
  EXPECT_TRUE(std::ranges::equal(expected, s2));
}

INSTANTIATE_TEST_SUITE_P(Both, DigestScheme, ::testing::Values(0, 1));

TEST(Handshake, ClientAndServerOfThisLibrary_Agree) {
  for (const bool with_digest : {false, true}) {
    ClientHandshake client(with_digest);
    ServerHandshake server;
    Bytes to_server, to_client;
    client.start(to_server);
    ByteView input = to_server;
    ASSERT_TRUE(server.read(input, to_client));
    EXPECT_FALSE(server.done());
    Bytes c2;
    input = to_client;
    auto result = client.read(input, c2);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(client.done());
    input = c2;
    ASSERT_TRUE(server.read(input, to_client));
    EXPECT_TRUE(server.done());
    EXPECT_EQ(server.buffered(), 0u);
  }
}

TEST(Handshake, OtherFirstByte_IsRefusedAtOnce) {
  for (const uint8_t first : {uint8_t{0}, uint8_t{'G'}, uint8_t{0x16}, uint8_t{6}}) {
    ServerHandshake server;
    Bytes output;
    const Bytes bytes{first};
    ByteView input = bytes;
    EXPECT_FALSE(server.read(input, output));
    EXPECT_TRUE(output.empty());
  }
}

TEST(Handshake, CutAnywhere_AnswersTheSame) {
  Bytes input = testing::plain_handshake();
  const Bytes expected = answer_to(ByteView(input).first(1 + kHandshakeSize));
  for (const size_t cut : {1u, 2u, 1535u, 1536u, 1537u, 1538u, 3072u}) {
    ServerHandshake server;
    Bytes output;
    ByteView front = ByteView(input).first(cut), back = ByteView(input).subspan(cut);
    ASSERT_TRUE(server.read(front, output));
    ASSERT_TRUE(server.read(back, output));
    EXPECT_EQ(output, expected) << cut;
    EXPECT_TRUE(server.done()) << cut;
  }
}

}  // namespace
}  // namespace klive::rtmp
