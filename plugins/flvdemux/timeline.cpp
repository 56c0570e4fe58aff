// SPDX-License-Identifier: LGPL-2.1-or-later
// Timeline: unwrapping, anchoring, and telling a jump from a gap.
#include "timeline.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace klive::flvdemux {
namespace {

constexpr int64_t kMs = 1'000'000;
// Timestamps that leave arrival time by more than this have jumped.
constexpr int64_t kJump = 3'000 * kMs;
// Some encoders wrap early: at 2^31, or at 2^24 where they have no extended timestamp. A step of
// that size, give or take `near` milliseconds, is such a wrap.
struct EarlyWrap {
  int64_t range, near;
};
constexpr std::array kEarlyWraps = {EarlyWrap{int64_t{1} << 31, 10'000},
                                    EarlyWrap{int64_t{1} << 24, 1'000}};
constexpr int64_t kRange = (int64_t{1} << 32) * kMs;
// After a small step of one track, the others get this long to make the same step.
constexpr int64_t kFollow = 1'000 * kMs;
// A track makes a step of its own when it leaves its frame duration by more than this.
constexpr int64_t kOwnStep = 15 * kMs;
// Silence longer than this before a jump stays visible as a gap.
constexpr int64_t kVisibleGap = 1'000 * kMs;
constexpr int64_t kLongestFrame = 1'000 * kMs;
constexpr int64_t kUsualFrame = 33 * kMs;
// Frames of one track never share a decode time: durations would be zero.
constexpr int64_t kLeastStep = kMs / 10;
// The lead follows slow encoder clocks at 500 parts in a million, more than any real one is off.
constexpr int64_t kLeadDecay = 2'000;

}  // namespace

Timeline::Sent Timeline::unwrap(uint32_t raw, const Sent &near) {
  int64_t step = static_cast<int32_t>(raw - near.raw);
  for (const EarlyWrap &wrap : kEarlyWraps) {
    const int64_t folded = step < 0 ? step + wrap.range : step - wrap.range;
    if (std::abs(folded) < wrap.near) step = folded;
  }
  return {raw, near.ns + step * kMs};
}

int64_t Timeline::media_at(base::MediaTime arrival) const {
  return anchor_media_ + arrival.ns - anchor_arrival_;
}

int64_t Timeline::end_of_all() const {
  int64_t end = 0;
  for (const auto &[id, track] : tracks_) end = std::max(end, track.last_media + track.duration);
  return end;
}

void Timeline::set_anchor(const Frame &frame) {
  anchored_ = true;
  anchor_media_ = epoch_.ns == 0 ? 0 : std::max<int64_t>(0, frame.wall.ns - epoch_.ns);
  anchor_arrival_ = newest_arrival_ = frame.arrival.ns;
  newest_ = {frame.timestamp, static_cast<int64_t>(frame.timestamp) * kMs};
  offset_ = anchor_media_ - newest_.ns;
  if (hint_ && epoch_.ns != 0) {
    // The other publication's timestamps may have wrapped since.
    const int64_t off = hint_->ns - offset_;
    const int64_t wraps = (off + (off < 0 ? -kRange / 2 : kRange / 2)) / kRange;
    const int64_t media = anchor_media_ + off - wraps * kRange;
    if (std::abs(off - wraps * kRange) < kJump && media >= 0) offset_ = media - newest_.ns;
  }
  offset_since_ = newest_.ns + offset_;
}

Placement Timeline::place(const Frame &frame) {
  if (!anchored_) set_anchor(frame);
  auto [entry, is_new] = tracks_.try_emplace(frame.track);
  Track &track = entry->second;
  if (is_new) {
    track.offset = offset_;
    track.last = newest_;
    track.last_media = -1;
    track.duration = frame.duration.ns > 0 ? frame.duration.ns : kUsualFrame;
    const int64_t step = unwrap(frame.timestamp, newest_).ns - newest_.ns;
    const int64_t ahead = newest_.ns + step + offset_ - media_at(frame.arrival) - lead_;
    // A first frame far from everything else has a time base of its own: arrival time decides.
    if (step < -kJump || (step > kJump && ahead > kJump)) {
      re_anchor(track, frame);
      return {{settle(track, frame, {frame.timestamp, newest_.ns}, 0)}, true};
    }
    return {{settle(track, frame, unwrap(frame.timestamp, newest_), 0)}, false};
  }

  const Sent sent = unwrap(frame.timestamp, track.last);
  const int64_t step = sent.ns - track.last.ns;
  const int64_t ahead = sent.ns + track.offset - media_at(frame.arrival) - lead_;
  const bool back = step < -frame.slack.ns;
  const bool forward = step > kJump && ahead > kJump;
  if (track.offset != offset_ && follow(track, frame, step, back || forward)) {
    return {{settle(track, frame, unwrap(frame.timestamp, newest_), 0)}, true};
  }
  if (back || forward) {
    re_anchor(track, frame);
    return {{settle(track, frame, newest_, 0)}, true};
  }
  return {{settle(track, frame, sent, step)}, false};
}

bool Timeline::follow(Track &track, const Frame &frame, int64_t step, bool jumped) {
  const int64_t shift = std::abs(offset_ - track.offset);
  const int64_t media = unwrap(frame.timestamp, newest_).ns + offset_;
  const bool fits = media >= track.last_media + track.duration - kOwnStep &&
                    std::abs(media - (newest_.ns + offset_)) < kJump;
  if (!fits) return false;
  // A far jump is told by the step; near ones by any irregular step, or by none coming at all.
  const bool near = shift < kJump;
  const bool steps = jumped || (near && std::abs(step - track.duration) > kOwnStep);
  const bool waited = near && media - offset_since_ > kFollow;
  if (!steps && !waited) return false;
  track.offset = offset_;
  return true;
}

void Timeline::re_anchor(Track &track, const Frame &frame) {
  ++jumps_;
  const int64_t end = end_of_all();
  int64_t media = std::max(end, media_at(frame.arrival));
  // It goes on without a gap unless the encoder had been silent: frames arrive in lumps.
  if (media_at(frame.arrival) + lead_ < end + kVisibleGap) media = end;
  newest_ = {frame.timestamp, static_cast<int64_t>(frame.timestamp) * kMs};
  offset_ = track.offset = media - newest_.ns;
  offset_since_ = media;
  lead_ = media - media_at(frame.arrival);
}

int64_t Timeline::settle(Track &track, const Frame &frame, const Sent &sent, int64_t step) {
  int64_t media = std::max<int64_t>(0, sent.ns + track.offset);
  if (frame.slack.ns == 0 && media <= track.last_media) media = track.last_media + kLeastStep;
  if (frame.duration.ns > 0) {
    track.duration = frame.duration.ns;
  } else if (step > 0) {
    track.duration = std::min(step, kLongestFrame);
  }
  track.last = sent;
  track.last_media = media;
  if (track.offset == offset_) newest_ = sent;

  const int64_t ahead = media - media_at(frame.arrival);
  const int64_t elapsed = std::max<int64_t>(0, frame.arrival.ns - newest_arrival_);
  lead_ = std::max(ahead, lead_ - elapsed / kLeadDecay);
  newest_arrival_ = std::max(newest_arrival_, frame.arrival.ns);
  return media;
}

}  // namespace klive::flvdemux
