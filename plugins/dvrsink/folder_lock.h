// SPDX-License-Identifier: LGPL-2.1-or-later
// FolderLock: one writer for a folder. A worker that was told to die may finish what it does while
// its successor begins; both writing one journal would lose lines.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "disk.h"

namespace klive::dvr {

/// Held until destroyed; the kernel gives back what a process that died held.
class FolderLock {
 public:
  /// Waits at most `patience` for another holder, in this process or another. kConflict when it
  /// does not let go.
  [[nodiscard]] static base::Result<FolderLock> take(const std::string &folder,
                                                     std::chrono::milliseconds patience);

 private:
  explicit FolderLock(File file) : file_(std::move(file)) {}
  File file_;
};

}  // namespace klive::dvr
