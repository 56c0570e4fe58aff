// SPDX-License-Identifier: LGPL-2.1-or-later
// BitReader: bit fields and Exp-Golomb codes out of foreign bytes, every read checked.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace klive::cmaf {

/// Reads bits, most significant first, from a view that it borrows. Like base::ByteReader, reading
/// past the end yields zeros and makes ok() false for good. Plain value.
class BitReader {
 public:
  explicit BitReader(base::ByteView bytes) : bytes_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] size_t remaining() const { return bytes_.size() * 8 - position_; }

  /// At most 32 bits.
  uint32_t bits(unsigned count) {
    if (!ok_ || count > remaining()) {
      ok_ = false;
      return 0;
    }
    uint32_t value = 0;
    for (; count > 0; --count, ++position_) {
      const unsigned bit = bytes_[position_ / 8] >> (7 - position_ % 8) & 1u;
      value = value << 1 | bit;
    }
    return value;
  }
  bool flag() { return bits(1) != 0; }
  void skip(size_t count) {
    if (!ok_ || count > remaining()) {
      ok_ = false;
      return;
    }
    position_ += count;
  }
  void align() { position_ = (position_ + 7) / 8 * 8; }

  /// ue(v) of ISO 14496-10 9.1: as many zeros as bits follow the one.
  uint32_t ue() {
    unsigned zeros = 0;
    while (ok_ && !flag()) {
      if (++zeros > 31) ok_ = false;
    }
    return ok_ ? (1u << zeros) - 1 + bits(zeros) : 0;
  }
  /// se(v): 0, 1, -1, 2, -2 …
  int32_t se() {
    const uint32_t code = ue();
    const auto half = static_cast<int32_t>(code / 2);
    return code % 2 != 0 ? half + 1 : -half;
  }

 private:
  base::ByteView bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

/// A NAL unit's payload without its emulation prevention bytes (ISO 14496-10 7.3.1: 00 00 03 → 00
/// 00).
inline base::Bytes unescape_nal(base::ByteView nal) {
  base::Bytes out;
  out.reserve(nal.size());
  unsigned zeros = 0;
  for (const uint8_t byte : nal) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
  return out;
}

}  // namespace klive::cmaf
