// SPDX-License-Identifier: LGPL-2.1-or-later
// UnusedMemory: gives back what a crowd that has gone leaves behind. malloc keeps the pages of
// small blocks that were freed for the next ones, and after a flood of connections those never
// come.
#pragma once

#include <cstddef>

namespace klive::app {

/// Thread-bound. look() is to be called now and then.
class UnusedMemory {
 public:
  /// Gives pages back to the system when a lot has become unused since the last time.
  void look();

 private:
  size_t known_ = 0;  // unused at the last look, with or without pages
};

}  // namespace klive::app
