// SPDX-License-Identifier: LGPL-2.1-or-later
// DvrSink: takes what klivesegmenter makes, keeps it on disk and tells of it.
//
//   streaming thread   chunk ─► seg-N.m4s.part ─► ChunkAdded … end ─┐ queue
//   writer thread                                                   └─► fdatasync, rename, link,
//                                                     journal, trim, playlists ─► SegmentAdded
//
// A disk that is slow never holds the streaming thread: with more than two segments a track in the
// queue, the oldest is listed without being flushed first; with more than sixteen, the newest is
// given up and becomes a gap. A disk that fails makes a gap, and never an error. Nor does a track
// that fell silent hold up the players of the others: its segments become gaps.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "base/locked.h"
#include "base/result.h"
#include "disk.h"
#include "klive/chunk_meta.h"
#include "manifest/presentation.h"
#include "segment_file.h"
#include "window_store.h"

namespace klive::dvr {

struct Stats {
  uint64_t chunks = 0, bytes = 0;   ///< written
  uint64_t dropped = 0;             ///< chunks that belonged nowhere: stale numbers, no init
  uint64_t segments = 0, gaps = 0;  ///< listed
  uint64_t unflushed = 0;           ///< segments listed before the disk had them
  uint64_t disk_errors = 0;         ///< operations that failed, retried ones too
  uint64_t shortened = 0;           ///< times the window gave way to a full disk
  uint32_t next_segment = 0;
};

/// start(), take(), end_of_stream() and stop() are thread-bound; interrupt() and stats() are
/// thread-safe.
class DvrSink {
 public:
  /// Called with no lock held, from the thread that calls us or from the writer.
  struct Followers {
    std::function<void(const std::string &line)> event;
    std::function<void(const std::string &reason)> warning;
  };
  DvrSink(Followers followers, Disk &disk) : followers_(std::move(followers)), disk_(disk) {}
  ~DvrSink();

  [[nodiscard]] base::Result<void> start(WindowSettings settings);
  /// A buffer of the segmenter. Needs start().
  void take(const gst::ChunkInfo &info, base::ByteView bytes);
  /// Finishes open segments and waits until everything is durable, or interrupt() comes.
  void end_of_stream();
  void interrupt(bool on);
  /// Finishes everything; with `end_session` the session is over for good.
  void stop(bool end_session);

  [[nodiscard]] Stats stats();
  /// For how long take() has been at it; 0 when nothing is being taken. Thread-safe.
  [[nodiscard]] int64_t taking_ns() const;
  /// Unix ns of media time zero; valid after start().
  [[nodiscard]] int64_t epoch_wall() const { return epoch_wall_; }
  /// Media time of the end of what was there already; valid after start().
  [[nodiscard]] base::MediaTime end_at_start() const { return end_at_start_; }

 private:
  struct OpenSegment {
    SegmentFile file;
    manifest::SegmentAdded event;  // grows with every chunk
    uint32_t chunks = 0;
    bool is_lost = false;
  };
  struct OpenTrack {
    std::optional<gst::ChunkInfo> pending;  // an init that waits for its first segment
    base::Bytes pending_bytes;
    std::optional<manifest::TrackInit> init;
    std::optional<OpenSegment> open;
    std::optional<uint32_t> last;  // number
    int64_t end = 0;               // of that segment, ticks
    bool active = false, is_silent = false;
  };
  // A finished segment of whichever track had its number first.
  struct Span {
    uint32_t number = 0;
    base::MediaTime start, end;
  };
  // Work for the writer: an event to be journalled, or a segment to be finished.
  struct Job {
    std::optional<manifest::Event> event;
    std::optional<OpenSegment> segment;
  };
  struct Queue {
    std::deque<Job> jobs;
    size_t segments = 0;  // among them
    size_t tracks = 1;    // that there are
    bool is_busy = false, is_closed = false, is_interrupted = false;
  };

  void take_chunk(const gst::ChunkInfo &info, base::ByteView bytes);
  bool begin_segment(const std::string &name, OpenTrack &track, const gst::ChunkInfo &info,
                     uint32_t number);
  bool begin_init(const std::string &name, OpenTrack &track, uint32_t number);
  void finish_segment(OpenTrack &track);
  void cover_silence();
  void finish_all();
  void lose(OpenSegment &segment, const base::Error &error);
  [[nodiscard]] base::Result<void> with_room(const std::function<base::Result<void>()> &operation);
  void tell_and_note(const manifest::Event &event);
  void tell(const manifest::Event &event);
  void tell(Changes changes);
  void warn(const std::string &reason);
  void push(Job job);
  void run_writer();
  void do_job(Job job, bool is_behind);
  void flush_init(const manifest::TrackInit &init);

  const Followers followers_;
  Disk &disk_;
  std::string folder_;
  int64_t epoch_wall_ = 0;
  base::MediaTime end_at_start_;
  uint32_t offset_ = 0;  // added to the segmenter's numbers
  std::optional<uint32_t> first_input_, first_number_;
  uint32_t next_segment_ = 0;              // at start
  std::atomic<int64_t> taking_since_ = 0;  // monotonic; 0: nothing is being taken
  std::optional<uint32_t> stretch_;        // the newest that was told
  std::map<std::string, OpenTrack> tracks_;
  std::deque<Span> recent_;

  // Lock order: none of these is taken while another is held.
  base::Locked<std::optional<WindowStore>> store_;
  base::Locked<Queue> queue_;
  base::Locked<Stats> stats_;
  std::thread writer_;
};

}  // namespace klive::dvr
