// SPDX-License-Identifier: LGPL-2.1-or-later
// A request as it comes off the wire: its head, its path, and the headers that decide on the body.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/header_values.h"
#include "http/request_head.h"
#include "http/route.h"

using namespace klive::app::http;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  const HeadResult result = parse_request_head(bytes);
  if (result.what == HeadResult::What::kBad && (result.status < 400 || !result.sentence)) abort();
  if (result.what != HeadResult::What::kWhole) return 0;
  if (result.size > size || result.head.path.empty() || result.head.path.front() != '/') abort();

  const Route route = parse_route(result.head.path);
  for (const std::string_view name : {std::string_view(route.entry), std::string_view(route.track),
                                      std::string_view(route.asset)})
    if (name.find('/') != std::string_view::npos || name.starts_with('.')) abort();

  for (const uint64_t body : {uint64_t{0}, uint64_t{1}, uint64_t{1000}, ~uint64_t{0}}) {
    const ByteRange range = parse_range(result.head.header("range"), body);
    if (range.what == ByteRange::What::kPart && (range.first > range.last || range.last >= body))
      abort();
  }
  (void)accepts_gzip(result.head.header("accept-encoding"));
  (void)matches_etag(result.head.header("if-none-match"), "\"6b0031e2-75466\"");
  return 0;
}
