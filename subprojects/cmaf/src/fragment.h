// SPDX-License-Identifier: LGPL-2.1-or-later
// A moof box, read.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "chunk_boxes.h"

namespace klive::cmaf {

struct Fragment {
  uint32_t sequence = 0;
  int64_t start = 0;     ///< tfdt
  int64_t duration = 0;  ///< sum
  uint64_t payload = 0;  ///< bytes of all samples
  std::vector<SampleEntry> samples;
};

/// `moof` is the box's contents, `moof_size` its size with the header. Accepts one track whose
/// payload begins right behind the header of the mdat that follows.
[[nodiscard]] base::Result<Fragment> parse_fragment(base::ByteView moof, size_t moof_size);

}  // namespace klive::cmaf
