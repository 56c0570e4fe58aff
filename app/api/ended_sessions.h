// SPDX-License-Identifier: LGPL-2.1-or-later
// EndedSessions: sessions (KS) that were ended before they expired.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "backend/object_store.h"

namespace klive::app::api {

/// Thread-bound. Remembered in the store, so that a restart does not bring them back.
class EndedSessions {
 public:
  explicit EndedSessions(ObjectStore &objects);
  /// `expiry` in Unix seconds: how long it has to be remembered.
  [[nodiscard]] base::Result<void> end(const std::string &ks, int64_t expiry, int64_t now);
  [[nodiscard]] bool contains(const std::string &ks) const;
  /// Counts a call of a session that is good for `limit` of them; false when there were as many.
  /// A session that is used up is ended; a count that is not full is forgotten by a restart.
  [[nodiscard]] bool count_call(const std::string &ks, int64_t limit, int64_t expiry, int64_t now);

 private:
  void forget_expired(int64_t now);

  ObjectStore &objects_;
  std::map<std::string, int64_t> ended_;  // digest of the KS → expiry
  std::map<std::string, int64_t> calls_;  // digest of the KS → calls so far
};

}  // namespace klive::app::api
