// SPDX-License-Identifier: LGPL-2.1-or-later
// Writing, finishing and discarding a segment's file.
#include "segment_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "manifest/presentation.h"

namespace klive::dvr {

std::string time_name(int64_t start) { return "t-" + std::to_string(start) + ".m4s"; }

base::Result<void> link_time(Disk &disk, const std::string &folder, const std::string &name,
                             int64_t start) {
  const std::string from = folder + "/" + name, to = folder + "/" + time_name(start);
  int error = disk.link(from, to);
  if (error == EEXIST) {
    // Left by a segment that was lost: two segments of a track never begin at the same time.
    error = disk.remove(to);
    if (error == 0) error = disk.link(from, to);
  }
  if (error != 0) return disk_failure(error, "linking " + to);
  return {};
}

base::Result<SegmentFile> SegmentFile::create(Disk &disk, const std::string &folder,
                                              uint32_t number) {
  SegmentFile segment;
  segment.folder_ = folder;
  segment.name_ = manifest::segment_name(number);
  const std::string path = folder + "/" + segment.name_ + ".part";
  const int error = disk.open(path, O_TRUNC, segment.file_);
  if (error != 0) return disk_failure(error, "creating " + path);
  return segment;
}

base::Result<void> SegmentFile::append(Disk &disk, base::ByteView chunk) {
  const int error = disk.write(file_, chunk);
  if (error == 0) {
    size_ += chunk.size();
    return {};
  }
  (void)!ftruncate(file_.fd(), static_cast<off_t>(size_));
  (void)lseek(file_.fd(), static_cast<off_t>(size_), SEEK_SET);
  return disk_failure(error, "writing " + folder_ + "/" + name_);
}

base::Result<void> SegmentFile::finish(Disk &disk, int64_t start, bool durable) {
  const std::string path = folder_ + "/" + name_;
  int error = 0;
  if (file_.is_open()) {
    if (durable) error = disk.sync(file_);
    if (error != 0) return disk_failure(error, "flushing " + path);
    file_ = File();
  }
  if (!is_renamed_) error = disk.rename(path + ".part", path);
  if (error != 0) return disk_failure(error, "renaming to " + path);
  is_renamed_ = true;
  auto linked = link_time(disk, folder_, name_, start);
  if (linked && durable) sync_folder(folder_);
  return linked;
}

void SegmentFile::discard(Disk &disk) {
  file_ = File();
  if (name_.empty()) return;  // there never was one
  (void)disk.remove(folder_ + "/" + name_ + ".part");
  (void)disk.remove(folder_ + "/" + name_);
}

}  // namespace klive::dvr
