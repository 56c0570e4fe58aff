// SPDX-License-Identifier: LGPL-2.1-or-later
// Decode times and durations of one track.
#include "track_timeline.h"

#include <algorithm>
#include <cstdlib>

namespace klive::cmaf {
namespace {

using base::MediaTime;

// A step back of this much is not jitter.
constexpr MediaTime kLargeStepBack = MediaTime::from_seconds(1);
// Up to this distance the sample before is simply long (slides, a paused screen): a player can hold
// a picture much better than a hole. Sound is a hole sooner.
constexpr MediaTime kLongestPicture = MediaTime::from_seconds(10);
constexpr MediaTime kLongestSound = MediaTime::from_seconds(2);
constexpr MediaTime kLongestEver = MediaTime::from_seconds(60);
// Both ends of a distance were rounded to milliseconds, and one may have been moved by as much to
// join what was foreseen.
constexpr MediaTime kSameRate = {2'500'000};
constexpr unsigned kSteadyAfter = 24;             // distances
constexpr unsigned kMeanFrom = 3, kMeanOf = 512;  // distances

}  // namespace

void TrackTimeline::set_format(const TrackFormat &format) {
  if (has_begun_ && format.timescale != timescale_) {
    const auto convert = [&](int64_t ticks) {
      return MediaTime::from_ticks(ticks, timescale_).ticks(format.timescale);
    };
    floor_ = convert(floor_);
    last_dts_ = convert(last_dts_);
    last_given_ = convert(last_given_);
  }
  kind_ = format.kind;
  nominal_ = 0;
  timescale_ = format.timescale;
  if (kind_ == Kind::kAudio) {
    usual_ = 1024;  // an AAC frame; the next sample tells
  } else if (format.frame_rate_num != 0) {
    nominal_ = int64_t{timescale_} * format.frame_rate_den / format.frame_rate_num;
    usual_ = nominal_;
  } else {
    usual_ = timescale_ / 25;
  }
  usual_ = std::max<int64_t>(usual_, 1);
  is_measured_ = false;
  steady_ = 0;
  steady_ticks_ = 0;
}

bool TrackTimeline::is_steady() const { return steady_ >= kSteadyAfter; }

// Times as they were handed in: what was moved to join would add up.
void TrackTimeline::note_distance(int64_t distance) {
  const bool is_usual =
      is_measured_ && std::abs(distance - usual_ticks()) <= kSameRate.ticks(timescale_);
  steady_ = is_usual ? steady_ + 1 : 0;
  steady_ticks_ = is_usual ? steady_ticks_ + distance : 0;
  if (steady_ < kMeanOf) return;
  steady_ /= 2;
  steady_ticks_ /= 2;
}

int64_t TrackTimeline::usual_ticks() const {
  const int64_t rounding = timescale_ * 3 / 2000;  // both ends were rounded to milliseconds
  // 33, 33 and 34 ms are 30 a second.
  const int64_t seen = steady_ >= kMeanFrom ? steady_ticks_ / steady_ : usual_;
  return nominal_ > 0 && std::abs(seen - nominal_) <= rounding ? nominal_ : seen;
}

MediaTime TrackTimeline::usual() const { return MediaTime::from_ticks(usual_ticks(), timescale_); }

bool TrackTimeline::steps_back(const InputSample &sample) const {
  return has_begun_ &&
         sample.dts + shift_ + kLargeStepBack < MediaTime::from_ticks(last_dts_, timescale_);
}

MediaTime TrackTimeline::end() const {
  return MediaTime::from_ticks(is_released_ ? floor_ : last_dts_ + usual_, timescale_);
}

int64_t TrackTimeline::likely_duration(const QueuedSample &sample) const {
  const int64_t told = sample.duration.ticks(timescale_);
  const int64_t longest = kLongestEver.ticks(timescale_);
  return std::clamp<int64_t>(told > 0 && !is_measured_ ? told : usual_, 1, longest);
}

QueuedSample TrackTimeline::admit(const InputSample &sample, bool breaks, QueuedSample *previous) {
  const MediaTime dts = sample.dts + shift_;
  int64_t ticks = std::max(dts.ticks(timescale_), floor_);
  if (has_begun_) note_distance(dts.ticks(timescale_) - last_given_);
  last_given_ = dts.ticks(timescale_);
  // After a guessed duration the sample joins where it nearly does; a hole of a few ticks would be
  // one to every player.
  if (is_released_ && !breaks && ticks - floor_ < usual_ / 2) ticks = floor_;

  QueuedSample admitted;
  if (previous != nullptr) {
    const int64_t distance = ticks - previous->entry.dts;
    const MediaTime longest = kind_ == Kind::kAudio ? kLongestSound : kLongestPicture;
    const int64_t gap =
        std::min(std::max(longest.ticks(timescale_), 4 * usual_), kLongestEver.ticks(timescale_));
    int64_t duration = distance;
    if (breaks) {
      duration = std::min(distance, likely_duration(*previous));
    } else if (distance > gap) {
      duration = likely_duration(*previous);
    } else {
      usual_ = distance;
      is_measured_ = true;
    }
    previous->entry.duration = static_cast<uint32_t>(duration);
    admitted.starts_chunk = duration != distance;
  } else {
    admitted.starts_chunk = true;
  }

  admitted.entry.dts = ticks;
  admitted.entry.key = sample.key || kind_ == Kind::kAudio;
  // Exact where nothing was clamped: cuts compare times of tracks that round differently.
  admitted.dts = ticks == dts.ticks(timescale_) ? dts : MediaTime::from_ticks(ticks, timescale_);
  admitted.pts = admitted.dts;
  if (kind_ != Kind::kAudio) {
    admitted.pts = sample.pts + shift_;
    admitted.entry.cts = static_cast<int32_t>(admitted.pts.ticks(timescale_) - ticks);
  }
  admitted.duration = sample.duration;
  admitted.discontinuity = breaks;
  last_dts_ = ticks;
  floor_ = ticks + 1;
  is_released_ = false;
  has_begun_ = true;
  return admitted;
}

void TrackTimeline::break_off(QueuedSample &newest, MediaTime next) {
  const int64_t ticks = std::max((next + shift_).ticks(timescale_), floor_);
  newest.entry.duration =
      static_cast<uint32_t>(std::min(ticks - newest.entry.dts, likely_duration(newest)));
}

void TrackTimeline::release(QueuedSample &newest, int64_t duration) {
  newest.entry.duration = static_cast<uint32_t>(duration);
  floor_ = newest.entry.dts + duration;
  is_released_ = true;
}

}  // namespace klive::cmaf
