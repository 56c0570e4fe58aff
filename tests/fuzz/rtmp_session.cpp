// SPDX-License-Identifier: LGPL-2.1-or-later
// Bytes from a socket into an RTMP server session whose owner says yes to everything.
#include <algorithm>
#include <cstdlib>
#include <variant>

#include "rtmp/flv.h"
#include "rtmp/server_session.h"

namespace {

using klive::base::ByteView;
namespace rtmp = klive::rtmp;

/// Whatever a session hands out must read as FLV.
void read_media(ByteView media) {
  rtmp::FlvReader reader;
  reader.feed(media);
  for (;;) {
    auto tag = reader.next();
    if (!tag) std::abort();
    if (!*tag) return;
    if ((*tag)->type == rtmp::TagType::kVideo) (void)rtmp::parse_video((*tag)->body);
    if ((*tag)->type == rtmp::TagType::kAudio) (void)rtmp::parse_audio((*tag)->body);
  }
}

void decide(rtmp::ServerSession &session) {
  while (auto event = session.next_event()) {
    if (std::holds_alternative<rtmp::ConnectRequested>(*event)) {
      session.accept_connect();
    } else if (auto *publish = std::get_if<rtmp::PublishRequested>(&*event)) {
      session.accept_publish(publish->stream);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  rtmp::ServerSession session({.message_size = 1024 * 1024});
  ByteView input(data, size);
  // The cut depends on the input, so that a finding repeats.
  size_t cut = 1 + size % 1500;
  while (!input.empty()) {
    const size_t count = std::min(cut, input.size());
    if (!session.feed(input.first(count))) break;
    decide(session);
    input = input.subspan(count);
    cut = 1 + (cut * 31 + 7) % 4096;
    (void)session.take_output();
    for (uint32_t stream = 0; stream < 4; ++stream) read_media(session.take_media(stream));
  }
  return 0;
}
