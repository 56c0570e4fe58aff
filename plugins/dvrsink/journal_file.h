// SPDX-License-Identifier: LGPL-2.1-or-later
// segments.log: the journal of an entry's durable events, one line each.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "disk.h"
#include "manifest/presentation.h"

namespace klive::dvr {

/// What a journal says.
struct JournalContents {
  manifest::Presentation presentation;
  size_t lines = 0;              ///< taken
  std::vector<std::string> bad;  ///< whole lines that cannot be read or contradict those before
  bool is_torn = false;          ///< the last line has no end: a crash cut it
};
/// A journal that is not there is empty.
[[nodiscard]] base::Result<JournalContents> read_journal(const std::string &path);

/// Thread-bound. Appends to a journal; a line that could not be written whole is taken away again.
class JournalFile {
 public:
  JournalFile(Disk &disk, std::string path) : disk_(disk), path_(std::move(path)) {}

  [[nodiscard]] base::Result<void> append(const std::vector<manifest::Event> &events, bool durable);
  /// Replaces the whole journal, durably.
  [[nodiscard]] base::Result<void> rewrite(const std::vector<manifest::Event> &events);
  [[nodiscard]] size_t lines() const { return lines_; }
  void set_lines(size_t lines) { lines_ = lines; }

 private:
  [[nodiscard]] int open();

  Disk &disk_;
  const std::string path_;
  File file_;
  size_t lines_ = 0;
};

}  // namespace klive::dvr
