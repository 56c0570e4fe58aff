// SPDX-License-Identifier: LGPL-2.1-or-later
// A presentation as the shortest list of events that builds it again.
#include "manifest/presentation.h"

namespace klive::manifest {

std::vector<Event> snapshot(const Presentation &presentation) {
  std::vector<Event> events;
  if (!presentation.epoch) return events;
  events.emplace_back(*presentation.epoch);
  // Before the session, so that its start finds the numbers it had.
  if (presentation.window_first > 0 || presentation.discontinuity_floor > 0)
    events.emplace_back(WindowMoved{.next = presentation.window_first,
                                    .discontinuities = presentation.discontinuity_floor});
  const bool had_session = presentation.on_air || presentation.session != SessionStarted{} ||
                           !presentation.tracks.empty();
  if (had_session) events.emplace_back(presentation.session);
  WindowMoved window{.first = presentation.window_first, .next = presentation.next_segment};
  if (!presentation.stretches.empty()) window.stretch = presentation.stretches.front();
  events.emplace_back(window);
  for (size_t i = 1; i < presentation.stretches.size(); ++i) {
    events.emplace_back(WindowMoved{.stretch = presentation.stretches[i]});
  }
  for (const auto &entry : presentation.tracks) {
    const std::string &name = entry.first;
    const Track &track = entry.second;
    std::optional<uint32_t> said;
    const auto say = [&](uint32_t init) {
      const auto found = track.inits.find(init);
      if (said == init || found == track.inits.end()) return;
      said = init;
      TrackInit event = found->second;
      event.discontinuities = track.discontinuity_sequence;
      events.emplace_back(std::move(event));
    };
    for (const Segment &segment : track.segments) {
      if (!segment.durable) break;
      say(segment.init);
      events.emplace_back(SegmentAdded{.track = name,
                                       .segment = segment.number,
                                       .start = segment.start,
                                       .duration = segment.duration,
                                       .size = segment.size,
                                       .init = segment.init,
                                       .discontinuity = segment.discontinuity,
                                       .gap = segment.gap});
    }
    say(track.init.init);
    if (!track.active) events.emplace_back(TrackActive{name, false});
  }
  if (had_session && !presentation.on_air) events.emplace_back(SessionEnded{});
  return events;
}

}  // namespace klive::manifest
