// SPDX-License-Identifier: LGPL-2.1-or-later
// The fork server: the process that workers are forked from. It has GStreamer and the elements
// loaded, so a worker is there in a millisecond and shares their memory with all others. It has one
// thread, reads nothing but the door's orders, and never touches media.
//
//   klive serve ──► klive worker (fork server) ──► klive-worker, one per entry
//        │                 ▲  fork, kill / exited          ▲
//        └─────────────────┴─────── control channels ──────┘
#pragma once

namespace klive::app {

/// Serves orders (worker/control.h) that come on `orders_fd` (taken over) until it closes. Returns
/// an exit code, also in every forked worker.
int run_fork_server(int orders_fd);

}  // namespace klive::app
