// SPDX-License-Identifier: LGPL-2.1-or-later
// Disk: the few operations that make media durable, behind an interface so that tests can let them
// fail.
#pragma once

#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

namespace klive::dvr {

/// Owns a file descriptor.
class File {
 public:
  File() = default;
  explicit File(int fd) : fd_(fd) {}
  File(File &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File &operator=(File &&other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~File();
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Thread-safe. Every operation answers 0 or an errno.
class Disk {
 public:
  virtual ~Disk() = default;
  /// Opens for writing, making the file; `flags` are added to O_WRONLY | O_CREAT | O_CLOEXEC.
  [[nodiscard]] virtual int open(const std::string &path, int flags, File &file);
  /// All of `bytes`, at the file's position; after a failure any part of them may be there.
  [[nodiscard]] virtual int write(const File &file, base::ByteView bytes);
  [[nodiscard]] virtual int sync(const File &file);
  [[nodiscard]] virtual int rename(const std::string &from, const std::string &to);
  [[nodiscard]] virtual int link(const std::string &from, const std::string &to);
  /// A file that is not there is no error.
  [[nodiscard]] virtual int remove(const std::string &path);
};

/// What an errno means for us: kUnavailable when room would help, kIo otherwise.
[[nodiscard]] base::Failure disk_failure(int error, const std::string &doing);
[[nodiscard]] inline bool is_full(const base::Error &error) {
  return error.code == base::ErrorCode::kUnavailable;
}

/// Makes names in `folder` durable. Best effort: not every file system can.
void sync_folder(const std::string &folder);
/// Writes to "<path>.tmp" and renames, so that readers see the old or the new text and no mixture.
[[nodiscard]] base::Result<void> replace_file(Disk &disk, const std::string &path,
                                              base::ByteView bytes, bool durable);

}  // namespace klive::dvr
