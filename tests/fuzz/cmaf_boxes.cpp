// SPDX-License-Identifier: LGPL-2.1-or-later
// Segments and init segments as a crash or a stranger may leave them.
#include <cstdint>
#include <cstdlib>

#include "cmaf/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace klive;
  const base::ByteView bytes(data, size);
  if (const auto format = cmaf::read_init(bytes)) {
    // What was read can be written, and reads the same.
    const auto again = cmaf::read_init(cmaf::write_init(*format));
    if (!again) std::abort();
  }
  const auto chunks = cmaf::read_chunks(bytes);
  if (!chunks) return 0;
  size_t end = 0;
  for (const cmaf::ChunkInfo &chunk : *chunks) {
    if (chunk.offset != end || chunk.size > size - chunk.offset) std::abort();
    end = chunk.offset + chunk.size;
    const auto samples = cmaf::read_samples(bytes.subspan(chunk.offset, chunk.size));
    if (!samples || samples->size() != chunk.samples) std::abort();
  }
  return 0;
}
