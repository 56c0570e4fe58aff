// SPDX-License-Identifier: LGPL-2.1-or-later
// The MPD (ISO/IEC 23009-1 5.3, live profile 8.4), after DASH-IF's restricted timing model.
//
//   availabilityStartTime = epoch
//   │ Period s0 start=0          │ Period s57 start=342.5 (a discontinuity)      MPD time = media
//   time: │ PTO=0   t: 0 540000 …      │ PTO=30825000  t: 30825000 …                   start -
//   PTO/timescale = 0
#include "manifest/dash.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include "base/markup.h"
#include "selection.h"
#include "text.h"

namespace klive::manifest {
namespace {

using base::MediaTime;

constexpr int64_t kSecond = 1'000'000'000;
// minimumUpdatePeriod follows the newest segments, so that the short ones of a fast start count
// only while they are new.
constexpr size_t kNewest = 5;

bool is_listed(const Segment &segment) {
  return !segment.gap && segment.durable && segment.duration > 0;
}

// Players wait for this much before they begin; right after the start there is no more.
constexpr MediaTime kMinBuffer{2 * kSecond};

struct Range {
  uint32_t first = 0;
  uint64_t end = 0;  // one past the last number
};

// A Period's tracks are read once: the newest is shown when it is known which it has.
size_t listed_stretches(const Presentation &p) {
  const size_t all = p.stretches.size();
  return all > 0 && !is_settled(p, p.stretches.back().first, false) ? all - 1 : all;
}

class Writer {
 public:
  Writer(const Presentation &p, const DashOptions &options, const Selection &selection)
      : p_(p), options_(options) {
    // One side a flavor: the selection has the primary first.
    for (const auto *tracks : {&selection.video, &selection.audio}) {
      for (const Offered &offered : *tracks) {
        if (!offered.track->init.backup || !has_primary(*tracks, offered.track->init))
          tracks_.push_back(offered);
      }
    }
  }

  std::string write() {
    size_t lines = 0;
    for (const Offered &offered : tracks_) lines += offered.track->segments.size();
    out_.reserve(4096 + lines * 40);
    head();
    for (size_t i = first_forward(); i < listed_stretches(p_); ++i) {
      const uint64_t end =
          i + 1 < p_.stretches.size() ? p_.stretches[i + 1].first : uint64_t{1} << 32;
      period(p_.stretches[i], {i == 0 ? 0 : p_.stretches[i].first, end});
    }
    if (p_.on_air) clock();
    out_ += "</MPD>\n";
    return std::move(out_);
  }

 private:
  // Periods lie on one timeline: where time went back, only what came after can be shown.
  [[nodiscard]] size_t first_forward() const {
    size_t first = p_.stretches.empty() ? 0 : p_.stretches.size() - 1;
    while (first > 0 && p_.stretches[first - 1].start < p_.stretches[first].start) --first;
    return first;
  }

  static bool has_primary(const std::vector<Offered> &tracks, const TrackInit &init) {
    return std::any_of(tracks.begin(), tracks.end(), [&](const Offered &other) {
      return !other.track->init.backup && other.track->init.flavor == init.flavor &&
             other.track->init.language == init.language;
    });
  }

  MediaTime end_time() const {
    MediaTime end;
    for (const Offered &offered : tracks_) {
      const auto &segments = offered.track->segments;
      const auto newest = std::find_if(segments.rbegin(), segments.rend(), is_listed);
      if (newest != segments.rend()) end = std::max(end, newest->end_time());
    }
    return end;
  }

  MediaTime update_period() const {
    MediaTime shortest = p_.target_duration;
    for (const Offered &offered : tracks_) {
      const auto &segments = offered.track->segments;
      size_t seen = 0;
      for (auto s = segments.rbegin(); s != segments.rend() && seen < kNewest; ++s) {
        if (!is_listed(*s)) continue;
        ++seen;
        shortest = std::min(shortest, s->time(s->duration));
      }
    }
    return std::max(shortest, MediaTime{kSecond / 2});
  }

  void head() {
    out_ +=
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" "
        "profiles=\"urn:mpeg:dash:profile:isoff-live:2011\"";
    add(out_, " minBufferTime=\"PT", kMinBuffer, "S\" maxSegmentDuration=\"PT", p_.target_duration,
        "S\"");
    if (p_.on_air) {
      out_ += " type=\"dynamic\" availabilityStartTime=\"";
      add_date(out_, p_.epoch->wall_ns);
      out_ += "\" publishTime=\"";
      add_date(out_, options_.publish_time_ns);
      add(out_, "\" minimumUpdatePeriod=\"PT", update_period(), "S\" timeShiftBufferDepth=\"PT",
          depth(), "S\" suggestedPresentationDelay=\"PT", MediaTime{3 * p_.target_duration.ns},
          "S\"");
    } else {
      add(out_, " type=\"static\" mediaPresentationDuration=\"PT", end_time(), "S\"");
    }
    out_ += ">\n";
  }

  // With DVR off, what is there is what may be played.
  MediaTime depth() const {
    if (p_.session.window.ns > 0) return p_.session.window;
    MediaTime begin = end_time();
    for (const Offered &offered : tracks_) {
      if (!offered.track->segments.empty())
        begin = std::min(begin, offered.track->segments.front().start_time());
    }
    return std::max(end_time() - begin, p_.target_duration);
  }

  void clock() {
    out_ += "<UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:http-xsdate:2014\" value=\"";
    base::append_markup(out_, options_.utc_timing_url);
    add(out_, "\"/>\n<UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:direct:2014\" value=\"");
    add_date(out_, options_.publish_time_ns);
    out_ += "\"/>\n";
  }

  static bool has_segments(const Track &track, const Range &range) {
    return std::any_of(track.segments.begin(), track.segments.end(), [&](const Segment &s) {
      return s.number >= range.first && s.number < range.end && is_listed(s);
    });
  }

  void period(const Stretch &stretch, const Range &range) {
    std::vector<Offered> tracks;
    for (const Offered &offered : tracks_) {
      if (has_segments(*offered.track, range)) tracks.push_back(offered);
    }
    if (tracks.empty()) return;
    add(out_, "<Period id=\"s", stretch.first, "\" start=\"PT", stretch.start, "S\">\n");
    // Tracks of one kind and language lie together: they are alternatives of each other.
    std::stable_sort(tracks.begin(), tracks.end(), [](const Offered &a, const Offered &b) {
      return std::tuple(a.track->init.kind, std::string_view(a.track->init.language)) <
             std::tuple(b.track->init.kind, std::string_view(b.track->init.language));
    });
    for (size_t i = 0; i < tracks.size(); ++i) {
      const TrackInit &init = tracks[i].track->init;
      if (i == 0 || !is_same_set(tracks[i - 1].track->init, init)) {
        if (i > 0) out_ += "</AdaptationSet>\n";
        begin_set(init);
      }
      representation(tracks[i], stretch, range);
    }
    out_ += "</AdaptationSet>\n</Period>\n";
  }

  static bool is_same_set(const TrackInit &a, const TrackInit &b) {
    return a.kind == b.kind && a.language == b.language;
  }

  void begin_set(const TrackInit &init) {
    const bool is_video = init.kind == Kind::kVideo;
    // The kind and language make the id, so that it stays over updates and Periods.
    add(out_, "<AdaptationSet contentType=\"", is_video ? "video" : "audio", "\" mimeType=\"",
        is_video ? "video/mp4" : "audio/mp4", "\"");
    if (init.language != "und") add(out_, " lang=\"", init.language, "\"");
    out_ += " segmentAlignment=\"true\" startWithSAP=\"1\">\n";
    out_ += "<Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"main\"/>\n";
  }

  void representation(const Offered &offered, const Stretch &stretch, const Range &range) {
    const Track &track = *offered.track;
    const auto first =
        std::find_if(track.segments.begin(), track.segments.end(),
                     [&](const Segment &s) { return s.number >= range.first && is_listed(s); });
    const auto used = track.inits.find(first->init);
    const TrackInit &init = used == track.inits.end() ? track.init : used->second;
    add(out_, "<Representation id=\"", offered.name, "\" codecs=\"", init.codecs, "\" bandwidth=\"",
        std::max<uint64_t>(track.peak_bitrate, 1), "\"");
    if (init.kind == Kind::kVideo) {
      if (init.width > 0 && init.height > 0)
        add(out_, " width=\"", init.width, "\" height=\"", init.height, "\"");
      if (init.frame_rate_num > 0) {
        const uint32_t divisor = std::gcd(init.frame_rate_num, init.frame_rate_den);
        add(out_, " frameRate=\"", init.frame_rate_num / divisor);
        if (init.frame_rate_den != divisor) add(out_, "/", init.frame_rate_den / divisor);
        out_ += '"';
      }
      out_ += ">\n";
    } else {
      if (init.sample_rate > 0) add(out_, " audioSamplingRate=\"", init.sample_rate, "\"");
      out_ += ">\n";
      if (init.channels > 0)
        add(out_,
            "<AudioChannelConfiguration "
            "schemeIdUri=\"urn:mpeg:dash:23003:3:audio_channel_configuration:2011\" value=\"",
            init.channels, "\"/>\n");
    }
    add(out_, "<SegmentTemplate timescale=\"", first->timescale, "\" presentationTimeOffset=\"",
        stretch.start.ticks(first->timescale), "\" initialization=\"$RepresentationID$/init-",
        first->init, ".mp4\" media=\"$RepresentationID$/t-$Time$.m4s\">\n<SegmentTimeline>\n");
    timeline(first, track.segments.end(), range);
    out_ += "</SegmentTimeline>\n</SegmentTemplate>\n</Representation>\n";
  }

  // Runs of equal length that follow each other become one line; a gap ends a run.
  void timeline(std::deque<Segment>::const_iterator s, std::deque<Segment>::const_iterator end,
                const Range &range) {
    int64_t start = 0, duration = 0, expected = 0, repeats = -1;
    const auto flush = [&] {
      if (repeats < 0) return;
      add(out_, "<S t=\"", start, "\" d=\"", duration, "\"");
      if (repeats > 0) add(out_, " r=\"", repeats, "\"");
      out_ += "/>\n";
    };
    for (; s != end && s->number < range.end; ++s) {
      if (!is_listed(*s)) continue;
      if (repeats >= 0 && s->start == expected && s->duration == duration) {
        ++repeats;
      } else {
        flush();
        start = s->start;
        duration = s->duration;
        repeats = 0;
      }
      expected = s->start + s->duration;
    }
    flush();
  }

  const Presentation &p_;
  const DashOptions &options_;
  std::vector<Offered> tracks_;
  std::string out_;
};

}  // namespace

std::optional<std::string> render_dash(const Presentation &presentation,
                                       const DashOptions &options) {
  const Selection selection = select_tracks(presentation, false);
  if (selection.empty() || !presentation.epoch || listed_stretches(presentation) == 0) return {};
  return Writer(presentation, options, selection).write();
}

const Segment *find_segment_at(const Track &track, int64_t time) {
  // Starts go up within a timescale; a track whose rate changed holds runs of several, so this is a
  // plain scan, from the newest, which is what is asked for most.
  for (auto s = track.segments.rbegin(); s != track.segments.rend(); ++s) {
    if (s->start == time && !s->gap) return &*s;
  }
  return nullptr;
}

}  // namespace klive::manifest
