// SPDX-License-Identifier: LGPL-2.1-or-later
// The window's life: opened and repaired, fed, trimmed, closed.
#include "window_store.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "repair.h"
#include "segment_file.h"

namespace klive::dvr {
namespace {

using base::MediaTime;
using manifest::Segment;
using manifest::Track;

// With DVR off players still need a live edge: RFC 8216 6.2.2 wants three targets.
constexpr int64_t kLiveTargets = 3;
constexpr size_t kLiveSegments = 6;
// A journal this many times longer than need be is written anew; never a short one.
constexpr size_t kJournalFactor = 3;
constexpr size_t kShortJournal = 256;

// A predecessor that was killed is gone sooner, unless the disk holds it up.
constexpr std::chrono::milliseconds kLockPatience{2000};

int64_t wall_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

WindowStore::WindowStore(Disk &disk, WindowSettings settings)
    : disk_(disk),
      settings_(std::move(settings)),
      journal_(disk, settings_.folder + "/segments.log") {}

base::Result<Changes> WindowStore::open() {
  std::error_code error;
  std::filesystem::create_directories(settings_.folder, error);
  if (error)
    return disk_failure(error.value(), "making the folder " + settings_.folder + " (location)");
  auto lock = FolderLock::take(settings_.folder, kLockPatience);
  if (!lock) return base::fail(std::move(lock).error());
  lock_ = std::move(*lock);
  auto contents = read_journal(settings_.folder + "/segments.log");
  if (!contents) return base::fail(std::move(contents).error());
  Changes changes;
  presentation_ = std::move(contents->presentation);
  journal_.set_lines(contents->lines);
  // A cut last line is what a crash leaves; the rest of it would spoil the next line.
  is_journal_behind_ = contents->is_torn || !contents->bad.empty();
  if (!contents->bad.empty()) {
    auto put_away = quarantine(disk_, settings_.folder, contents->bad);
    changes.warnings.push_back(std::to_string(contents->bad.size()) +
                               " unreadable lines of segments.log were moved to " +
                               (put_away ? *put_away : "nowhere: " + put_away.error().message));
  }
  if (presentation_.epoch && settings_.epoch_wall != 0 &&
      presentation_.epoch->wall_ns != settings_.epoch_wall) {
    changes.warnings.push_back(
        "the entry's epoch is fixed by its journal; the property epoch says another one and is "
        "ignored");
  }
  if (!contents->bad.empty()) {
    const auto found = find_unlisted(disk_, settings_.folder, presentation_, changes.warnings);
    changes.events.insert(changes.events.end(), found.begin(), found.end());
  }
  const uint64_t used = used_numbers(settings_.folder);
  if (settings_.resume && presentation_.on_air) {
    resume_session(changes);
  } else {
    begin_session(changes);
  }
  if (used > presentation_.next_segment) {
    const manifest::WindowMoved window{.next = static_cast<uint32_t>(used)};
    if (presentation_.apply(window)) {
      changes.events.emplace_back(window);
      write({window}, true, changes);
    }
  }
  if (is_journal_behind_) write({}, true, changes);
  sync_folder(settings_.folder);
  remove_unlisted(disk_, settings_.folder, presentation_);
  overview_of_ = presentation_.next_segment;
  return changes;
}

void WindowStore::begin_session(Changes &changes) {
  std::vector<manifest::Event> events;
  if (!presentation_.epoch) {
    events.emplace_back(
        manifest::Epoch{settings_.epoch_wall != 0 ? settings_.epoch_wall : wall_now()});
  }
  // Files of segments that no line tells of have used their numbers up, before this session.
  const uint64_t used = used_numbers(settings_.folder);
  if (used > presentation_.next_segment)
    events.emplace_back(manifest::WindowMoved{.next = static_cast<uint32_t>(used)});
  events.emplace_back(
      manifest::SessionStarted{settings_.segment_target, settings_.chunk_target, settings_.window});
  for (const manifest::Event &event : events) {
    if (auto applied = presentation_.apply(event); !applied)
      changes.warnings.push_back("beginning the session: " + applied.error().message);
  }
  changes.events.insert(changes.events.end(), events.begin(), events.end());
  write(events, true, changes);
  // Playlists of the session before would show what is no longer there.
  for (const char *name : {"/master.m3u8", "/manifest.mpd"})
    (void)disk_.remove(settings_.folder + name);
}

void WindowStore::resume_session(Changes &changes) {
  std::vector<manifest::Event> events =
      repair_segments(disk_, settings_.folder, presentation_, changes.warnings);
  // Nobody publishes yet; who comes back says so.
  for (const auto &[name, track] : presentation_.tracks) {
    if (!track.active) continue;
    const manifest::TrackActive gone{name, false};
    events.emplace_back(gone);
  }
  for (const manifest::Event &event : events) {
    if (std::holds_alternative<manifest::TrackActive>(event))
      (void)presentation_.apply(event).has_value();
    if (const auto *segment = std::get_if<manifest::SegmentAdded>(&event))
      changes.gaps += segment->gap;
  }
  changes.events.insert(changes.events.end(), events.begin(), events.end());
  write(events, true, changes);
}

Changes WindowStore::note(const manifest::Event &event) {
  Changes changes;
  if (auto applied = presentation_.apply(event); !applied) {
    changes.warnings.push_back(applied.error().message);
    return changes;
  }
  write({event}, false, changes);
  // Who is waited for, and who is left out, changes with it.
  if (std::holds_alternative<manifest::TrackActive>(event)) write_overview(changes);
  return changes;
}

Changes WindowStore::add_segment(const manifest::SegmentAdded &segment, bool durable) {
  Changes changes;
  if (auto applied = presentation_.apply(segment); !applied) {
    changes.warnings.push_back("segment " + std::to_string(segment.segment) + " of " +
                               segment.track + " is not listed: " + applied.error().message);
    return changes;
  }
  write({segment}, durable, changes);
  changes.events.emplace_back(segment);
  changes.gaps += segment.gap;
  trim(changes);
  write_playlists(segment.track, changes);
  return changes;
}

// Appends to the journal, or writes it anew where that is needed or due.
void WindowStore::write(const std::vector<manifest::Event> &events, bool durable,
                        Changes &changes) {
  const bool is_long =
      journal_.lines() > kShortJournal && journal_.lines() > kJournalFactor * lines_needed();
  const auto attempt = [&]() -> base::Result<void> {
    if (is_journal_behind_ || is_long) return journal_.rewrite(manifest::snapshot(presentation_));
    return journal_.append(events, durable);
  };
  auto written = attempt();
  // Freeing space writes a line itself; that one is not worth more segments.
  if (!written && is_full(written.error()) && !is_freeing_ && free_space(changes))
    written = attempt();
  if (written) {
    is_journal_behind_ = false;
    return;
  }
  // It is said once, not for every line.
  if (!is_journal_behind_) changes.warnings.push_back(written.error().message);
  is_journal_behind_ = true;
  ++changes.journal_errors;
}

Changes WindowStore::make_room() {
  Changes changes;
  changes.made_room = free_space(changes);
  return changes;
}

// Deletes something; tells whether there was anything to delete.
bool WindowStore::free_space(Changes &changes) {
  if (!retired_.empty()) {
    for (const Retired &retired : retired_) remove(retired);
    retired_.clear();
    return true;
  }
  // The live edge is never given away.
  size_t longest = 0;
  uint32_t oldest = presentation_.next_segment;
  for (const auto &[name, track] : presentation_.tracks) {
    if (track.segments.empty()) continue;
    longest = std::max(longest, track.segments.size());
    oldest = std::min(oldest, track.segments.front().number);
  }
  if (longest <= kLiveTargets) return false;
  // A tenth at a time, so that a full disk is not met again with every chunk.
  const auto count = std::max<uint32_t>(1, static_cast<uint32_t>(longest / 10));
  is_freeing_ = true;
  move_window(oldest + count, changes);
  is_freeing_ = false;
  for (const Retired &retired : retired_) remove(retired);
  retired_.clear();
  ++changes.shortened;
  return true;
}

MediaTime WindowStore::newest_end() const {
  MediaTime end;
  for (const auto &[name, track] : presentation_.tracks) end = std::max(end, track.end());
  return end;
}

// The lowest number that any track still wants to show.
uint32_t WindowStore::first_wanted() const {
  const bool is_dvr = settings_.window.ns > 0;
  const int64_t edge = kLiveTargets * presentation_.target_duration.ns;
  const MediaTime oldest = newest_end() - MediaTime{std::max(settings_.window.ns, edge)};
  uint32_t first = presentation_.next_segment;
  for (const auto &[name, track] : presentation_.tracks) {
    const auto &segments = track.segments;
    auto wanted = std::find_if(segments.begin(), segments.end(),
                               [&](const Segment &s) { return s.end_time() > oldest; });
    if (wanted == segments.end()) continue;
    if (!is_dvr) {
      const auto least = static_cast<std::ptrdiff_t>(std::min(kLiveSegments, segments.size()));
      wanted = std::min(wanted, segments.end() - least);
    }
    first = std::min(first, wanted->number);
  }
  return first;
}

void WindowStore::trim(Changes &changes) {
  const uint32_t first = first_wanted();
  const bool has_older =
      std::any_of(presentation_.tracks.begin(), presentation_.tracks.end(), [&](const auto &entry) {
        return !entry.second.segments.empty() && entry.second.segments.front().number < first;
      });
  if (has_older) move_window(first, changes);
  remove_retired(newest_end());
}

void WindowStore::move_window(uint32_t first, Changes &changes) {
  const MediaTime now = newest_end();
  for (const auto &[name, track] : presentation_.tracks) {
    const std::string folder = track_folder(name) + "/";
    uint32_t oldest_init = track.init.init;
    for (const Segment &segment : track.segments) {
      if (segment.number >= first) {
        oldest_init = segment.init;
        break;
      }
      if (segment.gap) continue;
      retired_.push_back(
          {{folder + manifest::segment_name(segment.number), folder + time_name(segment.start)},
           now});
    }
    for (const auto &[init, format] : track.inits) {
      if (init < oldest_init) retired_.push_back({{folder + manifest::init_name(init)}, now});
    }
  }
  const manifest::WindowMoved moved{.first = first};
  if (!presentation_.apply(moved)) return;
  write({moved}, false, changes);
  changes.events.emplace_back(moved);
}

// With what is being written, no more is on disk than the window and a tenth; but a segment that
// has just left it is there for another, for players that have just read the playlist. Segments end
// a little early or late: half of one decides nothing. With DVR off, files stay as long as a
// playlist is: it is short, and so are they few.
void WindowStore::remove_retired(MediaTime now) {
  const int64_t target = settings_.segment_target.ns;
  const int64_t stay = settings_.window.ns > 0
                           ? std::max(target, settings_.window.ns / 10 - target) - target / 2
                           : static_cast<int64_t>(kLiveSegments) * target;
  while (!retired_.empty() && (retired_.front().left + MediaTime{stay}) <= now) {
    remove(retired_.front());
    retired_.pop_front();
  }
}

void WindowStore::remove(const Retired &retired) {
  for (const std::string &path : retired.paths) (void)disk_.remove(path);
}

Changes WindowStore::close(bool end_session) {
  Changes changes;
  if (end_session && presentation_.on_air) {
    const manifest::SessionEnded ended;
    if (presentation_.apply(ended)) {
      write({ended}, true, changes);
      changes.events.emplace_back(ended);
    }
  } else if (is_journal_behind_) {
    write({}, true, changes);
  }
  for (const auto &[name, track] : presentation_.tracks) write_playlists(name, changes);
  write_overview(changes);
  return changes;
}

size_t WindowStore::lines_needed() const {
  size_t lines = 4 + presentation_.stretches.size();
  for (const auto &[name, track] : presentation_.tracks)
    lines += 1 + track.inits.size() + track.segments.size();
  return lines;
}

std::string WindowStore::track_folder(const std::string &track) const {
  return settings_.folder + "/" + track;
}

}  // namespace klive::dvr
