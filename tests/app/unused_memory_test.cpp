// SPDX-License-Identifier: LGPL-2.1-or-later
// UnusedMemory: a crowd comes and goes.
#include "door/unused_memory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <vector>

namespace klive::app {
namespace {

constexpr size_t kMegabyte = 1 << 20;

size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  size_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * 4096;
}

TEST(UnusedMemory, CrowdGoesAndSomebodyStays_ItsMemoryIsGivenBack) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "a sanitizer has a malloc of its own";
#endif
  UnusedMemory unused;
  unused.look();
  for (int round = 0; round < 2; ++round) {
    const size_t before = resident_bytes();
    std::vector<std::unique_ptr<std::vector<char>>> crowd;
    for (int i = 0; i < 1000; ++i)
      crowd.push_back(std::make_unique<std::vector<char>>(64'000, 'x'));
    // On top of the heap: without being asked, malloc would give nothing back.
    const auto stays = std::make_unique<std::vector<char>>(64'000, 'x');
    EXPECT_GT(resident_bytes(), before + 50 * kMegabyte);
    unused.look();
    crowd.clear();
    EXPECT_GT(resident_bytes(), before + 50 * kMegabyte);
    unused.look();
    EXPECT_LT(resident_bytes(), before + 8 * kMegabyte) << "round " << round;
  }
}

}  // namespace
}  // namespace klive::app
