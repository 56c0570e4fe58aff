// SPDX-License-Identifier: LGPL-2.1-or-later
// KS, the Kaltura session string, versions 1 and 2.
//
// v1  base64( hex(SHA-1(secret + info)) | info )
//     info = partner;pattern;expiry;type;random;user;privileges;master partner;additional data
// v2  base64url( v2|partner| + AES-128-CBC(plain) )       key: the first 16 bytes of SHA-1(secret)
//                                                         IV: zeros; padding: zeros, none if
//                                                         aligned
//     plain = SHA-1(R + F)  R         F
//             20 bytes      16 bytes  form-encoded: one field per privilege, _e, _t, _u [, _m, _d]
#include "kaltura/ks.h"

#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <nettle/memops.h>
#include <nettle/sha1.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base64.h"
#include "percent.h"

namespace klive::kaltura {
namespace {

using base::Bytes;
using base::ByteView;
using base::ErrorCode;
using base::fail;
using base::Result;
using Digest = std::array<uint8_t, SHA1_DIGEST_SIZE>;

constexpr size_t kMaxKs = 8192;
constexpr size_t kRandomSize = 16;
constexpr std::string_view kV2 = "v2|";

// Kaltura's own codes; they go into INVALID_KS as they are.
base::Failure invalid_string() { return fail(ErrorCode::kInvalid, "-1,INVALID_STR"); }
base::Failure expired() { return fail(ErrorCode::kRefused, "-5,EXPIRED"); }

Digest sha1(ByteView first, ByteView second) {
  sha1_ctx context;
  sha1_init(&context);
  sha1_update(&context, first.size(), first.data());
  sha1_update(&context, second.size(), second.data());
  Digest digest;
  sha1_digest(&context, digest.size(), digest.data());
  return digest;
}

std::string hex(const Digest &digest) {
  std::string out;
  for (const uint8_t byte : digest) {
    out.push_back("0123456789abcdef"[byte >> 4]);
    out.push_back("0123456789abcdef"[byte & 15]);
  }
  return out;
}

std::optional<int64_t> integer(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<KsType> type_of(std::string_view text) {
  const auto value = integer(text);
  if (!value || *value < -1 || *value > 2) return std::nullopt;
  return static_cast<KsType>(*value);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::array<uint8_t, AES_BLOCK_SIZE> cipher_key(std::string_view secret) {
  const Digest digest = sha1(base::as_bytes(secret), {});
  std::array<uint8_t, AES_BLOCK_SIZE> key;
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

std::string v2_fields(const Ks &ks) {
  std::string out;
  for (const auto privilege : split(ks.privileges, ',')) {
    if (privilege.empty()) continue;
    const size_t colon = privilege.find(':');
    if (privilege == "*") {
      out += "all=" + form_encode("*");
    } else if (colon == std::string_view::npos) {
      out += form_encode(privilege) + '=';
    } else {
      out +=
          form_encode(privilege.substr(0, colon)) + '=' + form_encode(privilege.substr(colon + 1));
    }
    out += '&';
  }
  return out + "_e=" + std::to_string(ks.expiry) +
         "&_t=" + std::to_string(static_cast<int>(ks.type)) + "&_u=" + form_encode(ks.user);
}

Result<Ks> read_v2_fields(std::string_view fields, int64_t partner) {
  Ks ks;
  ks.partner = partner;
  bool has_expiry = false, has_type = false;
  for (const auto field : split(fields, '&')) {
    const size_t equals = field.find('=');
    const auto name = percent_decode(field.substr(0, equals), Plus::kIsSpace);
    const auto value = equals == std::string_view::npos
                           ? std::optional<std::string>("")
                           : percent_decode(field.substr(equals + 1), Plus::kIsSpace);
    if (!name || !value) return invalid_string();
    if (name->empty()) continue;
    if (*name == "_e") {
      const auto expiry = integer(*value);
      if (!expiry) return invalid_string();
      ks.expiry = *expiry;
      has_expiry = true;
    } else if (*name == "_t") {
      const auto type = type_of(*value);
      if (!type) return invalid_string();
      ks.type = *type;
      has_type = true;
    } else if (*name == "_u") {
      ks.user = *value;
    } else if (name->front() != '_') {
      if (!ks.privileges.empty()) ks.privileges += ',';
      ks.privileges += *name + (value->empty() ? "" : ":" + *value);
    }
  }
  if (!has_expiry || !has_type) return invalid_string();
  return ks;
}

Result<Ks> read_v2(ByteView decoded, std::string_view secret) {
  const std::string_view text = base::as_text(decoded).substr(kV2.size());
  const size_t bar = text.find('|');
  if (bar == std::string_view::npos) return invalid_string();
  const auto partner = integer(text.substr(0, bar));
  const ByteView cipher = base::as_bytes(text.substr(bar + 1));
  if (!partner || cipher.size() % AES_BLOCK_SIZE != 0 ||
      cipher.size() <= SHA1_DIGEST_SIZE + kRandomSize) {
    return invalid_string();
  }
  Bytes plain(cipher.size());
  aes128_ctx context;
  aes128_set_decrypt_key(&context, cipher_key(secret).data());
  std::array<uint8_t, AES_BLOCK_SIZE> iv{};
  cbc_decrypt(&context, reinterpret_cast<nettle_cipher_func *>(aes128_decrypt), AES_BLOCK_SIZE,
              iv.data(), plain.size(), plain.data(), cipher.data());
  while (!plain.empty() && plain.back() == 0) plain.pop_back();
  if (plain.size() <= SHA1_DIGEST_SIZE + kRandomSize) return invalid_string();

  const ByteView signature = ByteView(plain).first(SHA1_DIGEST_SIZE);
  const ByteView rest = ByteView(plain).subspan(SHA1_DIGEST_SIZE);
  const Digest digest = sha1(rest, {});
  if (!nettle_memeql_sec(digest.data(), signature.data(), digest.size())) return invalid_string();
  return read_v2_fields(base::as_text(rest.subspan(kRandomSize)), *partner);
}

Result<Ks> read_v1(ByteView decoded, std::string_view secret) {
  const std::string_view text = base::as_text(decoded);
  constexpr size_t kHexSize = 2 * SHA1_DIGEST_SIZE;
  if (text.size() < kHexSize + 1 || text[kHexSize] != '|') return invalid_string();
  const std::string_view info = text.substr(kHexSize + 1);
  const std::string signature = hex(sha1(base::as_bytes(secret), base::as_bytes(info)));
  if (!equal_in_constant_time(signature, text.substr(0, kHexSize))) return invalid_string();

  const auto fields = split(info, ';');
  if (fields.size() < 3) return invalid_string();
  const auto partner = integer(fields[0]), expiry = integer(fields[2]);
  const auto type = fields.size() > 3 ? type_of(fields[3]) : std::optional(KsType::kUser);
  if (!partner || !expiry || !type) return invalid_string();
  Ks ks;
  ks.partner = *partner;
  ks.expiry = *expiry;
  ks.type = *type;
  if (fields.size() > 5) ks.user = fields[5];
  if (fields.size() > 6) ks.privileges = fields[6];
  return ks;
}

std::optional<Bytes> decode(std::string_view text) {
  if (text.empty() || text.size() > kMaxKs) return std::nullopt;
  return base64_decode(text);
}

}  // namespace

std::string make_ks_v2(const Ks &ks, std::string_view secret, ByteView random) {
  const std::string fields = v2_fields(ks);
  const Digest digest = sha1(random, base::as_bytes(fields));
  Bytes plain(digest.begin(), digest.end());
  base::append(plain, random);
  base::append(plain, base::as_bytes(fields));
  plain.resize((plain.size() + AES_BLOCK_SIZE - 1) / AES_BLOCK_SIZE * AES_BLOCK_SIZE, 0);

  Bytes out;
  base::append(out, base::as_bytes(std::string(kV2) + std::to_string(ks.partner) + '|'));
  const size_t begin = out.size();
  out.resize(begin + plain.size());
  aes128_ctx context;
  aes128_set_encrypt_key(&context, cipher_key(secret).data());
  std::array<uint8_t, AES_BLOCK_SIZE> iv{};
  cbc_encrypt(&context, reinterpret_cast<nettle_cipher_func *>(aes128_encrypt), AES_BLOCK_SIZE,
              iv.data(), plain.size(), out.data() + begin, plain.data());
  return base64_encode(out, Base64::kUrlSafe);
}

std::string make_ks_v1(const Ks &ks, std::string_view secret, std::string_view random) {
  const std::string partner = std::to_string(ks.partner);
  const std::string info = partner + ';' + partner + ';' + std::to_string(ks.expiry) + ';' +
                           std::to_string(static_cast<int>(ks.type)) + ';' + std::string(random) +
                           ';' + ks.user + ';' + ks.privileges + ";;";
  const std::string text = hex(sha1(base::as_bytes(secret), base::as_bytes(info))) + '|' + info;
  return base64_encode(base::as_bytes(text), Base64::kStandard);
}

Result<Ks> read_ks(std::string_view text, std::string_view secret, int64_t now) {
  const auto decoded = decode(text);
  if (!decoded) return invalid_string();
  auto ks = base::as_text(*decoded).starts_with(kV2) ? read_v2(*decoded, secret)
                                                     : read_v1(*decoded, secret);
  if (!ks) return ks;
  if (ks->expiry <= now) return expired();
  return ks;
}

Result<int64_t> peek_ks_partner(std::string_view text) {
  const auto decoded = decode(text);
  if (!decoded) return invalid_string();
  std::string_view plain = base::as_text(*decoded);
  const bool is_v2 = plain.starts_with(kV2);
  if (is_v2) {
    plain.remove_prefix(kV2.size());
  } else {
    constexpr size_t kHexSize = 2 * SHA1_DIGEST_SIZE;
    if (plain.size() < kHexSize + 1 || plain[kHexSize] != '|') return invalid_string();
    plain.remove_prefix(kHexSize + 1);
  }
  const size_t end = plain.find(is_v2 ? '|' : ';');
  const auto partner = integer(plain.substr(0, end));
  if (end == std::string_view::npos || !partner) return invalid_string();
  return *partner;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || nettle_memeql_sec(a.data(), b.data(), a.size()));
}

}  // namespace klive::kaltura
