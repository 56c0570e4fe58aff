// SPDX-License-Identifier: LGPL-2.1-or-later
// The worker: runs one entry's media, told what to do over the control channel (control.h).
#pragma once

#include <cstdint>

namespace klive::app {

/// Serves the control channel on `control_fd` (taken over) until it closes or Stop came. The same
/// code is the body of a `klive worker` process and, with isolation=thread, of a thread of the
/// door; GStreamer is initialised. Returns an exit code.
int run_worker(int control_fd);

/// The whole `klive worker` process: sandbox, then run_worker(). `memory` as in enter_sandbox().
int run_worker_process(int control_fd, uint64_t memory);

}  // namespace klive::app
