// SPDX-License-Identifier: LGPL-2.1-or-later
// Messages that cannot be used piece by piece, collected per chunk stream within one bound.
#pragma once

#include <vector>

#include "base/bytes.h"

namespace klive::rtmp {

/// Where the pieces of the message in progress on one chunk stream go.
enum class Destination : uint8_t {
  kDiscard,
  kCollect,  ///< here
  kInPlace,  ///< into the media buffer of its message stream
};

/// Thread-bound.
class MessageAssembly {
 public:
  struct Slot {
    Destination destination = Destination::kDiscard;
    uint32_t message_stream = 0;
    base::Bytes payload;
  };

  Slot &at(size_t slot) {
    if (slot >= slots_.size()) slots_.resize(slot + 1);
    return slots_[slot];
  }
  std::vector<Slot> &slots() { return slots_; }
  void append(Slot &slot, base::ByteView piece) {
    base::append(slot.payload, piece);
    collected_ += piece.size();
  }
  void clear(Slot &slot) {
    collected_ -= slot.payload.size();
    slot.destination = Destination::kDiscard;
    slot.payload.clear();
    // A publisher's audio comes this way all the time; what was unusually large is given back.
    if (slot.payload.capacity() > kKeep) slot.payload = {};
  }
  /// Bytes collected on all chunk streams together.
  [[nodiscard]] size_t collected() const { return collected_; }

 private:
  static constexpr size_t kKeep = 8192;
  std::vector<Slot> slots_;
  size_t collected_ = 0;
};

}  // namespace klive::rtmp
