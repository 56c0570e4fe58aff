// SPDX-License-Identifier: LGPL-2.1-or-later
// What viewers are shown of an entry: an entry with explicitLive is a preview, which only editors
// see, until it goes live, and from then on until it ends.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "backend/entry_store.h"
#include "base/locked.h"
#include "manifest/excerpt.h"

namespace klive::app {

// Kaltura's ViewMode.
inline constexpr int64_t kViewPreview = 0, kViewAllowAll = 1;

/// Plain value.
struct Showing {
  bool is_limited = false;   ///< not everything is shown to everybody
  manifest::ShownTime time;  ///< what is, then
  friend bool operator==(const Showing &, const Showing &) = default;
};

[[nodiscard]] Showing showing_of(const Entry &entry);
/// Sets the mode in the entry's document, and the time since when or until when it is shown. A mode
/// that it has already changes nothing.
void set_view_mode(kaltura::Value &document, int64_t mode, int64_t now_ms);
/// The same for an entry whose fields were changed already.
void note_view_mode(const Entry &before, Entry &after, int64_t now_ms);

/// Of all entries, remembered until they change. Thread-safe.
class Showings {
 public:
  explicit Showings(EntryStore &entries) : entries_(entries) {}
  [[nodiscard]] Showing of(const std::string &entry);
  void forget(const std::string &entry);

 private:
  struct Known {
    std::map<std::string, Showing> showings;
    uint64_t changes = 0;  ///< what was read before a change is not remembered after it
  };
  EntryStore &entries_;
  base::Locked<Known> known_;
};

}  // namespace klive::app
