// SPDX-License-Identifier: LGPL-2.1-or-later
// EndedSessions over the ObjectStore.
#include "api/ended_sessions.h"

#include <glib.h>

#include <limits>

#include "klive/ptr.h"

namespace klive::app::api {
namespace {

std::string digest_of(const std::string &ks) {
  const gst::CharPtr digest(g_compute_checksum_for_data(
      G_CHECKSUM_SHA256, reinterpret_cast<const guchar *>(ks.data()), ks.size()));
  return digest.get();
}

}  // namespace

EndedSessions::EndedSessions(ObjectStore &objects) : objects_(objects) {
  const auto page =
      objects_.list({.kind = kind::kEndedSession, .limit = std::numeric_limits<int64_t>::max()});
  if (!page) return;  // the database cannot be read: nothing else will work either, and says so
  for (const kaltura::Value &each : page->objects) {
    ended_[each.text_of("id")] = each.integer_of("expiry");
  }
}

base::Result<void> EndedSessions::end(const std::string &ks, int64_t expiry, int64_t now) {
  forget_expired(now);
  const std::string digest = digest_of(ks);
  kaltura::Value document;
  document["id"] = digest;
  document["expiry"] = expiry;
  if (auto done = objects_.add(kind::kEndedSession, document); !done) return done;
  ended_[digest] = expiry;
  return {};
}

bool EndedSessions::contains(const std::string &ks) const {
  return !ended_.empty() && ended_.contains(digest_of(ks));
}

bool EndedSessions::count_call(const std::string &ks, int64_t limit, int64_t expiry, int64_t now) {
  constexpr size_t kMostSessions = 10'000;
  if (contains(ks)) return false;
  if (calls_.size() >= kMostSessions) calls_.clear();  // who made so many has them anyway
  const std::string digest = digest_of(ks);
  if (calls_[digest] >= limit) {
    calls_.erase(digest);
    (void)end(ks, expiry, now);  // counted again, should it not be remembered
    return false;
  }
  ++calls_[digest];
  return true;
}

void EndedSessions::forget_expired(int64_t now) {
  for (auto at = ended_.begin(); at != ended_.end();) {
    if (at->second > now) {
      ++at;
      continue;
    }
    (void)objects_.remove(kind::kEndedSession, at->first);  // what stays is forgotten next time
    at = ended_.erase(at);
  }
}

}  // namespace klive::app::api
