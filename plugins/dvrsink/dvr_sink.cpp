// SPDX-License-Identifier: LGPL-2.1-or-later
// The streaming side: chunks into files, and what they say into events.
#include "dvr_sink.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "cmaf/track.h"

namespace klive::dvr {
namespace {

using gst::ChunkInfo;
using gst::ChunkWhat;

constexpr unsigned kRoomAttempts = 4;  // each gives a tenth of the window away

manifest::Kind kind_of(cmaf::Kind kind) {
  switch (kind) {
    case cmaf::Kind::kVideo:
      return manifest::Kind::kVideo;
    case cmaf::Kind::kAudio:
      return manifest::Kind::kAudio;
    default:
      return manifest::Kind::kText;
  }
}

manifest::TrackInit describe_init(const ChunkInfo &info, uint32_t number) {
  const cmaf::TrackFormat &format = info.format;
  return {.track = info.track,
          .kind = kind_of(format.kind),
          .flavor = info.flavor,
          .backup = info.backup,
          .init = number,
          .timescale = format.timescale,
          .codecs = cmaf::codec_string(format),
          .width = format.width,
          .height = format.height,
          .frame_rate_num = format.frame_rate_num,
          .frame_rate_den = format.frame_rate_den > 0 ? format.frame_rate_den : 1,
          .sample_rate = format.sample_rate,
          .channels = format.channels,
          .language = format.language.empty() ? "und" : format.language};
}

constexpr base::MediaTime kSilence = base::MediaTime::from_seconds(15);
constexpr size_t kRecent = 64;  // segments; the shortest ones make a minute of them

int64_t monotonic_ns() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

DvrSink::~DvrSink() { stop(false); }

base::Result<void> DvrSink::start(WindowSettings settings) {
  folder_ = settings.folder;
  WindowStore store(disk_, std::move(settings));
  auto opened = store.open();
  if (!opened) return base::fail(std::move(opened).error());
  next_segment_ = store.next_segment();
  end_at_start_ = store.newest_end();
  epoch_wall_ = store.presentation().epoch ? store.presentation().epoch->wall_ns : 0;
  if (!store.presentation().stretches.empty())
    stretch_ = store.presentation().stretches.back().first;
  for (const auto &[name, track] : store.presentation().tracks) {
    OpenTrack &known = tracks_[name];
    known.init = track.init;
    if (track.segments.empty()) continue;
    known.last = track.segments.back().number;
    known.end = track.segments.back().start + track.segments.back().duration;
  }
  {
    auto stats = stats_.lock();
    *stats = {};
    stats->next_segment = next_segment_;
  }
  store_.lock()->emplace(std::move(store));
  tell(std::move(*opened));
  writer_ = std::thread([this] { run_writer(); });
  return {};
}

int64_t DvrSink::taking_ns() const {
  const int64_t since = taking_since_;
  return since == 0 ? 0 : std::max<int64_t>(1, monotonic_ns() - since);
}

void DvrSink::take(const ChunkInfo &info, base::ByteView bytes) {
  taking_since_ = monotonic_ns();
  switch (info.what) {
    case ChunkWhat::kInit: {
      OpenTrack &track = tracks_[info.track];
      track.pending = info;
      track.pending_bytes.assign(bytes.begin(), bytes.end());
      break;
    }
    case ChunkWhat::kChunk:
      take_chunk(info, bytes);
      break;
    case ChunkWhat::kSegmentEnd:
      finish_segment(tracks_[info.track]);
      break;
    case ChunkWhat::kTrackEnd: {
      OpenTrack &track = tracks_[info.track];
      finish_segment(track);
      if (std::exchange(track.active, false))
        tell_and_note(manifest::TrackActive{info.track, false});
      break;
    }
  }
  taking_since_ = 0;
}

void DvrSink::take_chunk(const ChunkInfo &info, base::ByteView bytes) {
  // A segmenter that was not told where to begin counts from zero; the window goes on counting.
  if (!first_input_) {
    first_input_ = info.segment;
    if (info.segment < next_segment_) offset_ = next_segment_;
    first_number_ = info.segment + offset_;
  }
  const uint32_t number = info.segment + offset_;
  OpenTrack &track = tracks_[info.track];
  if (track.open && track.open->event.segment != number) finish_segment(track);
  if (!track.open && !begin_segment(info.track, track, info, number)) {
    ++stats_.lock()->dropped;
    return;
  }
  OpenSegment &open = *track.open;
  const manifest::ChunkAdded event{.track = info.track,
                                   .segment = number,
                                   .chunk = open.chunks,
                                   .start = info.start,
                                   .duration = info.duration,
                                   .samples = info.samples,
                                   .offset = open.file.size(),
                                   .size = bytes.size(),
                                   .independent = info.independent,
                                   .discontinuity = open.chunks == 0 && open.event.discontinuity,
                                   .last = info.last};
  if (!open.is_lost) {
    auto written = with_room([&] { return open.file.append(disk_, bytes); });
    if (!written) lose(open, written.error());
  }
  ++open.chunks;
  open.event.duration = info.start + info.duration - open.event.start;
  if (!open.is_lost) {
    {
      auto stats = stats_.lock();
      ++stats->chunks;
      stats->bytes += bytes.size();
    }
    tell(event);
  }
  if (info.last) finish_segment(track);
}

// False: the chunk cannot begin a segment. The hole becomes a gap when the next one is there.
bool DvrSink::begin_segment(const std::string &name, OpenTrack &track, const ChunkInfo &info,
                            uint32_t number) {
  const bool is_stale = number < next_segment_ || (track.last && number <= *track.last);
  if (is_stale || info.chunk != 0) return false;
  OpenSegment open;
  if (track.pending) {
    // What another format went before does not continue it.
    open.event.discontinuity = track.init.has_value() && track.last.has_value();
    if (!begin_init(name, track, number)) return false;
  } else if (track.init && !std::exchange(track.active, true)) {
    tell_and_note(manifest::TrackActive{name, true});
  }
  if (!track.init) return false;
  open.event.track = name;
  open.event.segment = number;
  open.event.start = info.start;
  open.event.init = track.init->init;
  // Numbers that are moved are a restart that the segmenter does not know of.
  open.event.discontinuity |= info.discontinuity || (offset_ > 0 && number == *first_number_);
  if (!stretch_ || (open.event.discontinuity && number > *stretch_)) {
    stretch_ = number;
    const auto start = base::MediaTime::from_ticks(info.start, track.init->timescale);
    tell_and_note(manifest::WindowMoved{.stretch = manifest::Stretch{number, start}});
  }
  auto created = with_room([&]() -> base::Result<void> {
    auto file = SegmentFile::create(disk_, folder_ + "/" + name, number);
    if (!file) return base::fail(std::move(file).error());
    open.file = std::move(*file);
    return {};
  });
  if (!created) lose(open, created.error());
  track.open = std::move(open);
  return true;
}

// Writes the waiting init under the number of its first segment, which no other init can have.
bool DvrSink::begin_init(const std::string &name, OpenTrack &track, uint32_t number) {
  const std::string folder = folder_ + "/" + name;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  auto written = with_room([&] {
    return replace_file(disk_, folder + "/" + manifest::init_name(number), track.pending_bytes,
                        false);
  });
  if (!written) {
    // The init stays waiting: the next segment tries again.
    warn("track " + name + ": " + written.error().message);
    return false;
  }
  manifest::TrackInit init = describe_init(*track.pending, number);
  track.pending.reset();
  track.pending_bytes.clear();
  track.init = init;
  track.active = true;
  tell_and_note(init);
  return true;
}

void DvrSink::lose(OpenSegment &segment, const base::Error &error) {
  warn("segment " + std::to_string(segment.event.segment) + " of " + segment.event.track +
       " becomes a gap: " + error.message);
  segment.is_lost = true;
}

// Tries again while the disk is full and the window makes room: what one gives away may be less
// than is needed, or somebody else's before we come.
base::Result<void> DvrSink::with_room(const std::function<base::Result<void>()> &operation) {
  base::Result<void> result = operation();
  for (unsigned attempt = 0; !result; ++attempt) {
    ++stats_.lock()->disk_errors;
    if (!is_full(result.error()) || attempt == kRoomAttempts) break;
    Changes changes;
    {
      auto store = store_.lock();
      changes = (*store)->make_room();
    }
    const bool has_room = changes.made_room;
    tell(std::move(changes));
    if (!has_room) break;
    result = operation();
  }
  return result;
}

void DvrSink::finish_segment(OpenTrack &track) {
  if (!track.open) return;
  const manifest::SegmentAdded &event = track.open->event;
  track.last = event.segment;
  track.end = event.start + event.duration;
  track.is_silent = false;
  if (recent_.empty() || recent_.back().number < event.segment) {
    const auto time = [&](int64_t ticks) {
      return base::MediaTime::from_ticks(ticks, track.init->timescale);
    };
    recent_.push_back({event.segment, time(event.start), time(event.start + event.duration)});
    if (recent_.size() > kRecent) recent_.pop_front();
  }
  Job job;
  job.segment = std::move(track.open);
  track.open.reset();
  push(std::move(job));
  cover_silence();
}

// A playlist that stands still stops its players, even if all it lacks is the sound. What comes too
// late for its number after all is dropped.
void DvrSink::cover_silence() {
  for (auto &[name, track] : tracks_) {
    if (!track.active || track.open || !track.last) continue;
    for (const Span &span : recent_) {
      if (span.number <= *track.last) continue;
      if (recent_.back().end < span.end + kSilence) break;
      if (!std::exchange(track.is_silent, true))
        warn("track " + name +
             " has been silent for 15 s; its segments are gaps until it comes back");
      OpenSegment gap;
      gap.is_lost = true;
      gap.event.track = name;
      gap.event.segment = span.number;
      // Its last frame may reach beyond the others' cut.
      gap.event.start = std::max(track.end, span.start.ticks(track.init->timescale));
      track.end = std::max(gap.event.start, span.end.ticks(track.init->timescale));
      gap.event.duration = track.end - gap.event.start;
      gap.event.init = track.init->init;
      track.last = span.number;
      push({.event = {}, .segment = std::move(gap)});
    }
  }
}

void DvrSink::finish_all() {
  for (auto &[name, track] : tracks_) finish_segment(track);
}

void DvrSink::tell_and_note(const manifest::Event &event) {
  tell(event);
  push({.event = event, .segment = {}});
}

void DvrSink::tell(const manifest::Event &event) { followers_.event(manifest::write_event(event)); }

void DvrSink::tell(Changes changes) {
  {
    auto stats = stats_.lock();
    stats->disk_errors += changes.journal_errors;
    stats->shortened += changes.shortened;
    stats->gaps += changes.gaps;
    for (const manifest::Event &event : changes.events) {
      const auto *segment = std::get_if<manifest::SegmentAdded>(&event);
      if (segment && !segment->gap) ++stats->segments;
    }
  }
  for (const manifest::Event &event : changes.events) tell(event);
  for (const std::string &warning : changes.warnings) warn(warning);
}

void DvrSink::warn(const std::string &reason) { followers_.warning(reason); }

Stats DvrSink::stats() { return *stats_.lock(); }

}  // namespace klive::dvr
