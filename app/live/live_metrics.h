// SPDX-License-Identifier: LGPL-2.1-or-later
// The figures of what is on air, read from the LiveRegistry.
#pragma once

#include "live/live_registry.h"
#include "live/metrics.h"

namespace klive::app {

/// `registry` must outlive `metrics`; the text must be written on the registry's thread.
void add_live_metrics(Metrics &metrics, const LiveRegistry &registry);

}  // namespace klive::app
