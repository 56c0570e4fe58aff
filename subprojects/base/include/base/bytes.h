// SPDX-License-Identifier: LGPL-2.1-or-later
// Bytes, views of bytes, and reading and writing big-endian fields with every length checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace klive::base {

using Bytes = std::vector<uint8_t>;
using ByteView = std::span<const uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}
inline void append(Bytes &to, ByteView from) { to.insert(to.end(), from.begin(), from.end()); }

/// Reads big-endian fields from a view that it borrows. Reading past the end yields zeros (or empty
/// views) and makes ok() false for good, so a parser reads a whole structure and checks once.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] size_t position() const { return position_; }
  [[nodiscard]] size_t remaining() const { return bytes_.size() - position_; }
  void mark_bad() { ok_ = false; }

  uint8_t u8() { return static_cast<uint8_t>(be(1)); }
  uint16_t u16() { return static_cast<uint16_t>(be(2)); }
  uint32_t u24() { return static_cast<uint32_t>(be(3)); }
  uint32_t u32() { return static_cast<uint32_t>(be(4)); }
  uint64_t u64() { return be(8); }
  /// Little-endian, which RTMP uses for one field (the message stream id).
  uint32_t u32le() { return __builtin_bswap32(u32()); }
  double f64() {
    const uint64_t bits = u64();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  ByteView bytes(size_t count) {
    if (!take(count)) return {};
    return bytes_.subspan(position_ - count, count);
  }
  std::string_view text(size_t count) { return as_text(bytes(count)); }
  ByteView rest() { return bytes(remaining()); }
  void skip(size_t count) { take(count); }

 private:
  bool take(size_t count) {
    if (!ok_ || count > remaining()) {
      ok_ = false;
      return false;
    }
    position_ += count;
    return true;
  }
  uint64_t be(size_t count) {
    if (!take(count)) return 0;
    uint64_t value = 0;
    for (size_t i = position_ - count; i < position_; ++i) value = value << 8 | bytes_[i];
    return value;
  }

  ByteView bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

/// Appends big-endian fields to a buffer that it borrows.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes &out) : out_(out) {}

  void u8(uint8_t value) { out_.push_back(value); }
  void u16(uint16_t value) { be(value, 2); }
  void u24(uint32_t value) { be(value, 3); }
  void u32(uint32_t value) { be(value, 4); }
  void u64(uint64_t value) { be(value, 8); }
  void u32le(uint32_t value) { be(__builtin_bswap32(value), 4); }
  void f64(double value) {
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    u64(bits);
  }
  void bytes(ByteView view) { append(out_, view); }
  void text(std::string_view text) { append(out_, as_bytes(text)); }
  void zeros(size_t count) { out_.insert(out_.end(), count, 0); }
  [[nodiscard]] size_t position() const { return out_.size(); }
  /// Overwrites four bytes written earlier; `at` came from position().
  void patch_u32(size_t at, uint32_t value) {
    for (int i = 0; i < 4; ++i)
      out_[at + static_cast<size_t>(i)] = static_cast<uint8_t>(value >> (24 - 8 * i));
  }

 private:
  void be(uint64_t value, int count) {
    for (int shift = (count - 1) * 8; shift >= 0; shift -= 8)
      out_.push_back(static_cast<uint8_t>(value >> shift));
  }
  Bytes &out_;
};

}  // namespace klive::base
