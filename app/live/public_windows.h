// SPDX-License-Identifier: LGPL-2.1-or-later
// PublicWindows: tells a web server in front which windows it may serve from the disk without
// asking. A window of which everything is shown to everybody has the file "public" in its folder;
// of one without it klive is asked about every file.
#pragma once

#include <functional>
#include <string>

#include "base/locked.h"

namespace klive::app {

/// Thread-safe.
class PublicWindows {
 public:
  using IsPublic = std::function<bool(const std::string &entry)>;

  /// `is_public` is called with a lock held: it must be short, and not come back here.
  PublicWindows(std::string live_root, IsPublic is_public)
      : live_root_(std::move(live_root)), is_public_(std::move(is_public)) {}

  /// Before the first file of a window is there.
  void make(const std::string &entry);
  /// Something of the entry changed. Nothing is done where there is no window.
  void update(const std::string &entry);

 private:
  const std::string live_root_;
  // Asking and writing are one step: the last to ask must be the last to write.
  base::Locked<IsPublic> is_public_;
};

}  // namespace klive::app
