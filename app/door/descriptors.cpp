// SPDX-License-Identifier: LGPL-2.1-or-later
// The kernel hands out the lowest free number, so a new descriptor says how many are taken at
// least.
#include "door/descriptors.h"

#include <sys/eventfd.h>
#include <sys/resource.h>

#include <algorithm>

#include "klive/unique_fd.h"

namespace klive::app {
namespace {

constexpr rlim_t kKeptAtLeast = 64;
constexpr rlim_t kKeptShare = 20;

}  // namespace

bool are_descriptors_scarce() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
  const gst::UniqueFd lowest(eventfd(0, EFD_CLOEXEC));
  if (!lowest) return true;
  const rlim_t kept = std::max(kKeptAtLeast, limit.rlim_cur / kKeptShare);
  return static_cast<rlim_t>(lowest.get()) + kept >= limit.rlim_cur;
}

}  // namespace klive::app
