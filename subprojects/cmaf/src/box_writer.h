// SPDX-License-Identifier: LGPL-2.1-or-later
// BoxWriter: nested ISO BMFF boxes, sizes filled in when each ends.
//
//   size 4 · type 4 · [version 1 · flags 3] · contents           ISO 14496-12 4.2
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace klive::cmaf {

constexpr uint32_t fourcc(std::string_view name) {
  uint32_t value = 0;
  for (const char letter : name) value = value << 8 | static_cast<uint8_t>(letter);
  return value;
}

/// Appends to a buffer that it borrows.
class BoxWriter : public base::ByteWriter {
 public:
  explicit BoxWriter(base::Bytes &out) : base::ByteWriter(out) {}

  /// Lives as long as the box is open; its end fills in the size.
  class Scope {
   public:
    Scope(BoxWriter &writer, uint32_t type) : writer_(writer), start_(writer.position()) {
      writer.u32(0);
      writer.u32(type);
    }
    ~Scope() { writer_.patch_u32(start_, static_cast<uint32_t>(writer_.position() - start_)); }
    Scope(const Scope &) = delete;
    Scope &operator=(const Scope &) = delete;

   private:
    BoxWriter &writer_;
    size_t start_;
  };

  [[nodiscard]] Scope box(std::string_view type) { return box(fourcc(type)); }
  [[nodiscard]] Scope box(uint32_t type) { return Scope(*this, type); }
  /// Call first inside a full box's scope.
  void version_and_flags(uint8_t version, uint32_t flags) {
    u8(version);
    u24(flags);
  }
};

}  // namespace klive::cmaf
