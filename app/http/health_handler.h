// SPDX-License-Identifier: LGPL-2.1-or-later
// HealthHandler: /healthz, /readyz, /metrics and /time.
#pragma once

#include <functional>

#include "http/exchange.h"
#include "live/metrics.h"

namespace klive::app::http {

/// Thread-bound. `metrics` must outlive it.
class HealthHandler {
 public:
  HealthHandler(Metrics &metrics, std::function<bool()> is_ready);
  void handle(const Exchange &exchange);

 private:
  Metrics &metrics_;
  std::function<bool()> is_ready_;
};

}  // namespace klive::app::http
