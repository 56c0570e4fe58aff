// SPDX-License-Identifier: LGPL-2.1-or-later
// `klive serve`: the door. Wires store, API, HTTP, listener and sessions together and runs until it
// is told to stop.
#pragma once

#include "config/config.h"

namespace klive::app {

/// Runs on the calling thread's default main context until SIGINT or SIGTERM; initialises
/// GStreamer. Returns an exit code.
int serve(const Config &config);

}  // namespace klive::app
