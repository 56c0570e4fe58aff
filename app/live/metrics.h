// SPDX-License-Identifier: LGPL-2.1-or-later
// Metrics: counters and gauges of the service, written as Prometheus text. Names begin with klive_,
// base units, _total.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/locked.h"

namespace klive::app {

/// Thread-safe.
class Metrics {
 public:
  /// Adds to a counter. `labels` is "reason=\"token\"" or empty; keep the set of values small and
  /// never from the wire.
  void count(std::string_view name, std::string_view labels = {}, double by = 1);
  /// What `read` returns when the text is written, for figures that live elsewhere. Called on the
  /// writer's thread.
  void describe(std::string_view name, std::string_view type, std::string_view help);
  void gauge(std::string_view name, std::string_view labels, std::function<double()> read);
  [[nodiscard]] std::string text();

 private:
  struct Family {
    std::string type, help;
    std::map<std::string, double, std::less<>> values;
    std::map<std::string, std::function<double()>, std::less<>> readers;
  };
  base::Locked<std::map<std::string, Family, std::less<>>> families_;
};

}  // namespace klive::app
