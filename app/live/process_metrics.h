// SPDX-License-Identifier: LGPL-2.1-or-later
// The figures of this process: memory, descriptors, threads, CPU time.
#pragma once

#include "live/metrics.h"

namespace klive::app {

void add_process_metrics(Metrics &metrics);

}  // namespace klive::app
