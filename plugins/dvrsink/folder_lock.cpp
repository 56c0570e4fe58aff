// SPDX-License-Identifier: LGPL-2.1-or-later
// flock(2), with an end to the patience.
#include "folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

namespace klive::dvr {
namespace {

// flock() has no time limit of its own.
constexpr auto kBetweenTries = std::chrono::milliseconds(5);

}  // namespace

base::Result<FolderLock> FolderLock::take(const std::string &folder,
                                          std::chrono::milliseconds patience) {
  File file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.is_open()) return disk_failure(errno, "opening the folder " + folder);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (flock(file.fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    // A file system without locks has one writer or bad luck.
    if (errno != EWOULDBLOCK) break;
    if (std::chrono::steady_clock::now() >= deadline)
      return base::fail(base::ErrorCode::kConflict, folder + " is being written by somebody else");
    std::this_thread::sleep_for(kBetweenTries);
  }
  return FolderLock(std::move(file));
}

}  // namespace klive::dvr
