// SPDX-License-Identifier: LGPL-2.1-or-later
// The figures of what is on air, read from the LiveRegistry.
#include "live/live_metrics.h"

#include <algorithm>

namespace klive::app {
namespace {

// Media time that a track's window spans.
double window_seconds(const manifest::Track &track) {
  if (track.segments.empty() || track.init.timescale == 0) return 0;
  const auto &first = track.segments.front();
  const auto &last = track.segments.back();
  return base::MediaTime::from_ticks(last.start + last.duration - first.start, track.init.timescale)
      .seconds();
}

template <typename Read>
double sum(const LiveRegistry &registry, Read read) {
  double total = 0;
  for (const auto &[id, entry] : registry.entries()) total += read(entry);
  return total;
}

}  // namespace

void add_live_metrics(Metrics &metrics, const LiveRegistry &registry) {
  const auto add = [&](const char *name, const char *type, const char *help, auto read) {
    metrics.describe(name, type, help);
    metrics.gauge(name, {}, [&registry, read] { return sum(registry, read); });
  };
  add("klive_entries_live", "gauge", "Entries on air that can be played.",
      [](const LiveEntry &entry) { return entry.is_live() ? 1.0 : 0.0; });
  add("klive_entries_with_window", "gauge", "Entries that have a window, on air or not.",
      [](const LiveEntry &) { return 1.0; });
  add("klive_publications", "gauge", "Encoders that are publishing.",
      [](const LiveEntry &entry) { return static_cast<double>(entry.publications.size()); });
  add("klive_window_segments", "gauge", "Segments in all windows, all tracks.",
      [](const LiveEntry &entry) {
        double count = 0;
        for (const auto &[name, track] : entry.presentation.tracks)
          count += static_cast<double>(track.segments.size());
        return count;
      });
  add("klive_window_bytes", "gauge", "Bytes of the segments in all windows.",
      [](const LiveEntry &entry) {
        double bytes = 0;
        for (const auto &[name, track] : entry.presentation.tracks)
          for (const auto &segment : track.segments) bytes += static_cast<double>(segment.size);
        return bytes;
      });
  add("klive_window_seconds", "gauge", "Media time in all windows, the longest track of each.",
      [](const LiveEntry &entry) {
        double longest = 0;
        for (const auto &[name, track] : entry.presentation.tracks)
          longest = std::max(longest, window_seconds(track));
        return longest;
      });
  add("klive_worker_restarts_total", "counter", "Workers that were started again.",
      [](const LiveEntry &entry) { return static_cast<double>(entry.worker_restarts); });
}

}  // namespace klive::app
