// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kaltura/srt_pass.h"

#include <gtest/gtest.h>

namespace klive::kaltura {
namespace {

const SrtPassKeys kDefaults;
const SrtPassKeys kOwn{"0123456789abcdef0123456789abcdef", "fedcba9876543210"};

// Made independently, and accepted by Kaltura's own code.
TEST(SrtPass, Vectors_AreTheSameBothWays) {
  struct Row {
    const char *pass;
    const SrtPassKeys &keys;
    const char *encrypted;
  };
  const Row rows[] = {
      {"1234567890", kDefaults, "DitVcB_6ttp9eE-OEwyjYg"},
      {"1234567890", kOwn, "npXpqjQz3aDgeMbO14MdBw"},
      {"abcdefghijklmnopqrstuvwxyz", kOwn, "AnZmvKbcxMKcMa1ibpUUlXfoR4hbq0cATkY2bu2bNmI"},
  };
  for (const Row &row : rows) {
    EXPECT_EQ(encrypt_srt_pass(row.pass, row.keys), row.encrypted);
    EXPECT_EQ(decrypt_srt_pass(row.encrypted, row.keys), row.pass);
  }
}

TEST(SrtPass, OtherKeysOrText_AreNothing) {
  EXPECT_EQ(decrypt_srt_pass("DitVcB_6ttp9eE-OEwyjYg", kOwn), std::nullopt);
  for (const char *text :
       {"", "x", "DitVcB_6ttp9eE-OEwyj", "not base64!", "AAAAAAAAAAAAAAAAAAAAAA"}) {
    EXPECT_EQ(decrypt_srt_pass(text, kDefaults), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace klive::kaltura
