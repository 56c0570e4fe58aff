// SPDX-License-Identifier: LGPL-2.1-or-later
// What a worker process may not do: it reads foreign bytes, so it gets no network, no other
// programs, bounded memory.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace klive::app {

/// Limits the calling process for good: dies with its parent, no new privileges, no sockets but
/// local ones, no exec, no ptrace. `memory` bytes of private data at most (0 = unlimited); core
/// files are off.
[[nodiscard]] base::Result<void> enter_sandbox(uint64_t memory);

}  // namespace klive::app
