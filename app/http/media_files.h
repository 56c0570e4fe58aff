// SPDX-License-Identifier: LGPL-2.1-or-later
// MediaFiles: files below ROOT/live as shared bytes. A file is mapped once for all who read it, so
// a hundred slow readers cost no memory: the pages are the kernel's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "klive/ptr.h"

namespace klive::app::http {

/// Thread-bound.
class MediaFiles {
 public:
  struct File {
    gst::Ptr<GBytes> bytes;
    std::string etag;  ///< as nginx makes it, so that it is the same through the front
  };
  explicit MediaFiles(std::string live_root);

  /// The file `name` (one of ours, never from the wire) with at least `needed` bytes; nothing if it
  /// does not exist or is shorter. A mapping that is too short, of a file that grows, is renewed.
  [[nodiscard]] std::optional<File> open(const std::string &entry, const std::string &track,
                                         const std::string &name, uint64_t needed = 0);
  /// Lets go of what was not asked for lately: a mapping keeps the disk space of an unlinked file.
  void forget_unused();
  /// Of an entry that was removed: should it be made again, its names begin anew.
  void forget(const std::string &entry);
  [[nodiscard]] size_t count() const { return files_.size(); }

 private:
  struct Slot {
    File file;
    int64_t used = 0;  ///< monotonic, microseconds
  };
  [[nodiscard]] static std::optional<File> map(const std::string &path);
  void make_room();

  std::string live_root_;
  std::map<std::string, Slot> files_;  ///< by path
};

}  // namespace klive::app::http
