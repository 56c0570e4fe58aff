// SPDX-License-Identifier: LGPL-2.1-or-later
// API requests: path, query and content type, one a line; the rest is the body. What was read is
// checked as an object of every type, and written in every format.
#include <string_view>

#include "kaltura/answer.h"
#include "kaltura/filter.h"
#include "kaltura/object_type.h"
#include "kaltura/request.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace klive::kaltura;
  std::string_view text(reinterpret_cast<const char *>(data), size);
  std::string_view lines[3];
  for (auto &line : lines) {
    const size_t end = text.find('\n');
    line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  auto envelope = parse_request(lines[0], lines[1], lines[2], text);
  if (!envelope) return 0;
  std::vector<Value> results;
  for (Request &request : envelope->requests) {
    (void)resolve_references(request.parameters, results);
    for (const auto &[name, member] : *request.parameters.object()) {
      if (!member.is_object()) continue;
      for (const char *type : {"KalturaLiveStreamEntry", "KalturaOperationResource",
                               "KalturaLiveStreamScheduleEvent", "KalturaLiveParams"}) {
        (void)check_object(member, type, Purpose::kAdd, true);
      }
      (void)read_filter(member, *find_type("KalturaLiveStreamEntryFilter"));
    }
    for (const Format format : {Format::kJson, Format::kXml, Format::kJsonp}) {
      (void)write_answer(request.parameters, format, 0.5);
    }
    results.push_back(request.parameters);
  }
  return 0;
}
