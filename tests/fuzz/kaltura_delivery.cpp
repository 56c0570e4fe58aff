// SPDX-License-Identifier: LGPL-2.1-or-later
// Addresses that players begin with: playManifest and the live packager's. The first line is the
// path, what follows the query.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "kaltura/packager_url.h"
#include "kaltura/play_manifest.h"

using namespace klive::kaltura;

namespace {

bool is_safe(std::string_view name) {
  return name.find('/') == std::string_view::npos && name.find('.') == std::string_view::npos &&
         name.find('%') == std::string_view::npos;
}

void check_packager(std::string_view path) {
  const auto url = parse_packager_path(path);
  if (!url) return;
  if (url->entry.empty() || !is_safe(url->entry) || url->signed_size > path.size()) abort();
  if (url->file.empty() || url->file.find('/') != std::string::npos) abort();
  const auto again = parse_packager_path(packager_folder(*url) + "t/T/" + packager_file(*url));
  if (!again || again->entry != url->entry || again->flavors != url->flavors ||
      again->side != url->side || again->is_main != url->is_main)
    abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  const size_t end = bytes.find('\n');
  const std::string_view path = bytes.substr(0, end);
  const std::string_view query =
      end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1);
  check_packager(path);
  (void)is_play_manifest(path);
  const auto parsed = parse_play_manifest(path, query);
  if (const auto *request = std::get_if<PlayManifest>(&parsed)) {
    if (request->entry.empty() || !is_safe(request->entry) || request->most_bitrate < 0) abort();
  } else if (std::get_if<PlayError>(&parsed)->number == 0) {
    abort();
  }
  return 0;
}
