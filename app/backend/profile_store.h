// SPDX-License-Identifier: LGPL-2.1-or-later
// ProfileStore: live params and conversion profiles: those that klive ships with, those of a file,
// and those that were made by the API.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backend/object_store.h"
#include "base/locked.h"
#include "base/result.h"
#include "kaltura/live_profile.h"

namespace klive::app {

/// Thread-safe.
class ProfileStore {
 public:
  /// Puts what klive ships with and what `file` has (a path; empty = none) into the store, in the
  /// place of what was shipped before. The file counts more where both have an id.
  [[nodiscard]] static base::Result<std::unique_ptr<ProfileStore>> open(ObjectStore &objects,
                                                                        const std::string &file);

  /// A profile with its flavors in order. Every publication asks, so what was read is kept.
  [[nodiscard]] base::Result<kaltura::ConversionProfile> get(int64_t id);
  /// To be called after profiles, links or params were changed in the store.
  void changed();

 private:
  struct Known {
    std::map<int64_t, kaltura::ConversionProfile> profiles;
    uint64_t generation = 0;  ///< goes up with every change; what was read before it is not kept
  };
  explicit ProfileStore(ObjectStore &objects) : objects_(objects) {}
  base::Result<kaltura::ConversionProfile> read(int64_t id);

  ObjectStore &objects_;
  base::Locked<Known> known_;
};

}  // namespace klive::app
