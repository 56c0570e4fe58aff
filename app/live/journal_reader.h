// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads an entry's segments.log into a Presentation.
#pragma once

#include <string>

#include "base/result.h"
#include "manifest/presentation.h"

namespace klive::app {

struct Journal {
  manifest::Presentation presentation;
  size_t lines = 0;
  size_t damaged = 0;  ///< lines that could not be read or broke the rules; they were left out
};

/// A torn last line (a crash while writing) is nothing to speak of; other bad lines are counted. A
/// file without a single good line is an error.
[[nodiscard]] base::Result<Journal> read_journal(const std::string &path);

}  // namespace klive::app
