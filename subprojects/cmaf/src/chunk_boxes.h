// SPDX-License-Identifier: LGPL-2.1-or-later
// The boxes of a chunk in front of its payload, for writers that place the payload themselves.
#pragma once

#include <span>

#include "cmaf/writer.h"

namespace klive::cmaf {

/// Sample without its bytes.
struct SampleEntry {
  int64_t dts = 0;
  int32_t cts = 0;
  uint32_t duration = 0;
  uint32_t size = 0;
  bool key = false;
};

/// [styp] [prft] moof and the header of an mdat that holds the samples' bytes one after the other.
[[nodiscard]] base::Bytes chunk_boxes(const ChunkHeader &header,
                                      std::span<const SampleEntry> samples);

}  // namespace klive::cmaf
