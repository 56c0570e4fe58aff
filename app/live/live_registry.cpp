// SPDX-License-Identifier: LGPL-2.1-or-later
// LiveRegistry: what the door knows of every entry with a window.
#include "live/live_registry.h"

#include <dirent.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "live/journal_reader.h"
#include "live/log.h"

namespace klive::app {
namespace {

constexpr size_t kMaxName = 64;
// Chunks of half a second are what low-latency entries are given; others have a second.
constexpr auto kLowLatencyChunk = base::MediaTime::from_ms(500);

struct CloseDir {
  void operator()(DIR *folder) const { closedir(folder); }
};

// The name of a folder becomes part of paths and of answers, so only harmless ones are entries.
bool is_entry_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return g_ascii_isalnum(c) || c == '_' || c == '-'; });
}

int64_t now_ns() { return g_get_real_time() * 1000; }

void note_change(LiveEntry &entry) {
  ++entry.version;
  entry.changed_ns = now_ns();
  const auto chunk = entry.presentation.session.chunk_target;
  entry.low_latency = chunk.ns > 0 && chunk <= kLowLatencyChunk;
}

}  // namespace

bool LiveEntry::is_live() const {
  const auto is_playable = [](const auto &item) {
    const manifest::Track &track = item.second;
    if (track.open && !track.open->chunks.empty() && track.open->chunks.front().independent)
      return true;
    return std::any_of(track.segments.rbegin(), track.segments.rend(),
                       [](const manifest::Segment &segment) { return !segment.gap; });
  };
  return presentation.on_air &&
         std::any_of(presentation.tracks.begin(), presentation.tracks.end(), is_playable);
}

LiveRegistry::LiveRegistry(std::string live_root) : live_root_(std::move(live_root)) {}

void LiveRegistry::load() {
  const std::unique_ptr<DIR, CloseDir> folder(opendir(live_root_.c_str()));
  if (!folder) return;  // nothing has ever been published here
  while (const dirent *item = readdir(folder.get())) {
    const std::string name = item->d_name;
    if (!is_entry_name(name)) continue;
    const std::string path = live_root_ + "/" + name + "/segments.log";
    if (!g_file_test(path.c_str(), G_FILE_TEST_IS_REGULAR)) continue;
    auto journal = read_journal(path);
    if (!journal) {
      GST_WARNING_ID(name.c_str(), "left out: %s", journal.error().message.c_str());
      continue;
    }
    if (journal->damaged > 0)
      GST_WARNING_ID(name.c_str(), "%zu of %zu lines of segments.log are damaged and were left out",
                     journal->damaged, journal->damaged + journal->lines);
    LiveEntry &entry = find_or_add(name);
    entry.presentation = std::move(journal->presentation);
    note_change(entry);
  }
}

LiveEntry *LiveRegistry::find(const std::string &entry) {
  const auto found = entries_.find(entry);
  return found == entries_.end() ? nullptr : &found->second;
}

LiveEntry &LiveRegistry::find_or_add(const std::string &entry) {
  LiveEntry &found = entries_[entry];
  if (found.id.empty()) found.id = entry;
  return found;
}

const std::map<std::string, LiveEntry> &LiveRegistry::entries() const { return entries_; }
const std::string &LiveRegistry::live_root() const { return live_root_; }

base::Result<void> LiveRegistry::apply(const std::string &entry, const manifest::Event &event) {
  if (!is_entry_name(entry))
    return base::fail(base::ErrorCode::kInvalid, "an event for something that is no entry id");
  LiveEntry &live = find_or_add(entry);
  if (auto done = live.presentation.apply(event); !done) {
    GST_WARNING_ID(entry.c_str(), "event refused: %s (%s)", done.error().message.c_str(),
                   manifest::write_event(event).c_str());
    return done;
  }
  note_change(live);
  // A listener may unsubscribe itself or others while it is called.
  std::vector<uint64_t> handles;
  handles.reserve(listeners_.size());
  for (const auto &[handle, listener] : listeners_) handles.push_back(handle);
  for (const uint64_t handle : handles) {
    const auto found = listeners_.find(handle);
    if (found == listeners_.end()) continue;
    const Listener listener = found->second;
    listener(live);
  }
  return {};
}

void LiveRegistry::remove(const std::string &entry) {
  const auto found = entries_.find(entry);
  if (found == entries_.end()) return;
  // Those who wait for this entry must hear that nothing will come.
  LiveEntry last = std::move(found->second);
  entries_.erase(found);
  last.presentation = {};
  note_change(last);
  const auto listeners = listeners_;
  for (const auto &[handle, listener] : listeners)
    if (listeners_.contains(handle)) listener(last);
}

uint64_t LiveRegistry::subscribe(Listener listener) {
  listeners_.emplace(next_handle_, std::move(listener));
  return next_handle_++;
}

void LiveRegistry::unsubscribe(uint64_t handle) { listeners_.erase(handle); }

}  // namespace klive::app
