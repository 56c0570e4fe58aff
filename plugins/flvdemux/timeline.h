// SPDX-License-Identifier: LGPL-2.1-or-later
// Timeline: 32-bit millisecond timestamps of one publication → the entry's 64-bit media time.
//
//   sent   ──0xfffffff0──0x00000010──…──0x0036ee80 (a jump of an hour)──…
//   media  ──t0──────────t0+32ms──────…──continues where arrival time says──…
//
// The publication is anchored once, by its first frame; from then on media time is what the encoder
// says, so that neither the network's jitter nor steps of the wall clock touch it. Arrival time
// only decides whether a step of the timestamps can be true.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/media_time.h"

namespace klive::flvdemux {

struct Frame {
  uint32_t track = 0;          ///< any number that tells the publication's tracks apart
  uint32_t timestamp = 0;      ///< milliseconds modulo 2^32 (2^31 and 2^24 are understood too)
  base::MediaTime arrival;     ///< monotonic clock
  base::MediaTime wall;        ///< Unix time; read for the first frame only
  base::MediaTime duration{};  ///< 0 = not known: taken from the steps of the timestamps
  base::MediaTime slack{};  ///< how far the track's timestamps may step back without being a jump
};

struct Placement {
  base::MediaTime time;        ///< decode time on the entry's timeline, never negative
  bool discontinuity = false;  ///< the timeline was re-anchored before this frame of this track
};

/// Thread-bound. Free of clocks: time comes with the frames.
class Timeline {
 public:
  /// `epoch` is the Unix time of media time zero; 0: the first frame is media time zero. `hint` is
  /// the anchor of another publication of the same encoder, or of this one's last connection: it is
  /// taken when it puts the first frame near its arrival, and then both have the same times.
  explicit Timeline(base::MediaTime epoch = {}, std::optional<base::MediaTime> hint = {})
      : epoch_(epoch), hint_(hint) {}

  [[nodiscard]] Placement place(const Frame &frame);
  /// The media time of timestamp zero, as the newest anchor has it; nothing before the first frame.
  [[nodiscard]] std::optional<base::MediaTime> anchor() const {
    return anchored_ ? std::optional(base::MediaTime{offset_}) : std::nullopt;
  }
  /// How often the timeline was re-anchored.
  [[nodiscard]] uint64_t jumps() const { return jumps_; }

 private:
  /// A timestamp as it came and with its wraps undone.
  struct Sent {
    uint32_t raw = 0;
    int64_t ns = 0;
  };
  struct Track {
    Sent last;
    int64_t last_media = 0;
    int64_t duration = 0;
    int64_t offset = 0;  ///< media time minus sent time
  };

  [[nodiscard]] static Sent unwrap(uint32_t raw, const Sent &near);
  [[nodiscard]] int64_t media_at(base::MediaTime arrival) const;
  [[nodiscard]] int64_t end_of_all() const;
  void set_anchor(const Frame &frame);
  /// Follows a re-anchoring that another track caused; false when this track is still before it.
  [[nodiscard]] bool follow(Track &track, const Frame &frame, int64_t step, bool jumped);
  void re_anchor(Track &track, const Frame &frame);
  int64_t settle(Track &track, const Frame &frame, const Sent &sent, int64_t step);

  base::MediaTime epoch_;
  std::optional<base::MediaTime> hint_;
  std::map<uint32_t, Track> tracks_;
  bool anchored_ = false;
  int64_t anchor_media_ = 0, anchor_arrival_ = 0;
  int64_t offset_ = 0;          ///< of the newest anchor
  int64_t offset_since_ = 0;    ///< media time of the first frame placed with it
  int64_t lead_ = 0;            ///< how far the least delayed frames are ahead of arrival time
  int64_t newest_arrival_ = 0;  ///< of the last frame of any track
  Sent newest_;                 ///< the last timestamp placed with offset_
  uint64_t jumps_ = 0;
};

}  // namespace klive::flvdemux
