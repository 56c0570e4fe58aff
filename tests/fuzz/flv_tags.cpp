// SPDX-License-Identifier: LGPL-2.1-or-later
// FLV bytes into tags and codec headers, and any bytes as a tag's body.
#include <cstdlib>

#include "rtmp/flv.h"

namespace {

using klive::base::ByteView;
namespace rtmp = klive::rtmp;

bool is_inside(ByteView part, ByteView whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void parse(ByteView body) {
  if (auto packets = rtmp::parse_video(body)) {
    for (const auto &packet : *packets) {
      if (!is_inside(packet.data, body)) std::abort();
    }
  }
  if (auto packets = rtmp::parse_audio(body)) {
    for (const auto &packet : *packets) {
      if (!is_inside(packet.data, body)) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const ByteView input(data, size);
  parse(input);
  rtmp::FlvReader reader(1024 * 1024);
  for (const ByteView piece : {input.first(size / 2), input.subspan(size / 2)}) {
    reader.feed(piece);
    for (;;) {
      auto tag = reader.next();
      if (!tag) return 0;
      if (!*tag) break;
      parse((*tag)->body);
    }
  }
  return 0;
}
