// SPDX-License-Identifier: LGPL-2.1-or-later
// UnusedMemory: gives back what a crowd that has gone leaves behind.
#include "door/unused_memory.h"

#include <malloc.h>

#include <algorithm>

namespace klive::app {
namespace {

constexpr size_t kWorthIt = 4 << 20;  // bytes: less is in use again soon

}  // namespace

void UnusedMemory::look() {
  // Counts blocks whose pages were given back before, too: only more of them is news.
  const size_t unused = mallinfo2().fordblks;
  if (unused > known_ + kWorthIt) {
    malloc_trim(0);
    known_ = unused;
  }
  known_ = std::min(known_, unused);
}

}  // namespace klive::app
