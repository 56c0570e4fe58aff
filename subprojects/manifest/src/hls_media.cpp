// SPDX-License-Identifier: LGPL-2.1-or-later
// Media playlists: RFC 8216 4.3.3, and for low latency draft-pantos-hls-rfc8216bis 4.4.3-4.4.5.
//
//   older than 6 targets │ older than 3 targets │ newest                                  │ being
//   written skipped in a delta   │ EXTINF + URI         │ PARTs, then EXTINF + URI                │
//   PARTs, PRELOAD-HINT
#include <algorithm>

#include "manifest/hls.h"
#include "selection.h"
#include "text.h"

namespace klive::manifest {
namespace {

using base::MediaTime;

constexpr int64_t kPartTargets = 3;  // parts are listed for so many target durations
constexpr int64_t kSkipTargets = 6;
constexpr int64_t kHoldBackTargets = 3;
constexpr int64_t kJump = 1'000'000;  // 1 ms: below it, times follow each other

MediaTime times(MediaTime time, int64_t factor) { return {time.ns * factor}; }

// Writes one playlist; holds what the lines so far have said.
class Writer {
 public:
  Writer(const Presentation &p, std::string_view name, const Track &track,
         const MediaPlaylistOptions &options)
      : p_(p),
        name_(name),
        track_(track),
        low_latency_(options.low_latency && p.on_air),
        wants_skip_(options.skip && low_latency_) {}

  std::string write() {
    count_ = track_.segments.size();
    if (!low_latency_) {
      const auto open_file = std::find_if(track_.segments.begin(), track_.segments.end(),
                                          [](const Segment &s) { return !s.durable; });
      count_ = static_cast<size_t>(open_file - track_.segments.begin());
    }
    end_ = low_latency_ || count_ == 0 ? track_.end() : track_.segments[count_ - 1].end_time();
    out_.reserve(1024 + count_ * 64 + (low_latency_ ? 16384 : 0));
    const size_t skipped = skip_count();
    head(skipped);
    for (size_t i = skipped; i < count_; ++i) whole_segment(track_.segments[i]);
    if (low_latency_ && track_.open) parts(*track_.open);
    if (low_latency_) tail();
    if (!p_.on_air) out_ += "#EXT-X-ENDLIST\n";
    return std::move(out_);
  }

 private:
  // Segments older than the skip boundary, which players that ask for a delta know.
  size_t skip_count() const {
    if (!wants_skip_) return 0;
    const int64_t boundary = end_.ns - kSkipTargets * p_.target_duration.ns;
    size_t skipped = 0;
    while (skipped < count_ && track_.segments[skipped].end_time().ns <= boundary) ++skipped;
    return skipped;
  }

  void head(size_t skipped) {
    add(out_, "#EXTM3U\n#EXT-X-VERSION:", low_latency_ ? 9 : 7,
        "\n#EXT-X-TARGETDURATION:", p_.target_duration.ns / 1'000'000'000, "\n");
    if (low_latency_) {
      add(out_,
          "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=", times(p_.part_target, 3),
          ",HOLD-BACK=", times(p_.target_duration, kHoldBackTargets),
          ",CAN-SKIP-UNTIL=", times(p_.target_duration, kSkipTargets),
          "\n#EXT-X-PART-INF:PART-TARGET=", p_.part_target, "\n");
    }
    const uint32_t first = count_ > 0                    ? track_.segments.front().number
                           : track_.open && low_latency_ ? track_.open->number
                                                         : p_.next_segment;
    add(out_, "#EXT-X-MEDIA-SEQUENCE:", first,
        "\n#EXT-X-DISCONTINUITY-SEQUENCE:", track_.discontinuity_sequence,
        "\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    if (skipped > 0) add(out_, "#EXT-X-SKIP:SKIPPED-SEGMENTS=", skipped, "\n");
  }

  // What must be said before a segment's first part or its EXTINF.
  void before(const Segment &segment) {
    const bool is_first = !previous_;
    if (segment.discontinuity) out_ += "#EXT-X-DISCONTINUITY\n";
    if (is_first || segment.init != init_) {
      add(out_, "#EXT-X-MAP:URI=\"init-", segment.init, ".mp4\"\n");
      init_ = segment.init;
    }
    if (is_first || segment.discontinuity || (previous_->gap && !segment.gap) ||
        !follows(*previous_, segment)) {
      out_ += "#EXT-X-PROGRAM-DATE-TIME:";
      add_date(out_, (p_.epoch ? p_.epoch->wall_ns : 0) + segment.start_time().ns);
      out_ += '\n';
    }
    previous_ = &segment;
  }

  // Nearly always answered without a division: this runs for every segment of the window.
  static bool follows(const Segment &before, const Segment &segment) {
    if (segment.timescale == before.timescale && segment.start == before.start + before.duration)
      return true;
    const int64_t distance = segment.start_time().ns - before.end_time().ns;
    return distance <= kJump && distance >= -kJump;
  }

  void whole_segment(const Segment &segment) {
    before(segment);
    if (low_latency_ && !segment.chunks.empty()) {
      const int64_t oldest = end_.ns - kPartTargets * p_.target_duration.ns;
      if (segment.end_time().ns > oldest) part_lines(segment);
    }
    if (segment.gap) out_ += "#EXT-X-GAP\n";
    // Segments of a stream are mostly of one length.
    if (segment.duration != duration_ || segment.timescale != timescale_) {
      duration_ = segment.duration;
      timescale_ = segment.timescale;
      duration_line_.clear();
      add(duration_line_, "#EXTINF:", segment.time(segment.duration), ",\nseg-");
    }
    out_ += duration_line_;
    add_padded(out_, segment.number, 8);
    out_ += ".m4s\n";
  }

  void parts(const Segment &open) {
    before(open);
    part_lines(open);
  }

  void part_lines(const Segment &segment) {
    for (size_t i = 0; i < segment.chunks.size(); ++i) {
      const Chunk &chunk = segment.chunks[i];
      add(out_, "#EXT-X-PART:DURATION=", segment.time(chunk.duration), ",URI=\"seg-");
      add_padded(out_, segment.number, 8);
      add(out_, ".", i, ".m4s\"", chunk.independent ? ",INDEPENDENT=YES\n" : "\n");
    }
  }

  void tail() {
    if (track_.active) {
      uint32_t number = 0;
      size_t part = 0;
      if (track_.open) {
        number = track_.open->number;
        part = track_.open->chunks.size();
      } else {
        number = track_.segments.empty() ? p_.next_segment : track_.segments.back().number + 1;
      }
      add(out_, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"seg-");
      add_padded(out_, number, 8);
      add(out_, ".", part, ".m4s\"\n");
    }
    const Selection selection = select_tracks(p_, true);
    for (const auto *tracks : {&selection.video, &selection.audio}) {
      for (const Offered &other : *tracks) {
        if (other.name != name_) report(other);
      }
    }
  }

  void report(const Offered &other) {
    const Segment &last = other.track->open ? *other.track->open : other.track->segments.back();
    add(out_, "#EXT-X-RENDITION-REPORT:URI=\"../", other.name,
        "/index.m3u8\",LAST-MSN=", last.number);
    if (!last.chunks.empty()) add(out_, ",LAST-PART=", last.chunks.size() - 1);
    out_ += '\n';
  }

  const Presentation &p_;
  const std::string_view name_;
  const Track &track_;
  const bool low_latency_;  // an ended playlist is a plain one
  const bool wants_skip_;
  std::string out_;
  size_t count_ = 0;  // whole segments that are listed
  MediaTime end_;     // of what is listed
  const Segment *previous_ = nullptr;
  uint32_t init_ = 0;
  std::string duration_line_;  // for segments of this length:
  int64_t duration_ = -1;
  uint32_t timescale_ = 0;
};

}  // namespace

std::optional<std::string> render_media_playlist(const Presentation &presentation,
                                                 std::string_view track,
                                                 const MediaPlaylistOptions &options) {
  const auto found = presentation.tracks.find(std::string(track));
  if (found == presentation.tracks.end() || !is_playable(found->second, options.low_latency))
    return {};
  return Writer(presentation, found->first, found->second, options).write();
}

bool fills_hold_back(const Presentation &presentation) {
  const MediaTime hold_back = times(presentation.target_duration, kHoldBackTargets);
  return std::any_of(
      presentation.tracks.begin(), presentation.tracks.end(), [&](const auto &named) {
        const Track &track = named.second;
        return track.active && !track.segments.empty() &&
               track.end().ns - track.segments.front().start_time().ns >= hold_back.ns;
      });
}

}  // namespace klive::manifest
