// SPDX-License-Identifier: LGPL-2.1-or-later
// Delivery directives of low-latency HLS (draft-pantos-hls-rfc8216bis 6.2.5): reading them, and
// whether a request is answered, held or refused.
#include "fields.h"
#include "manifest/hls.h"

namespace klive::manifest {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr int64_t kSecond = 1'000'000'000;

// 6.2.5.2: three, or as many parts as three seconds hold when parts are shorter than one.
uint64_t advance_part_limit(const Presentation &presentation) {
  const int64_t target = presentation.part_target.ns;
  if (target <= 0 || target >= kSecond) return 3;
  return static_cast<uint64_t>((3 * kSecond + target - 1) / target);
}

Result<uint64_t> read_number(std::string_view key, std::string_view value) {
  const auto number =
      value.empty() || value.size() > 18 ? std::nullopt : parse_number<uint64_t>(value);
  if (!number) return fail(ErrorCode::kInvalid, std::string(key) + " is not a decimal number");
  return *number;
}

}  // namespace

Result<DeliveryDirectives> parse_directives(std::string_view query) {
  DeliveryDirectives directives;
  bool has_skip = false;
  while (!query.empty()) {
    const size_t size = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, size);
    query.remove_prefix(std::min(size + 1, query.size()));
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view key = pair.substr(0, equals);
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    const bool is_msn = key == "_HLS_msn";
    if (is_msn || key == "_HLS_part") {
      auto &target = is_msn ? directives.msn : directives.part;
      if (target) return fail(ErrorCode::kInvalid, std::string(key) + " came twice");
      auto number = read_number(key, value);
      if (!number) return fail(std::move(number).error());
      target = *number;
    } else if (key == "_HLS_skip") {
      if (has_skip) return fail(ErrorCode::kInvalid, "_HLS_skip came twice");
      if (value != "YES" && value != "v2")
        return fail(ErrorCode::kInvalid, "_HLS_skip is neither YES nor v2");
      has_skip = directives.skip = true;
    }
    // Other keys are the application's.
  }
  if (directives.part && !directives.msn)
    return fail(ErrorCode::kInvalid, "_HLS_part came without _HLS_msn");
  return directives;
}

ReloadAnswer check_reload(const Presentation &presentation, std::string_view track,
                          const DeliveryDirectives &directives) {
  if (!directives.msn) return ReloadAnswer::kNow;
  const auto found = presentation.tracks.find(std::string(track));
  if (found == presentation.tracks.end() || !presentation.on_air) return ReloadAnswer::kNow;
  const Track &t = found->second;
  const uint64_t msn = *directives.msn;
  // Number the next whole segment will get, and the parts it has so far.
  uint64_t next = t.open               ? t.open->number
                  : t.segments.empty() ? presentation.next_segment
                                       : uint64_t{t.segments.back().number} + 1;
  const uint64_t parts = t.open ? t.open->chunks.size() : 0;
  if (msn < next) {
    // A part past a whole segment's last means part 0 of the next segment (6.2.5.2).
    if (!directives.part || t.segments.empty() || msn != t.segments.back().number)
      return ReloadAnswer::kNow;
    const Segment &last = t.segments.back();
    if (last.chunks.empty() || *directives.part < last.chunks.size() || parts > 0)
      return ReloadAnswer::kNow;
    return *directives.part > last.chunks.size() + advance_part_limit(presentation)
               ? ReloadAnswer::kTooFar
               : ReloadAnswer::kWait;
  }
  // The last whole segment is next - 1.
  if (msn > next + 1) return ReloadAnswer::kTooFar;
  if (!directives.part) return ReloadAnswer::kWait;
  if (msn == next && *directives.part < parts) return ReloadAnswer::kNow;
  const uint64_t ahead = msn == next ? *directives.part - parts + 1 : *directives.part + 1;
  return ahead > advance_part_limit(presentation) ? ReloadAnswer::kTooFar : ReloadAnswer::kWait;
}

}  // namespace klive::manifest
