// SPDX-License-Identifier: LGPL-2.1-or-later
// How many descriptors this process may still open.
#pragma once

namespace klive::app {

/// Whether so few are left of those that the process may have (RLIMIT_NOFILE) that another
/// publication could cost those on air the ones for their next files. A twentieth of all is kept
/// back, and 64 at least. Thread-safe.
[[nodiscard]] bool are_descriptors_scarce();

}  // namespace klive::app
