// SPDX-License-Identifier: LGPL-2.1-or-later
// The worker: runs one entry's media, told what to do over the control channel (control.h).
#pragma once

namespace klive::app {

/// Serves the control channel on `control_fd` (taken over) until it closes or Stop came. The same
/// code is the body of a worker process (fork_server.h) and, with isolation=thread, of a thread of
/// the door; GStreamer is initialised. Returns an exit code.
int run_worker(int control_fd);

}  // namespace klive::app
