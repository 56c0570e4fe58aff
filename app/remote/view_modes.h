// SPDX-License-Identifier: LGPL-2.1-or-later
// ViewModes: since when and until when viewers are shown the entries with explicitLive of a Kaltura
// installation. It tells whether they are shown, not since when: that is when it was noticed here.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "backend/entry_store.h"
#include "backend/showing.h"
#include "base/result.h"

namespace klive::app {

/// Thread-bound. Kept in a file, so that a preview does not show after a restart and what was shown
/// does.
class ViewModes {
 public:
  /// Errors name the file. One that is not there is empty.
  [[nodiscard]] static base::Result<ViewModes> open(std::string path);

  /// What the installation says of an entry now. True when something else is shown than before.
  /// `has_window`: entries that have none are forgotten some time after they were last spoken of.
  bool learn(const Entry &entry, int64_t now_ms,
             const std::function<bool(const std::string &)> &has_window);
  /// Entries that nobody has spoken of are no previews.
  [[nodiscard]] Showing of(const std::string &entry) const;

 private:
  explicit ViewModes(std::string path) : path_(std::move(path)) {}
  struct Mode {
    kaltura::Value document = kaltura::Value::Object();  ///< as set_view_mode() writes it
    int64_t spoken_of_ms = 0;
  };
  void forget_old(int64_t now_ms, const std::function<bool(const std::string &)> &has_window);
  void save() const;

  std::string path_;
  std::map<std::string, Mode> modes_;  // of entries with explicitLive
};

}  // namespace klive::app
