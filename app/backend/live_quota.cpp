// SPDX-License-Identifier: LGPL-2.1-or-later
// How many entries of a partner may be on air at once.
#include "backend/live_quota.h"

#include <algorithm>

#include "base/list_text.h"

namespace klive::app {
namespace {

using kaltura::ApiError;
using kaltura::make_api_error;

bool transcodes(ProfileStore &profiles, const Entry &entry) {
  const auto profile = profiles.get(entry.profile);
  return profile && profile->transcodes();
}

/// The other entries of the partner that are on air.
std::vector<Entry> others_on_air(EntryStore &entries, const Entry &entry,
                                 const std::set<std::string> &on_air) {
  std::vector<Entry> others;
  for (const std::string &id : on_air) {
    if (id == entry.id) continue;
    auto other = entries.get(id);
    if (other && other->partner == entry.partner) others.push_back(*std::move(other));
  }
  return others;
}

std::optional<ApiError> check_kind(ProfileStore &profiles, const LiveLimits &limits,
                                   const Entry &entry, const std::vector<Entry> &others) {
  const bool is_transcoded = transcodes(profiles, entry);
  const int64_t most = is_transcoded ? limits.outputs : limits.inputs;
  if (most == 0) return std::nullopt;
  const auto count = std::count_if(others.begin(), others.end(), [&](const Entry &other) {
    return transcodes(profiles, other) == is_transcoded;
  });
  if (count < most) return std::nullopt;
  return make_api_error(
      is_transcoded ? "LIVE_STREAM_EXCEEDED_MAX_TRANSCODED" : "LIVE_STREAM_EXCEEDED_MAX_PASSTHRU",
      {entry.id});
}

std::optional<ApiError> check_tags(const LiveLimits &limits, const Entry &entry,
                                   const std::vector<Entry> &others) {
  for (const auto &[tag, most] : limits.by_admin_tag) {
    if (!base::list_has(entry.admin_tags, tag)) continue;
    const auto count = std::count_if(others.begin(), others.end(), [&](const Entry &other) {
      return base::list_has(other.admin_tags, tag);
    });
    if (count < most) continue;
    return make_api_error("LIVE_STREAM_EXCEEDED_MAX_CONCURRENT_BY_ADMIN_TAG",
                          {entry.id, tag, std::to_string(most)});
  }
  return std::nullopt;
}

}  // namespace

std::optional<ApiError> check_live_quota(EntryStore &entries, ProfileStore &profiles,
                                         const LiveLimits &limits, const Entry &entry,
                                         const std::set<std::string> &on_air) {
  if (limits.are_none()) return std::nullopt;
  const std::vector<Entry> others = others_on_air(entries, entry, on_air);
  if (auto error = check_kind(profiles, limits, entry, others)) return error;
  return check_tags(limits, entry, others);
}

}  // namespace klive::app
