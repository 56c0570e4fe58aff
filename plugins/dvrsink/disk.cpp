// SPDX-License-Identifier: LGPL-2.1-or-later
// Disk over POSIX calls.
#include "disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace klive::dvr {

File::~File() {
  if (fd_ >= 0) close(fd_);
}

int Disk::open(const std::string &path, int flags, File &file) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
  if (fd < 0) return errno;
  file = File(fd);
  return 0;
}

int Disk::write(const File &file, base::ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.fd(), bytes.data(), bytes.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return 0;
}

int Disk::sync(const File &file) { return fdatasync(file.fd()) == 0 ? 0 : errno; }

int Disk::rename(const std::string &from, const std::string &to) {
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

int Disk::link(const std::string &from, const std::string &to) {
  return ::link(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

int Disk::remove(const std::string &path) {
  return unlink(path.c_str()) == 0 || errno == ENOENT ? 0 : errno;
}

base::Failure disk_failure(int error, const std::string &doing) {
  const bool room_helps = error == ENOSPC || error == EDQUOT;
  return base::fail(room_helps ? base::ErrorCode::kUnavailable : base::ErrorCode::kIo,
                    doing + ": " + std::strerror(error));
}

void sync_folder(const std::string &folder) {
  const File file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.is_open()) (void)fsync(file.fd());
}

base::Result<void> replace_file(Disk &disk, const std::string &path, base::ByteView bytes,
                                bool durable) {
  const std::string temporary = path + ".tmp";
  int error = 0;
  {
    File file;
    error = disk.open(temporary, O_TRUNC, file);
    if (error == 0) error = disk.write(file, bytes);
    if (error == 0 && durable) error = disk.sync(file);
  }
  if (error == 0) error = disk.rename(temporary, path);
  if (error == 0) return {};
  (void)disk.remove(temporary);
  return disk_failure(error, "writing " + path);
}

}  // namespace klive::dvr
