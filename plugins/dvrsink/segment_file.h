// SPDX-License-Identifier: LGPL-2.1-or-later
// One segment's file while it is written, and its way to its final names.
//
//   seg-00000042.m4s.part ── fdatasync ── rename ──► seg-00000042.m4s ── link ──► t-22680000.m4s
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "disk.h"

namespace klive::dvr {

[[nodiscard]] std::string time_name(int64_t start);

/// Thread-bound; may be handed from one thread to another between calls.
class SegmentFile {
 public:
  SegmentFile() = default;
  /// `folder` is the track's and exists.
  [[nodiscard]] static base::Result<SegmentFile> create(Disk &disk, const std::string &folder,
                                                        uint32_t number);

  /// Appends with one write. When it fails the file ends where the last whole chunk ended, so the
  /// same chunk can be tried again.
  [[nodiscard]] base::Result<void> append(Disk &disk, base::ByteView chunk);
  /// Gives the file its final names. Without `durable` the disk flushes it in its own time. May be
  /// tried again after a failure.
  [[nodiscard]] base::Result<void> finish(Disk &disk, int64_t start, bool durable);
  /// Takes the file away.
  void discard(Disk &disk);
  [[nodiscard]] uint64_t size() const { return size_; }

 private:
  std::string folder_;
  std::string name_;  // final
  File file_;
  uint64_t size_ = 0;
  bool is_renamed_ = false;
};

/// Makes `folder`/t-<start>.m4s another name of `folder`/`name`.
[[nodiscard]] base::Result<void> link_time(Disk &disk, const std::string &folder,
                                           const std::string &name, int64_t start);

}  // namespace klive::dvr
