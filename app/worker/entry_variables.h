// SPDX-License-Identifier: LGPL-2.1-or-later
// The names that ${…} in a description may use, and their values for one entry.
#pragma once

#include <cstdint>
#include <string>

#include "worker/description.h"

namespace klive::app {

/// What a description can depend on. Plain value; durations in nanoseconds.
struct EntryParameters {
  std::string id;
  int64_t epoch_ns = 0;  ///< Unix time of the entry's media time zero
  int64_t segment_duration_ns = 6'000'000'000;
  bool low_latency = false;
  int64_t dvr_window_ns = 0;  ///< 0 = DVR off
  bool resume = false;        ///< continue the window that is on disk
  std::string live_root;
};

[[nodiscard]] Variables entry_variables(const EntryParameters &entry);

}  // namespace klive::app
