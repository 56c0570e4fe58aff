// SPDX-License-Identifier: LGPL-2.1-or-later
// WindowStore: an entry's window on disk: its journal, which segments are in it, and its plain
// playlists.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/media_time.h"
#include "base/result.h"
#include "disk.h"
#include "folder_lock.h"
#include "journal_file.h"
#include "manifest/presentation.h"

namespace klive::dvr {

struct WindowSettings {
  std::string folder;         ///< ROOT/live/<entry>
  base::MediaTime window{0};  ///< 0 = DVR off
  base::MediaTime segment_target = base::MediaTime::from_seconds(6);
  base::MediaTime chunk_target = base::MediaTime::from_seconds(1);
  int64_t epoch_wall = 0;  ///< Unix ns; 0 = the journal's, or now
  bool resume = false;     ///< the session that was on air goes on
};

/// What a call changed, for whoever follows. Plain value.
struct Changes {
  std::vector<manifest::Event> events;  ///< in order; true already
  std::vector<std::string> warnings;    ///< one sentence each
  unsigned journal_errors = 0;
  unsigned shortened = 0;  ///< times the window gave way to a full disk
  unsigned gaps = 0;
  bool made_room = false;  ///< of make_room(): something was deleted
};

/// Thread-bound. Never fails for a disk that is full or broken while media flows: it says so in
/// Changes and goes on in memory, and writes the journal anew when the disk takes it again.
class WindowStore {
 public:
  WindowStore(Disk &disk, WindowSettings settings);

  /// Locks the folder, reads the journal, repairs, begins or resumes the session. Fails when the
  /// folder cannot be made or read, or another one writes there.
  [[nodiscard]] base::Result<Changes> open();
  /// Journals an event that was told already (TrackInit, a stretch, TrackActive).
  [[nodiscard]] Changes note(const manifest::Event &event);
  /// Lists a segment whose file has its final name (or a gap), trims, writes playlists. The
  /// journal is flushed when `durable`.
  [[nodiscard]] Changes add_segment(const manifest::SegmentAdded &segment, bool durable);
  /// Frees disk space: files that left the window already, or else the oldest segments.
  [[nodiscard]] Changes make_room();
  /// Writes the end: SessionEnded when `end_session`, and the last playlists.
  [[nodiscard]] Changes close(bool end_session);

  [[nodiscard]] const manifest::Presentation &presentation() const { return presentation_; }
  /// One past every number ever used, also by files that no line tells of.
  [[nodiscard]] uint32_t next_segment() const { return presentation_.next_segment; }
  /// Where the longest track ends.
  [[nodiscard]] base::MediaTime newest_end() const;

 private:
  // A file that left the window and may still be fetched for a while.
  struct Retired {
    std::vector<std::string> paths;
    base::MediaTime left;  // newest media time when it left
  };

  void begin_session(Changes &changes);
  void resume_session(Changes &changes);
  void write(const std::vector<manifest::Event> &events, bool durable, Changes &changes);
  [[nodiscard]] bool free_space(Changes &changes);
  void trim(Changes &changes);
  void move_window(uint32_t first, Changes &changes);
  [[nodiscard]] uint32_t first_wanted() const;
  void remove_retired(base::MediaTime now);
  void remove(const Retired &retired);
  void write_playlists(const std::string &track, Changes &changes);
  void write_overview(Changes &changes);
  void write_text(const std::string &path, const std::string &text, Changes &changes);
  [[nodiscard]] bool is_level() const;
  [[nodiscard]] size_t lines_needed() const;
  [[nodiscard]] std::string track_folder(const std::string &track) const;

  Disk &disk_;
  const WindowSettings settings_;
  std::optional<FolderLock> lock_;
  JournalFile journal_;
  bool is_journal_behind_ = false;  // lines are missing: it must be written anew
  bool is_playlist_warned_ = false;
  bool is_freeing_ = false;
  manifest::Presentation presentation_;
  std::deque<Retired> retired_;
  uint32_t overview_of_ = 0;  // one past the number that the last master and MPD show
};

}  // namespace klive::dvr
