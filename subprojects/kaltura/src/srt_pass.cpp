// SPDX-License-Identifier: LGPL-2.1-or-later
// The encrypted SRT passphrase of Kaltura's stream ids.
#include "kaltura/srt_pass.h"

#include <nettle/aes.h>
#include <nettle/cbc.h>

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base64.h"

namespace klive::kaltura {
namespace {

constexpr size_t kMaxPass = 256;

template <size_t size>
std::array<uint8_t, size> filled(std::string_view text) {
  std::array<uint8_t, size> bytes{};
  std::copy_n(text.begin(), std::min(text.size(), size), bytes.begin());
  return bytes;
}

}  // namespace

std::string encrypt_srt_pass(std::string_view pass, const SrtPassKeys &keys) {
  const auto key = filled<AES256_KEY_SIZE>(keys.key);
  auto iv = filled<AES_BLOCK_SIZE>(keys.iv);
  base::Bytes bytes(pass.begin(), pass.end());
  const size_t padding = AES_BLOCK_SIZE - pass.size() % AES_BLOCK_SIZE;
  bytes.insert(bytes.end(), padding, static_cast<uint8_t>(padding));
  aes256_ctx context;
  aes256_set_encrypt_key(&context, key.data());
  cbc_encrypt(&context, reinterpret_cast<nettle_cipher_func *>(aes256_encrypt), AES_BLOCK_SIZE,
              iv.data(), bytes.size(), bytes.data(), bytes.data());
  std::string text = base64_encode(bytes, Base64::kUrlSafe);
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::optional<std::string> decrypt_srt_pass(std::string_view encrypted, const SrtPassKeys &keys) {
  auto bytes = base64_decode(encrypted);
  const bool is_whole =
      bytes && !bytes->empty() && bytes->size() % AES_BLOCK_SIZE == 0 && bytes->size() <= kMaxPass;
  if (!is_whole) return std::nullopt;
  const auto key = filled<AES256_KEY_SIZE>(keys.key);
  auto iv = filled<AES_BLOCK_SIZE>(keys.iv);
  aes256_ctx context;
  aes256_set_decrypt_key(&context, key.data());
  cbc_decrypt(&context, reinterpret_cast<nettle_cipher_func *>(aes256_decrypt), AES_BLOCK_SIZE,
              iv.data(), bytes->size(), bytes->data(), bytes->data());
  const uint8_t padding = bytes->back();
  if (padding == 0 || padding > AES_BLOCK_SIZE) return std::nullopt;
  const auto tail = bytes->end() - padding;
  if (!std::all_of(tail, bytes->end(), [&](uint8_t byte) { return byte == padding; })) {
    return std::nullopt;
  }
  return std::string(bytes->begin(), tail);
}

}  // namespace klive::kaltura
