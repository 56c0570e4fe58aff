// SPDX-License-Identifier: LGPL-2.1-or-later
// The segmenter: takes samples in, decides with the Grid which segment each belongs to, and lets
// the tracks' writers do the rest.
//
// A sample's way:  TrackTimeline (ticks, durations) → placing (which segment?) → TrackWriter.
// The leading track never waits. The others wait for it to reach their time, `patience` at most; a
// key frame that may be the nearest to a cut still to come waits for that:
//
//   leader     . . . . . . .|K         how it gets there first or last must not matter: 7 is the
//   follower   . . . .|K . . . . . .   key frame nearest to the cut, which is still to come
//                      '-- held until the leader cut, or went past half a key-frame distance
#include "cmaf/segmenter.h"

#include <algorithm>
#include <string>
#include <utility>

#include "grid.h"
#include "key_rhythm.h"
#include "track_timeline.h"
#include "track_writer.h"

namespace klive::cmaf {
namespace {

using base::ErrorCode;
using base::fail;
using base::MediaTime;
using base::Result;

constexpr size_t kMaxSample = size_t{16} << 20;
constexpr MediaTime kMaxReorder = MediaTime::from_seconds(60);
// What waits is bounded by patience; and by this where a stream's clock stands still.
constexpr size_t kMaxWaiting = 4096;
constexpr size_t kMaxWaitingBytes = size_t{32} << 20;
// Tracks of one publication end about together, and begin again together.
constexpr MediaTime kSameEvent = MediaTime::from_seconds(1);
// One sample, however long, is no proof that the others are silent.
constexpr MediaTime kMostProgress = MediaTime::from_ms(500);
// The tolerance "half a frame" must stay small for slides.
constexpr MediaTime kLongestFrame = MediaTime::from_ms(200);
// Key frames whose distances differ by so many frames come regularly.
constexpr int64_t kSameDistance = 2;
// What is left of the sound when the picture has ended is no segment of its own.
constexpr MediaTime kTail = MediaTime::from_ms(250);

enum class Presence {
  kAwaited,  ///< may begin any time
  kActive,   ///< samples come
  kEnded,
};

struct Track {
  Track(uint32_t track_index, Kind track_kind, uint32_t first_init,
        const SegmenterSettings &settings, SegmenterOutput &output)
      : index(track_index), kind(track_kind), writer(track_index, first_init, settings, output) {}

  const uint32_t index;
  const Kind kind;
  std::optional<TrackFormat> format;  ///< of the samples to come
  bool format_changed = false;        ///< the next sample is the first one with it
  bool returns = false;               ///< the next sample is the first one after the end
  Presence presence = Presence::kAwaited;
  bool is_silent = false;  ///< others went on for `patience` without it
  TrackTimeline timeline;
  TrackWriter writer;
  MediaTime position;                  ///< decode time of the newest sample
  KeyRhythm keys;                      ///< of pictures
  MediaTime progress;                  ///< media handed in so far
  std::vector<MediaTime> progress_of;  ///< the other tracks' when this one last had a sample

  [[nodiscard]] bool is_video() const { return kind == Kind::kVideo; }
  [[nodiscard]] MediaTime frame() const { return std::min(timeline.usual(), kLongestFrame); }
  /// How far a cut may be from a key frame at `time` for this to be the nearest one to it.
  [[nodiscard]] MediaTime slack(MediaTime time) const {
    return std::max(MediaTime{frame().ns / 2}, keys.half_way(time));
  }
};

}  // namespace

struct Segmenter::State {
  State(SegmenterSettings s, SegmenterOutput &o) : settings(s), output(o), grid(settings) {}

  Result<void> push(Track &track, const InputSample &sample);
  void end(Track &track);

  Track *leader();
  void note_progress(Track &track, MediaTime step);
  void wait_for(Track &track);

  QueuedSample admit(Track &track, const InputSample &sample);
  void shift_behind(Track &track, MediaTime dts);
  void begin_behind(Track &track, MediaTime dts);

  std::optional<uint32_t> segment_for(Track &track, const QueuedSample &sample, bool now);
  uint32_t lead(Track &track, const QueuedSample &sample);
  std::optional<uint32_t> segment_anew(Track &track, const QueuedSample &sample, bool now);
  std::optional<uint32_t> follow_video(const Track &track, const QueuedSample &sample,
                                       const Track &first, bool now);
  MediaTime reach(const Track &track, MediaTime time, const Track &first) const;
  bool may_cut_by(const Track &first, const Track &track, MediaTime key, MediaTime time) const;
  void break_off(const Track &track, bool leads);
  void make_way(Track &track, QueuedSample &sample, uint32_t number);
  void end_chunk_early(Track &track);
  bool has_waited_enough(Track &track);
  bool settle(Track &track, bool now);
  void settle_all();
  void close_if_silent(Track &track);

  const SegmenterSettings settings;
  SegmenterOutput &output;
  Grid grid;
  std::vector<std::unique_ptr<Track>> tracks;
  MediaTime last_shift, last_shift_at;  ///< the newest shift, and the handed-in time that needed it
  /// The same for the begin of this run, behind `not_before`.
  std::optional<MediaTime> first_shift;
  MediaTime first_at;
};

// --- who leads, who is there -------------------------------------------------------------------

// Null: nobody, or only tracks that should wait for video that may begin any moment.
Track *Segmenter::State::leader() {
  bool video_awaited = false;
  for (const auto &track : tracks) {
    if (!track->is_video() || track->is_silent) continue;
    if (track->presence == Presence::kActive) return track.get();
    video_awaited |= track->presence == Presence::kAwaited;
  }
  if (video_awaited) return nullptr;
  for (const auto &track : tracks) {
    if (!track->is_video() && !track->is_silent && track->presence == Presence::kActive)
      return track.get();
  }
  return nullptr;
}

// `track` is alive and went on by `step`: whoever was not heard of meanwhile is silent.
void Segmenter::State::note_progress(Track &track, MediaTime step) {
  track.is_silent = false;
  track.progress += step;
  for (const auto &other : tracks) {
    track.progress_of[other->index] = other->progress;
    if (other.get() != &track && other->presence != Presence::kEnded &&
        track.progress - other->progress_of[track.index] > settings.patience)
      other->is_silent = true;
  }
}

void Segmenter::State::wait_for(Track &track) {
  track.presence = Presence::kAwaited;
  track.is_silent = false;
  track.progress_of.resize(tracks.size());
  for (const auto &other : tracks) track.progress_of[other->index] = other->progress;
}

// --- taking samples in -------------------------------------------------------------------------

Result<void> Segmenter::State::push(Track &track, const InputSample &sample) {
  if (!track.format) return fail(ErrorCode::kConflict, "a sample before the track's format");
  if (sample.data.empty()) return fail(ErrorCode::kInvalid, "a sample without bytes");
  if (sample.data.size() > kMaxSample)
    return fail(ErrorCode::kTooLarge, "a sample of " + std::to_string(sample.data.size()) +
                                          " bytes; at most 16 MiB are taken");
  if (sample.dts + kMaxReorder < MediaTime{} || sample.pts > sample.dts + kMaxReorder ||
      sample.dts > sample.pts + kMaxReorder)
    return fail(ErrorCode::kInvalid, "a sample with times more than a minute apart or before zero");
  const bool begins = !track.timeline.has_begun() || track.format_changed || track.returns;
  if (track.is_video() && begins && !sample.key) return {};

  const bool is_first = !track.timeline.has_begun();
  QueuedSample admitted = admit(track, sample);
  const MediaTime step = is_first ? MediaTime{} : admitted.dts - track.position;
  track.position = admitted.dts;
  track.presence = Presence::kActive;
  note_progress(track, std::clamp(step, MediaTime{}, kMostProgress));

  // Samples in front of it that wait may be decided by now, and then this one goes straight into
  // its chunk's buffer.
  settle(track, false);
  std::optional<uint32_t> number;
  if (!track.writer.has_waiting()) number = segment_for(track, admitted, false);
  if (number) {
    make_way(track, admitted, *number);
    track.writer.append_placed(std::move(admitted), sample.data);
    end_chunk_early(track);
  } else {
    track.writer.append_waiting(std::move(admitted), sample.data);
  }
  settle_all();
  return {};
}

QueuedSample Segmenter::State::admit(Track &track, const InputSample &sample) {
  const bool has_history = track.timeline.has_begun();
  const bool breaks =
      has_history && (sample.discontinuity || track.returns || track.timeline.steps_back(sample));
  if (breaks) shift_behind(track, sample.dts);
  // An ended track has nothing queued; a silent one may have been told its last duration already.
  QueuedSample *previous = track.writer.newest();
  if (previous != nullptr && track.format_changed) {
    track.timeline.break_off(*previous, sample.dts);
    previous = nullptr;
  }
  if (track.format_changed) track.timeline.set_format(*track.format);
  if (!has_history) begin_behind(track, sample.dts);
  QueuedSample admitted = track.timeline.admit(sample, breaks, previous);
  admitted.anew = has_history && (track.format_changed || track.returns);
  if (track.format_changed) admitted.new_format = std::make_unique<TrackFormat>(*track.format);
  track.format_changed = false;
  track.returns = false;
  return admitted;
}

// A timeline that begins again behind where the old one ended would overlap it. All tracks of the
// publication are moved by the same amount, or picture and sound would part.
void Segmenter::State::shift_behind(Track &track, MediaTime dts) {
  const MediaTime own_end = track.timeline.end();
  MediaTime shift;
  if (dts + MediaTime{track.frame().ns / 2} < own_end) {
    MediaTime end = own_end;
    for (const auto &other : tracks) {
      if (!other->timeline.has_begun()) continue;
      const MediaTime other_end = other->timeline.end();
      if (other_end > end && other_end < own_end + kSameEvent) end = other_end;
    }
    shift = end - dts;
  }
  const bool is_same_event = dts < last_shift_at + kSameEvent && last_shift_at < dts + kSameEvent;
  if (is_same_event) shift = std::max(shift, last_shift);
  if (shift > MediaTime{}) {
    last_shift_at = dts;
    last_shift = shift;
  }
  track.timeline.set_shift(shift);
}

// A run that goes on where another ended, with a clock that was put back meanwhile (or that is read
// a little earlier behind a frame's arrival), would overlap what that one wrote. The first track
// decides for those that begin with it; where they begin a little before it, they are squeezed.
void Segmenter::State::begin_behind(Track &track, MediaTime dts) {
  if (settings.not_before <= MediaTime{}) return;
  if (!first_shift) {
    first_shift = std::max(settings.not_before - dts, MediaTime{});
    first_at = dts;
  }
  const bool is_same_event = dts < first_at + kSameEvent && first_at < dts + kSameEvent;
  if (is_same_event || dts < settings.not_before) track.timeline.set_shift(*first_shift);
  track.timeline.set_floor(settings.not_before);
}

// --- placing: which segment does a sample belong to? -------------------------------------------

// Empty: not known yet. `now` forbids to wait.
std::optional<uint32_t> Segmenter::State::segment_for(Track &track, const QueuedSample &sample,
                                                      bool now) {
  now = now || has_waited_enough(track);
  Track *first = leader();
  if (first == &track || (now && (first == nullptr || grid.empty()))) return lead(track, sample);
  if (first == nullptr || grid.empty()) return std::nullopt;
  if (sample.anew) return segment_anew(track, sample, now);
  if (sample.discontinuity) break_off(track, false);
  if (track.is_video()) return follow_video(track, sample, *first, now);

  const bool is_reached = sample.pts <= first->position || sample.pts < grid.newest_start();
  if (!is_reached && !now) return std::nullopt;
  const uint32_t number = is_reached ? grid.number_at(sample.pts) : grid.newest();
  return std::max(number, track.writer.lowest_possible());
}

// The leading track decides at once, and by deciding makes the grid.
uint32_t Segmenter::State::lead(Track &track, const QueuedSample &sample) {
  if (grid.empty()) return grid.cut(sample.pts, false);
  if (sample.discontinuity && !sample.anew) break_off(track, true);
  if (track.is_video() && !sample.entry.key) return track.writer.lowest_possible();
  const auto last = track.writer.segment();
  const uint32_t newest = grid.newest();

  if (sample.anew && !grid.discontinuity_between(last.value_or(0), newest))
    return grid.cut(sample.pts, true);
  if (!last || *last < newest) {
    // Another track made the newest cut: join it there, at the key frame nearest to it.
    const bool is_near = sample.pts + track.slack(sample.pts) >= grid.newest_start();
    if (track.writer.is_open() && !is_near && !sample.anew) return *last;
    const bool others_lead_on =
        std::any_of(tracks.begin(), tracks.end(), [&](const std::unique_ptr<Track> &other) {
          return other.get() != &track && other->is_video() && other->writer.is_open();
        });
    const bool takes_over_from_audio = track.is_video() && !last && !others_lead_on;
    if (!takes_over_from_audio || !grid.is_due(sample.pts, track.frame(), {})) {
      if (last || sample.pts < grid.newest_start()) grid.leader_entered(sample.pts);
      return newest;
    }
  }
  if (grid.discontinuity_requested()) return grid.cut(sample.pts, true);

  // Sound that only stands in for silent pictures gives them time to come back with a key frame.
  MediaTime grace;
  for (const auto &other : tracks) {
    if (track.is_video() || !other->is_video()) continue;
    if (other->writer.is_open()) {
      grace = settings.patience;
    } else if (other->writer.segment() == newest) {
      grace = std::max(grace, kTail);
    }
  }
  if (grid.is_due(sample.pts, track.frame(), grace)) return grid.cut(sample.pts, false);
  return track.writer.is_open() ? *last : newest;
}

// After a change of format or a return: a segment that is marked in every track. The leader's next
// key frame makes it; or this sample itself when that takes too long.
std::optional<uint32_t> Segmenter::State::segment_anew(Track &track, const QueuedSample &sample,
                                                       bool now) {
  const auto marked = grid.discontinuity_between(*track.writer.segment(), grid.newest());
  if (marked) return std::max(*marked, grid.number_at(sample.pts));
  grid.request_discontinuity();
  if (!now) return std::nullopt;
  return grid.cut(sample.pts, true);
}

// Another video track: cuts at its own key frame nearest to the grid's cut. What comes out does not
// depend on how far the leader has got, as long as nobody is later than `patience`.
std::optional<uint32_t> Segmenter::State::follow_video(const Track &track,
                                                       const QueuedSample &sample,
                                                       const Track &first, bool now) {
  const uint32_t lowest = track.writer.lowest_possible();
  if (!sample.entry.key) return lowest;
  const MediaTime until = sample.pts + reach(track, sample.pts, first);
  // The segment it would be in without the cut in front of it. A number whose cut found no key
  // frame near enough begins late rather than never: it is skipped only when the next one has begun
  // as well.
  const uint32_t behind = grid.number_at(sample.pts);
  const uint32_t stays = track.writer.is_open() ? lowest : std::max(behind, lowest);
  const bool is_reached = first.position >= sample.pts;
  if (grid.number_at(until) > stays) {
    if (!now && !is_reached && may_cut_by(first, track, sample.pts, sample.pts))
      return std::nullopt;
    return std::max(behind, stays + 1);
  }
  if (now) return stays;
  const bool is_passed = first.position >= until;
  if (!is_reached || (!is_passed && may_cut_by(first, track, sample.pts, until)))
    return std::nullopt;
  return stays;
}

// How far behind a follower's key frame at `time` a cut may be that is this key frame's.
MediaTime Segmenter::State::reach(const Track &track, MediaTime time, const Track &first) const {
  MediaTime reach = track.slack(time);
  if (!track.writer.is_open()) {
    // Its first one. Its distances are not known; nearer to the next cut than to the one before.
    reach = std::max(time - grid.start_at(time), MediaTime{});
    if (const auto distance = first.keys.distance())
      reach = std::min(reach, MediaTime{distance->ns / 2});
  }
  return std::min(reach, settings.patience);
}

// Whether the leading track may still begin a segment up to `time`, as far as a key frame of
// `track` at `key` tells. One that does not come regularly was probably made for the picture (a new
// scene), and then the leader has one there too.
bool Segmenter::State::may_cut_by(const Track &first, const Track &track, MediaTime key,
                                  MediaTime time) const {
  MediaTime due = grid.due(first.frame());
  if (grid.discontinuity_requested() || first.format_changed) due = std::min(due, first.position);
  if (time < due) return false;
  const MediaTime tolerance = {kSameDistance * first.frame().ns};
  if (!track.keys.fits(key, tolerance)) return true;
  const auto expected = first.keys.next(due, first.position - tolerance);
  return !expected || *expected <= time + tolerance;
}

// The samples go on in the open segment; the next one is marked in every track. Once for all tracks
// of a publication, which break off together: one that follows may find itself behind the cut.
void Segmenter::State::break_off(const Track &track, bool leads) {
  const auto last = track.writer.segment();
  if (!last || grid.discontinuity_between(*last, grid.newest())) return;
  const bool is_behind = !leads && *last != settings.first_segment &&
                         grid.is_discontinuity(*last) &&
                         track.position < track.writer.segment_start() + settings.patience;
  if (!is_behind) grid.request_discontinuity();
}

void Segmenter::State::make_way(Track &track, QueuedSample &sample, uint32_t number) {
  const auto last = track.writer.segment();
  const bool marked =
      last ? grid.discontinuity_between(*last, number).has_value() : grid.is_discontinuity(number);
  if (track.is_video() && sample.entry.key)
    track.keys.note(sample.pts, {kSameDistance * track.frame().ns});
  track.writer.make_way(sample, number, marked, track.timeline.usual_ticks());
}

// Saves the time of one picture, which is most of what a chunk takes to be ready. If the next one
// does not come when it was foreseen, there is a hole, and nothing is foreseen for a while.
void Segmenter::State::end_chunk_early(Track &track) {
  if (!settings.low_latency || !track.is_video() || !track.timeline.is_steady()) return;
  const auto duration = track.writer.fills_chunk(track.timeline.usual_ticks());
  if (!duration) return;
  track.timeline.release(*track.writer.newest(), *duration);
  track.writer.end_chunk();
}

bool Segmenter::State::has_waited_enough(Track &track) {
  if (!track.writer.has_waiting()) return false;
  return track.position > track.writer.first_waiting().dts + settings.patience ||
         track.writer.waiting() > kMaxWaiting || track.writer.payload() > kMaxWaitingBytes;
}

bool Segmenter::State::settle(Track &track, bool now) {
  bool went_on = false;
  while (track.writer.has_waiting()) {
    QueuedSample &sample = track.writer.first_waiting();
    const auto number = segment_for(track, sample, now);
    if (!number) break;
    make_way(track, sample, *number);
    track.writer.place_waiting();
    went_on = true;
  }
  return went_on;
}

// One track's cut may be what another waits for, in any order.
void Segmenter::State::settle_all() {
  for (bool went_on = true; went_on;) {
    went_on = false;
    for (const auto &track : tracks) went_on |= settle(*track, false);
  }
  for (const auto &track : tracks) close_if_silent(*track);
}

// --- ends --------------------------------------------------------------------------------------

// Sound that stopped coming must not keep its segment open when the others have gone on. (Pictures
// keep theirs: only a key frame could begin the next one.)
void Segmenter::State::close_if_silent(Track &track) {
  if (!track.is_silent || track.is_video() || !track.writer.is_open() ||
      track.writer.has_waiting() || grid.newest() <= *track.writer.segment())
    return;
  if (QueuedSample *newest = track.writer.newest()) track.timeline.release(*newest);
  track.writer.close_segment();
}

void Segmenter::State::end(Track &track) {
  if (track.presence == Presence::kActive) {
    if (QueuedSample *newest = track.writer.newest()) track.timeline.release(*newest);
    settle(track, true);
    track.writer.close_segment();
    track.returns = true;
  }
  track.presence = Presence::kEnded;
  track.is_silent = false;
  track.keys.forget();
  settle_all();
}

Segmenter::Segmenter(SegmenterSettings settings, SegmenterOutput &output)
    : state_(std::make_unique<State>(settings, output)) {}

Segmenter::~Segmenter() = default;

uint32_t Segmenter::add_track(Kind kind, uint32_t first_init) {
  const auto index = static_cast<uint32_t>(state_->tracks.size());
  state_->tracks.push_back(
      std::make_unique<Track>(index, kind, first_init, state_->settings, state_->output));
  for (const auto &track : state_->tracks) track->progress_of.resize(index + 1);
  state_->wait_for(*state_->tracks.back());
  return index;
}

void Segmenter::set_format(uint32_t index, TrackFormat format) {
  Track &track = *state_->tracks[index];
  if (track.presence == Presence::kEnded) state_->wait_for(track);
  if (track.format == format) return;
  track.format = std::move(format);
  track.format_changed = true;
}

Result<void> Segmenter::push(uint32_t track, const InputSample &sample) {
  return state_->push(*state_->tracks[track], sample);
}

void Segmenter::end_track(uint32_t track) { state_->end(*state_->tracks[track]); }

void Segmenter::finish() {
  // The leader last: what follows it can then still be placed by its cuts.
  const Track *leader = state_->leader();
  for (const auto &track : state_->tracks) {
    if (track.get() != leader) state_->end(*track);
  }
  for (const auto &track : state_->tracks) {
    if (track->presence != Presence::kEnded) state_->end(*track);
  }
}

}  // namespace klive::cmaf
