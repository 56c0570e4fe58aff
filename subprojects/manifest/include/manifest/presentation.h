// SPDX-License-Identifier: LGPL-2.1-or-later
// Presentation: what can be played of one entry now. It is a fold over events, and the same events,
// as lines of text, are the journal on disk (segments.log) and the messages from worker to door:
// one model, one format.
//
//   klivedvrsink ── event ──► segments.log (durable ones)   ── start-up ──► Presentation
//                └─ event ──► control channel ──► door      ──────────────► Presentation ──► HLS,
//                LL-HLS, DASH
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/media_time.h"
#include "base/result.h"

namespace klive::manifest {

enum class Kind { kVideo, kAudio, kText };

/// The entry's time zero. Comes first, once; never changes afterwards.
struct Epoch {
  int64_t wall_ns = 0;  ///< Unix time, ns, of media time zero
  friend bool operator==(const Epoch &, const Epoch &) = default;
};
/// A session begins: whatever the window still holds is removed, numbers go on.
struct SessionStarted {
  base::MediaTime segment_target;  ///< entry's segment duration
  base::MediaTime chunk_target;    ///< PART-TARGET
  base::MediaTime window;          ///< DVR window; 0 = DVR off
  friend bool operator==(const SessionStarted &, const SessionStarted &) = default;
};
/// The session ended for good: playlists get their end mark.
struct SessionEnded {
  friend bool operator==(const SessionEnded &, const SessionEnded &) = default;
};
/// A track appears, or its format changes: from now on its segments use `init`.
struct TrackInit {
  std::string track;  ///< folder name, [a-z0-9-]{1,32}: "v32", "a32", "v32b" on the backup side
  Kind kind{};
  uint32_t flavor = 0;
  bool backup = false;
  uint32_t init = 0;  ///< init-N.mp4
  uint32_t timescale = 0;
  std::string codecs;  ///< RFC 6381
  uint32_t width = 0, height = 0;
  uint32_t frame_rate_num = 0, frame_rate_den = 1;
  uint32_t sample_rate = 0, channels = 0;
  std::string language = "und";
  uint32_t discontinuities =
      0;  ///< at least so many left the window before (written by snapshot())
  friend bool operator==(const TrackInit &, const TrackInit &) = default;
};
/// A chunk of the segment being written can be fetched. Not journalled: a segment is durable as a
/// whole.
struct ChunkAdded {
  std::string track;
  uint32_t segment = 0, chunk = 0;
  int64_t start = 0, duration = 0;  ///< ticks
  uint32_t samples = 0;             ///< access units in it
  uint64_t offset = 0, size = 0;    ///< bytes inside the segment file
  bool independent = false;
  bool discontinuity = false;
  bool last = false;  ///< the segment ends with this chunk: the next one is chunk 0 of the next
  friend bool operator==(const ChunkAdded &, const ChunkAdded &) = default;
};
/// A whole segment is durable under its final name seg-NNNNNNNN.m4s (or is a gap: nothing can be
/// fetched). May come after the first chunks of the next segment; may come again with `gap` when
/// the file got lost.
struct SegmentAdded {
  std::string track;
  uint32_t segment = 0;
  int64_t start = 0, duration = 0;  ///< ticks
  uint64_t size = 0;
  uint32_t init = 0;
  bool discontinuity = false;
  bool gap = false;
  friend bool operator==(const SegmentAdded &, const SegmentAdded &) = default;
};
/// Segments without a discontinuity in any track between them: a DASH Period.
struct Stretch {
  uint32_t first = 0;     ///< number of its first segment; never changes, so it names the Period
  base::MediaTime start;  ///< entry timeline; never changes
  friend bool operator==(const Stretch &, const Stretch &) = default;
};
/// Segments numbered below `first` left the window (of every track). The other fields carry what
/// other lines cannot: repair and snapshot() write them, and `stretch` is said when one begins.
struct WindowMoved {
  uint32_t first = 0;
  uint32_t next = 0;             ///< numbers below this one are used up; 0 = says nothing
  uint32_t discontinuities = 0;  ///< Presentation::discontinuity_floor; 0 = says nothing
  std::optional<Stretch> stretch = {};
  friend bool operator==(const WindowMoved &, const WindowMoved &) = default;
};
/// The track's publication went away (active = false) or came back; inactive tracks are listed last
/// or left out.
struct TrackActive {
  std::string track;
  bool active = true;
  friend bool operator==(const TrackActive &, const TrackActive &) = default;
};

using Event = std::variant<Epoch, SessionStarted, SessionEnded, TrackInit, ChunkAdded, SegmentAdded,
                           WindowMoved, TrackActive>;

/// One line without the newline, "key=value" fields behind a word, and a checksum as last field, so
/// that a torn line is told from a whole one.
[[nodiscard]] std::string write_event(const Event &event);
[[nodiscard]] base::Result<Event> read_event(std::string_view line);

struct Chunk {
  int64_t start = 0, duration = 0;
  uint64_t offset = 0, size = 0;
  bool independent = false;
};
struct Segment {
  uint32_t number = 0;
  int64_t start = 0, duration = 0;
  uint64_t size = 0;
  uint32_t init = 0;
  uint32_t timescale = 0;  ///< of the init; a track's may change with its format
  bool discontinuity = false;
  bool gap = false;
  bool durable =
      true;  ///< false: all chunks are there, the file has its ".part" name a moment more
  std::vector<Chunk> chunks;  ///< kept for the newest segments only

  [[nodiscard]] base::MediaTime time(int64_t ticks) const {
    return base::MediaTime::from_ticks(ticks, timescale);
  }
  [[nodiscard]] base::MediaTime start_time() const { return time(start); }
  [[nodiscard]] base::MediaTime end_time() const { return time(start + duration); }
};
struct Track {
  TrackInit init;  ///< the newest
  bool active = true;
  std::deque<Segment> segments;         ///< whole ones in the window, numbers without holes
  std::optional<Segment> open;          ///< the one being written: number, start and chunks
  uint32_t discontinuity_sequence = 0;  ///< discontinuities that left the window
  uint64_t peak_bitrate = 0, average_bitrate = 0;  ///< bit/s over the window, whole segments
  std::map<uint32_t, TrackInit> inits;             ///< every init the window's segments use
  struct Measured {                                ///< apply()'s own: sums behind the bit rates
    uint64_t bytes = 0, peak = 0, peak_of_all = 0;
    int64_t length = 0;
  } measured;

  /// End of the newest whole segment or chunk.
  [[nodiscard]] base::MediaTime end() const;
};

/// Plain value; copyable. apply() keeps the rules (numbers go up, holes become gaps) and refuses
/// what breaks them.
class Presentation {
 public:
  [[nodiscard]] base::Result<void> apply(const Event &event);

  std::optional<Epoch> epoch;
  SessionStarted session;
  bool on_air = false;                  ///< between SessionStarted and SessionEnded
  std::map<std::string, Track> tracks;  ///< by folder name
  uint32_t next_segment = 0;            ///< one past the highest number ever seen in any track
  /// Whole seconds; >= every segment ever listed, rounded to the nearest second (RFC 8216 4.3.3.1).
  /// Never goes down in a session.
  base::MediaTime target_duration;
  base::MediaTime part_target;       ///< >= every chunk of the session
  uint32_t window_first = 0;         ///< of the last WindowMoved
  std::deque<Stretch> stretches;     ///< those of the window, oldest first
  uint32_t discontinuity_floor = 0;  ///< where a track without a neighbour begins to count
};

/// The events that build this presentation again, without chunks: a journal with nothing
/// superfluous.
[[nodiscard]] std::vector<Event> snapshot(const Presentation &presentation);

/// "seg-00000042.m4s", "init-3.mp4", and the name of a chunk, "seg-00000042.3.m4s".
[[nodiscard]] std::string segment_name(uint32_t segment);
[[nodiscard]] std::string init_name(uint32_t init);
[[nodiscard]] std::string chunk_name(uint32_t segment, uint32_t chunk);
/// The reverse, for requests; strict: exactly the form above.
struct MediaName {
  enum class What { kInit, kSegment, kChunk } what{};
  uint32_t number = 0, chunk = 0;
};
[[nodiscard]] std::optional<MediaName> parse_media_name(std::string_view name);

}  // namespace klive::manifest
