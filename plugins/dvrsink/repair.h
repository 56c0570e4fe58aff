// SPDX-License-Identifier: LGPL-2.1-or-later
// Brings an entry's folder and its journal together after a stop of any kind.
//
//   on disk                                        becomes
//   seg-N.m4s[.part] behind the last listed one    its whole chunks: a (short) segment, listed
//   listed, but missing or short                   a gap
//   no line tells of it                            removed
//   a line that cannot be read                     moved to segments.log.bad-<n>; the files it may
//                                                  have told of are listed again
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "disk.h"
#include "journal_file.h"
#include "manifest/presentation.h"

namespace klive::dvr {

/// One past the highest segment number that any file under `folder` carries; 0 when there is none.
[[nodiscard]] uint64_t used_numbers(const std::string &folder);

/// Lists segments again that are gaps because their lines were damaged, and whose files are whole.
/// Applies and returns them as repair_segments() does.
[[nodiscard]] std::vector<manifest::Event> find_unlisted(Disk &disk, const std::string &folder,
                                                         manifest::Presentation &presentation,
                                                         std::vector<std::string> &notes);

/// Salvages segments that were never listed and finds listed ones that are gone. Applies what it
/// found to `presentation` and returns it, to be journalled; says in `notes` what was lost.
[[nodiscard]] std::vector<manifest::Event> repair_segments(Disk &disk, const std::string &folder,
                                                           manifest::Presentation &presentation,
                                                           std::vector<std::string> &notes);

/// Removes media files that `presentation` does not list.
void remove_unlisted(Disk &disk, const std::string &folder,
                     const manifest::Presentation &presentation);

/// Writes lines to the first free segments.log.bad-<n>. Returns its path.
[[nodiscard]] base::Result<std::string> quarantine(Disk &disk, const std::string &folder,
                                                   const std::vector<std::string> &lines);

}  // namespace klive::dvr
