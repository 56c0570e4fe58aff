// SPDX-License-Identifier: LGPL-2.1-or-later
// How many entries of a partner may be on air at once.
#include "backend/live_quota.h"

namespace klive::app {
namespace {

bool transcodes(ProfileStore &profiles, const Entry &entry) {
  const auto profile = profiles.get(entry.profile);
  return profile && profile->transcodes();
}

}  // namespace

std::optional<kaltura::ApiError> check_live_quota(EntryStore &entries, ProfileStore &profiles,
                                                  const LiveLimits &limits, const Entry &entry,
                                                  const std::set<std::string> &on_air) {
  if (limits.inputs == 0 && limits.outputs == 0) return std::nullopt;
  const bool is_transcoded = transcodes(profiles, entry);
  const int64_t most = is_transcoded ? limits.outputs : limits.inputs;
  if (most == 0) return std::nullopt;
  int64_t count = 1;  // with this one
  for (const std::string &id : on_air) {
    if (id == entry.id) continue;
    const auto other = entries.get(id);
    const bool counts =
        other && other->partner == entry.partner && transcodes(profiles, *other) == is_transcoded;
    if (counts) ++count;
  }
  if (count <= most) return std::nullopt;
  return kaltura::make_api_error(
      is_transcoded ? "LIVE_STREAM_EXCEEDED_MAX_TRANSCODED" : "LIVE_STREAM_EXCEEDED_MAX_PASSTHRU",
      {entry.id});
}

}  // namespace klive::app
