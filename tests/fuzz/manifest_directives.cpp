// SPDX-License-Identifier: LGPL-2.1-or-later
// What comes in a player's URL: delivery directives and names of media files.
#include <cstdlib>
#include <string_view>

#include "manifest/dash.h"
#include "manifest/hls.h"

using namespace klive::manifest;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view text(reinterpret_cast<const char *>(data), size);
  if (auto directives = parse_directives(text)) {
    Presentation presentation;
    (void)check_reload(presentation, "v32", *directives);
  }
  // A name that is accepted is exactly the name that we would write.
  if (const auto name = parse_media_name(text)) {
    const std::string written = name->what == MediaName::What::kInit ? init_name(name->number)
                                : name->what == MediaName::What::kSegment
                                    ? segment_name(name->number)
                                    : chunk_name(name->number, name->chunk);
    if (written != text) std::abort();
  }
  if (const auto time = parse_time_name(text)) {
    if ("t-" + std::to_string(*time) + ".m4s" != text) std::abort();
  }
  return 0;
}
