// SPDX-License-Identifier: LGPL-2.1-or-later
// Decoder configurations: the first byte picks the codec, the rest is the record.
#include <cstdint>
#include <cstdlib>

#include "cmaf/track.h"
#include "cmaf/writer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace klive;
  if (size == 0) return 0;
  const auto codec = static_cast<cmaf::Codec>(data[0] % 6);
  const auto format = cmaf::make_format(codec, {data + 1, size - 1});
  if (!format) return 0;
  if (format->timescale == 0 || cmaf::codec_string(*format).empty()) std::abort();
  if (format->kind == cmaf::Kind::kVideo && (format->width == 0 || format->height == 0))
    std::abort();
  if (format->kind == cmaf::Kind::kAudio && (format->channels == 0 || format->sample_rate == 0))
    std::abort();
  if (cmaf::write_init(*format).empty()) std::abort();
  return 0;
}
