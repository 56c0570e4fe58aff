// SPDX-License-Identifier: LGPL-2.1-or-later
// ShownEntries: what of an entry is shown to whoever asks for it at an address.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "backend/showing.h"
#include "http/route.h"
#include "live/live_registry.h"

namespace klive::app::http {

/// Thread-bound. `registry` must outlive it.
class ShownEntries {
 public:
  using ShowingOf = std::function<Showing(const std::string &entry)>;

  /// Without `showing_of` everything is shown to everybody.
  ShownEntries(LiveRegistry &registry, ShowingOf showing_of)
      : registry_(registry), showing_of_(std::move(showing_of)) {}

  /// Null: there is no window. Good until the entry changes.
  [[nodiscard]] const LiveEntry *find(const Route &route);
  [[nodiscard]] const LiveEntry *find(const std::string &entry, bool is_main);
  /// The same of an entry that is at hand.
  [[nodiscard]] const LiveEntry &of(const LiveEntry &entry, bool is_main);
  /// Whether everything is shown to everybody.
  [[nodiscard]] bool is_all(const std::string &entry) const;
  void forget(const std::string &entry) { parts_.erase(entry); }

 private:
  struct Part {
    uint64_t of_version = 0;
    Showing showing;
    LiveEntry entry;
  };
  LiveRegistry &registry_;
  ShowingOf showing_of_;
  std::map<std::string, Part> parts_;
  uint64_t next_version_ = 1;
};

}  // namespace klive::app::http
