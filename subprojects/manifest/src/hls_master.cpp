// SPDX-License-Identifier: LGPL-2.1-or-later
// The multivariant playlist (RFC 8216 4.3.4).
//
//   v32 ─ AUDIO="a32" ─► a32, and every audio-only flavor (languages)
//   v33 ─ AUDIO="a33" ─► a33, or a32 (the source's) when the flavor has no sound of its own
#include <algorithm>
#include <string>
#include <vector>

#include "manifest/hls.h"
#include "selection.h"
#include "text.h"

namespace klive::manifest {
namespace {

constexpr uint32_t kSourceFlavor = 32;

struct AudioGroup {
  std::string id;
  std::vector<Offered> members;  // the default first
  friend bool operator==(const AudioGroup &a, const AudioGroup &b) { return a.id == b.id; }
};

// Before a whole segment is there, the chunks of the first one say what can be said.
uint64_t open_bitrate(const Track &track) {
  if (!track.open || track.open->duration <= 0) return 0;
  return static_cast<uint64_t>(static_cast<double>(track.open->size) * 8 /
                               track.open->time(track.open->duration).seconds());
}
uint64_t peak(const Track &track) {
  return std::max<uint64_t>(track.peak_bitrate ? track.peak_bitrate : open_bitrate(track), 1);
}
uint64_t average(const Track &track) {
  return std::max<uint64_t>(track.average_bitrate ? track.average_bitrate : open_bitrate(track), 1);
}

// A flavor that has sound and no picture carries a language of its own.
bool is_audio_only(const Presentation &presentation, const Offered &audio) {
  return std::none_of(presentation.tracks.begin(), presentation.tracks.end(), [&](const auto &t) {
    return t.second.init.kind == Kind::kVideo && t.second.init.flavor == audio.track->init.flavor;
  });
}

AudioGroup group_of(const Presentation &presentation, const Selection &selection,
                    const TrackInit &video) {
  const bool has_side =
      std::any_of(selection.audio.begin(), selection.audio.end(),
                  [&](const Offered &a) { return a.track->init.backup == video.backup; });
  const auto is_near = [&](const Offered &a) {
    return !has_side || a.track->init.backup == video.backup;
  };
  AudioGroup group;
  for (const uint32_t flavor : {video.flavor, kSourceFlavor}) {
    if (!group.members.empty()) break;
    for (const Offered &a : selection.audio) {
      if (is_near(a) && a.track->init.flavor == flavor) group.members.push_back(a);
    }
  }
  for (const Offered &a : selection.audio) {
    const bool is_member =
        std::any_of(group.members.begin(), group.members.end(),
                    [&](const Offered &member) { return member.name == a.name; });
    if (is_near(a) && !is_member && is_audio_only(presentation, a)) group.members.push_back(a);
  }
  if (group.members.empty()) {
    for (const Offered &a : selection.audio) {
      if (is_near(a) && group.members.empty()) group.members.push_back(a);
    }
  }
  if (!group.members.empty()) group.id = group.members.front().name;
  return group;
}

void add_group(std::string &out, const AudioGroup &group) {
  for (size_t i = 0; i < group.members.size(); ++i) {
    const auto &[name, track] = group.members[i];
    const std::string &language = track->init.language;
    // NAME tells the renditions of a group apart; a language said twice does not.
    const bool is_plain =
        language != "und" &&
        std::count_if(group.members.begin(), group.members.end(), [&](const Offered &other) {
          return other.track->init.language == language;
        }) == 1;
    add(out, "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"", group.id, "\",NAME=\"",
        is_plain ? std::string_view(language) : name, "\"");
    if (language != "und") add(out, ",LANGUAGE=\"", language, "\"");
    add(out, i == 0 ? ",DEFAULT=YES,AUTOSELECT=YES" : is_plain ? ",AUTOSELECT=YES" : "");
    if (track->init.channels > 0) add(out, ",CHANNELS=\"", track->init.channels, "\"");
    add(out, ",URI=\"", name, "/index.m3u8\"\n");
  }
}

void add_variant(std::string &out, const Offered &offered, const AudioGroup &group) {
  const Track &track = *offered.track;
  const bool has_group = !group.members.empty();
  uint64_t group_peak = 0, group_average = 0;
  std::string codecs = track.init.codecs;
  std::vector<std::string_view> said{track.init.codecs};
  for (const auto &[name, audio] : group.members) {
    if (audio == offered.track) continue;
    group_peak = std::max(group_peak, peak(*audio));
    group_average = std::max(group_average, average(*audio));
    if (std::find(said.begin(), said.end(), audio->init.codecs) != said.end()) continue;
    said.push_back(audio->init.codecs);
    add(codecs, ",", audio->init.codecs);
  }
  // A variant that is sound itself is heard instead of the group's others, not with them.
  const bool is_video = track.init.kind == Kind::kVideo;
  const uint64_t whole_peak =
      is_video ? peak(track) + group_peak : std::max(peak(track), group_peak);
  const uint64_t whole_average =
      is_video ? average(track) + group_average : std::max(average(track), group_average);
  add(out, "#EXT-X-STREAM-INF:BANDWIDTH=", whole_peak, ",AVERAGE-BANDWIDTH=", whole_average,
      ",CODECS=\"", codecs, "\"");
  if (track.init.width > 0 && track.init.height > 0)
    add(out, ",RESOLUTION=", track.init.width, "x", track.init.height);
  if (is_video && track.init.frame_rate_num > 0) {
    const uint64_t rate =
        (uint64_t{track.init.frame_rate_num} * 1000 + track.init.frame_rate_den / 2) /
        track.init.frame_rate_den;
    add(out, ",FRAME-RATE=", rate / 1000, ".");
    add_padded(out, rate % 1000, 3);
  }
  if (has_group) add(out, ",AUDIO=\"", group.id, "\"");
  if (is_video) add(out, ",CLOSED-CAPTIONS=NONE");
  add(out, "\n", offered.name, "/index.m3u8\n");
}

}  // namespace

std::optional<std::string> render_master(const Presentation &presentation) {
  // Players of ordinary entries look for whole segments; ffmpeg 5.1 breaks down over a playlist
  // that has parts only. Short chunks are what low-latency entries have.
  const bool with_chunks = presentation.session.chunk_target < base::MediaTime::from_seconds(1);
  const Selection selection = select_tracks(presentation, with_chunks);
  if (selection.empty() || !is_settled(presentation, 0, with_chunks)) return {};
  std::string out;
  out.reserve(1024);
  add(out, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");

  if (selection.video.empty()) {
    // Sound alone: one variant a side; several languages hang together as a group.
    AudioGroup all{std::string(selection.audio.front().name), selection.audio};
    std::erase_if(all.members, [&](const Offered &a) {
      return a.track->init.backup != all.members.front().track->init.backup;
    });
    if (all.members.size() == 1) all.members.clear();
    add_group(out, all);
    add_variant(out, selection.audio.front(), all);
    for (const Offered &a : selection.audio) {
      if (a.track->init.backup != selection.audio.front().track->init.backup)
        add_variant(out, a, {});
    }
    return out;
  }

  std::vector<AudioGroup> groups;
  for (const Offered &video : selection.video) {
    AudioGroup group = group_of(presentation, selection, video.track->init);
    const bool is_known = std::find(groups.begin(), groups.end(), group) != groups.end();
    if (!group.members.empty() && !is_known) {
      add_group(out, group);
      groups.push_back(std::move(group));
    }
  }
  for (const Offered &video : selection.video) {
    add_variant(out, video, group_of(presentation, selection, video.track->init));
  }
  return out;
}

}  // namespace klive::manifest
