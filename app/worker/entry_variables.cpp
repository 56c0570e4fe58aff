// SPDX-License-Identifier: LGPL-2.1-or-later
// Values of ${entry.…} and ${server.…}.
#include "worker/entry_variables.h"

namespace klive::app {
namespace {

constexpr int64_t kChunkNs = 1'000'000'000, kLowLatencyChunkNs = 500'000'000;

}  // namespace

Variables entry_variables(const EntryParameters &entry) {
  return {
      {"entry.id", entry.id},
      {"entry.epoch", std::to_string(entry.epoch_ns)},
      {"entry.segment-duration", std::to_string(entry.segment_duration_ns)},
      {"entry.chunk-duration", std::to_string(entry.low_latency ? kLowLatencyChunkNs : kChunkNs)},
      {"entry.low-latency", entry.low_latency ? "true" : "false"},
      {"entry.dvr-window", std::to_string(entry.dvr_window_ns)},
      {"entry.resume", entry.resume ? "true" : "false"},
      {"server.live-root", entry.live_root}};
}

}  // namespace klive::app
