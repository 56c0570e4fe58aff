// SPDX-License-Identifier: LGPL-2.1-or-later
// BoxReader: walks the boxes inside a view of foreign bytes.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace klive::cmaf {

struct BoxView {
  uint32_t type = 0;
  size_t offset = 0;        ///< of the box in the view that was walked
  size_t size = 0;          ///< with its header
  base::ByteView contents;  ///< without its header
};

/// `for (BoxView box; reader.next(box);)`; afterwards the view is used up, was cut off inside a
/// box, or holds what cannot be a box.
class BoxReader {
 public:
  enum class End { kMore, kAll, kCutOff, kDamaged };

  explicit BoxReader(base::ByteView bytes) : bytes_(bytes) {}

  bool next(BoxView &box) {
    if (end_ != End::kMore) return false;
    if (position_ == bytes_.size()) return stop(End::kAll);
    base::ByteReader in(bytes_.subspan(position_));
    const uint64_t size32 = in.u32();
    box.type = in.u32();
    const bool is_large = size32 == 1;
    const uint64_t size = is_large ? in.u64() : size32;
    if (!in.ok()) return stop(End::kCutOff);
    if (size < in.position() || !is_printable(box.type)) return stop(End::kDamaged);
    if (size > bytes_.size() - position_) return stop(End::kCutOff);
    box.offset = position_;
    box.size = static_cast<size_t>(size);
    box.contents = in.bytes(box.size - in.position());
    position_ += box.size;
    return true;
  }
  [[nodiscard]] End end() const { return end_; }
  /// Where the next box begins, or the one that could not be read.
  [[nodiscard]] size_t position() const { return position_; }

 private:
  static bool is_printable(uint32_t type) {
    for (int shift = 0; shift < 32; shift += 8) {
      const uint32_t letter = type >> shift & 0xff;
      if ((letter < 0x20 || letter > 0x7e) && letter != 0xa9) return false;
    }
    return true;
  }
  bool stop(End end) {
    end_ = end;
    return false;
  }

  base::ByteView bytes_;
  size_t position_ = 0;
  End end_ = End::kMore;
};

}  // namespace klive::cmaf
