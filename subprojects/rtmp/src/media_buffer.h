// SPDX-License-Identifier: LGPL-2.1-or-later
// One published stream's FLV tags on their way to the owner. A message is copied once: from the
// socket's bytes to its place in the block that take() moves out.
#pragma once

#include "base/bytes.h"
#include "rtmp/flv.h"

namespace klive::rtmp {

/// Thread-bound.
class MediaBuffer {
 public:
  /// Opens a tag whose body append() brings piece by piece. Only one can be open; false when one
  /// is, and the caller then collects the message and brings it whole.
  bool open(TagType type, uint32_t timestamp, uint32_t length);
  void append(base::ByteView piece) { base::append(block_, piece); }
  void close();
  /// Takes back the open tag (abort, end of the publication).
  void drop();
  /// One whole tag; it comes after the open one.
  void add(TagType type, uint32_t timestamp, base::ByteView body);

  /// The whole tags so far.
  [[nodiscard]] base::Bytes take();
  [[nodiscard]] size_t ready() const { return is_open_ ? open_at_ : block_.size(); }
  /// Bytes held altogether.
  [[nodiscard]] size_t held() const { return block_.size() + later_.size(); }

 private:
  void make_room(size_t size);
  void flush_later();

  base::Bytes block_;
  base::Bytes later_;  ///< whole tags that arrived while one is open
  bool is_open_ = false;
  size_t open_at_ = 0;
};

}  // namespace klive::rtmp
