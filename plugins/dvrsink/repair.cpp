// SPDX-License-Identifier: LGPL-2.1-or-later
// Salvage, gaps, removal and quarantine.
#include "repair.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "cmaf/reader.h"
#include "manifest/dash.h"
#include "segment_file.h"

namespace klive::dvr {
namespace {

namespace fs = std::filesystem;
using manifest::MediaName;
using manifest::Presentation;
using manifest::Segment;
using manifest::SegmentAdded;
using manifest::Track;

constexpr std::string_view kPart = ".part";
constexpr uintmax_t kLargestSegment = uintmax_t{1} << 31;
// Times that differ by more do not follow each other.
constexpr int64_t kJump = 10'000'000;
constexpr base::MediaTime kSlack = base::MediaTime::from_ms(1);

struct SegmentOnDisk {
  uint32_t number = 0;
  bool is_part = false;
};

std::optional<SegmentOnDisk> segment_on_disk(std::string_view name) {
  const bool is_part = name.ends_with(kPart);
  if (is_part) name.remove_suffix(kPart.size());
  const auto media = manifest::parse_media_name(name);
  if (!media || media->what != MediaName::What::kSegment) return {};
  return SegmentOnDisk{media->number, is_part};
}

// Names of a folder's files; a folder that cannot be read is empty.
std::vector<std::string> names_in(const std::string &folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    names.push_back(it->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

bool is_folder(const std::string &path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

std::optional<base::Bytes> read_file(const std::string &path) {
  std::error_code error;
  const uintmax_t size = fs::file_size(path, error);
  if (error || size > kLargestSegment) return {};
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return {};
  base::Bytes bytes(size);
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = read(file.fd(), bytes.data() + done, bytes.size() - done);
    if (count <= 0) break;
    done += static_cast<size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

// What a segment file holds up to its last whole chunk; nothing when play could not begin there.
std::optional<SegmentAdded> describe(const std::string &name, const Track &track,
                                     const SegmentOnDisk &found, const std::string &path) {
  const auto bytes = read_file(path);
  if (!bytes) return {};
  const auto chunks = cmaf::read_chunks(*bytes);
  if (!chunks || chunks->empty() || !chunks->front().independent) return {};
  // The newest init that was there when the segment began.
  const auto behind = track.inits.upper_bound(found.number);
  if (behind == track.inits.begin()) return {};
  SegmentAdded segment;
  segment.track = name;
  segment.segment = found.number;
  segment.start = chunks->front().start;
  segment.duration = chunks->back().start + chunks->back().duration - segment.start;
  segment.size = chunks->back().offset + chunks->back().size;
  segment.init = std::prev(behind)->first;
  if (!track.segments.empty()) {
    const Segment &last = track.segments.back();
    const int64_t distance = last.time(segment.start).ns - last.end_time().ns;
    segment.discontinuity = distance > kJump || distance < -kJump;
  }
  return segment;
}

bool keep(Disk &disk, const std::string &folder, const SegmentOnDisk &found,
          const SegmentAdded &segment) {
  const std::string name = manifest::segment_name(found.number);
  const std::string path = folder + "/" + name;
  const std::string now = found.is_part ? path + std::string(kPart) : path;
  if (truncate(now.c_str(), static_cast<off_t>(segment.size)) != 0) return false;
  File file;
  if (disk.open(now, 0, file) != 0 || disk.sync(file) != 0) return false;
  if (found.is_part && disk.rename(now, path) != 0) return false;
  return link_time(disk, folder, name, segment.start).has_value();
}

void salvage(Disk &disk, const std::string &folder, const std::string &name,
             Presentation &presentation, std::vector<manifest::Event> &events,
             std::vector<std::string> &notes) {
  const Track &track = presentation.tracks.at(name);
  // By number; a finished file is better than a part of the same number.
  std::map<uint32_t, SegmentOnDisk> candidates;
  for (const std::string &file : names_in(folder)) {
    const auto found = segment_on_disk(file);
    if (found && (track.segments.empty() || found->number > track.segments.back().number))
      candidates.emplace(found->number, *found);
  }
  for (const auto &[number, found] : candidates) {
    const std::string path = folder + "/" + manifest::segment_name(number) +
                             std::string(found.is_part ? kPart : std::string_view());
    const auto segment = describe(name, track, found, path);
    if (!segment || !presentation.apply(*segment)) {
      notes.push_back(path + " held nothing that can be played");
      continue;
    }
    if (!keep(disk, folder, found, *segment)) {
      SegmentAdded gap = *segment;
      gap.gap = true;
      gap.size = 0;
      if (presentation.apply(gap)) events.emplace_back(gap);
      notes.push_back(path + " could not be kept");
      continue;
    }
    events.emplace_back(*segment);
    notes.push_back(path + " was not finished; what it holds is listed");
  }
}

void find_lost(Disk &disk, const std::string &folder, const std::string &name,
               Presentation &presentation, std::vector<manifest::Event> &events,
               std::vector<std::string> &notes) {
  std::vector<SegmentAdded> lost;
  for (const Segment &segment : presentation.tracks.at(name).segments) {
    if (segment.gap) continue;
    const std::string file = manifest::segment_name(segment.number);
    std::error_code error;
    const uintmax_t size = fs::file_size(folder + "/" + file, error);
    if (!error && size == segment.size) {
      if (!fs::exists(folder + "/" + time_name(segment.start), error))
        (void)link_time(disk, folder, file, segment.start).has_value();
      continue;
    }
    notes.push_back(folder + "/" + file + " is listed, and is missing or damaged");
    lost.push_back({.track = name,
                    .segment = segment.number,
                    .start = segment.start,
                    .duration = segment.duration,
                    .init = segment.init,
                    .discontinuity = segment.discontinuity,
                    .gap = true});
  }
  for (const SegmentAdded &gap : lost) {
    if (presentation.apply(gap)) events.emplace_back(gap);
  }
}

bool is_listed(const Track *track, std::string_view name) {
  if (name == "index.m3u8") return track != nullptr;
  if (!track) return false;
  if (const auto time = manifest::parse_time_name(name))
    return manifest::find_segment_at(*track, *time) != nullptr;
  const auto media = manifest::parse_media_name(name);
  if (!media) return false;
  if (media->what == MediaName::What::kInit) return track->inits.contains(media->number);
  if (media->what != MediaName::What::kSegment || track->segments.empty()) return false;
  const uint32_t first = track->segments.front().number;
  if (media->number < first || media->number - first >= track->segments.size()) return false;
  return !track->segments[media->number - first].gap;
}

// Only files that look like ours are ever removed.
bool is_ours(std::string_view name) {
  return name == "index.m3u8" || name.ends_with(".tmp") || segment_on_disk(name) ||
         manifest::parse_media_name(name) || manifest::parse_time_name(name);
}

}  // namespace

uint64_t used_numbers(const std::string &folder) {
  uint64_t used = 0;
  for (const std::string &track : names_in(folder)) {
    if (!is_folder(folder + "/" + track)) continue;
    for (const std::string &name : names_in(folder + "/" + track)) {
      if (const auto found = segment_on_disk(name))
        used = std::max(used, uint64_t{found->number} + 1);
    }
  }
  return used;
}

std::vector<manifest::Event> repair_segments(Disk &disk, const std::string &folder,
                                             Presentation &presentation,
                                             std::vector<std::string> &notes) {
  std::vector<manifest::Event> events;
  std::vector<std::string> names;
  for (const auto &[name, track] : presentation.tracks) names.push_back(name);
  for (const std::string &name : names) {
    find_lost(disk, folder + "/" + name, name, presentation, events, notes);
    salvage(disk, folder + "/" + name, name, presentation, events, notes);
  }
  return events;
}

std::vector<manifest::Event> find_unlisted(Disk &disk, const std::string &folder,
                                           Presentation &presentation,
                                           std::vector<std::string> &notes) {
  std::vector<SegmentAdded> found;
  for (const auto &[name, track] : presentation.tracks) {
    for (size_t i = 1; i + 1 < track.segments.size(); ++i) {
      const Segment &hole = track.segments[i];
      const std::string path = folder + "/" + name + "/" + manifest::segment_name(hole.number);
      std::error_code error;
      if (!hole.gap || !fs::exists(path, error)) continue;
      auto segment = describe(name, track, {hole.number, false}, path);
      // It must fit between those that are listed.
      const auto begin = hole.time(segment ? segment->start : 0);
      const auto end = hole.time(segment ? segment->start + segment->duration : 0);
      if (!segment || begin + kSlack < track.segments[i - 1].end_time() ||
          track.segments[i + 1].time(track.segments[i + 1].start) + kSlack < end)
        continue;
      segment->discontinuity = hole.discontinuity;
      found.push_back(std::move(*segment));
    }
  }
  std::vector<manifest::Event> events;
  for (const SegmentAdded &segment : found) {
    const std::string track = folder + "/" + segment.track;
    if (!keep(disk, track, {segment.segment, false}, segment) || !presentation.apply(segment))
      continue;
    events.emplace_back(segment);
    notes.push_back(track + "/" + manifest::segment_name(segment.segment) +
                    " was listed in a damaged line; it is listed again");
  }
  return events;
}

void remove_unlisted(Disk &disk, const std::string &folder, const Presentation &presentation) {
  for (const std::string &name : names_in(folder)) {
    const std::string path = folder + "/" + name;
    if (name.ends_with(".tmp")) (void)disk.remove(path);
    if (!is_folder(path)) continue;
    const auto found = presentation.tracks.find(name);
    const Track *track = found == presentation.tracks.end() ? nullptr : &found->second;
    for (const std::string &file : names_in(path)) {
      if (is_ours(file) && !is_listed(track, file)) (void)disk.remove(path + "/" + file);
    }
    if (!track) (void)rmdir(path.c_str());  // stays when something of somebody else is in it
  }
}

base::Result<std::string> quarantine(Disk &disk, const std::string &folder,
                                     const std::vector<std::string> &lines) {
  std::string text;
  for (const std::string &line : lines) text += line + "\n";
  std::string path;
  std::error_code error;
  unsigned n = 1;
  do {
    path = folder + "/segments.log.bad-" + std::to_string(n++);
  } while (fs::exists(path, error));
  auto written = replace_file(disk, path, base::as_bytes(text), true);
  if (!written) return base::fail(std::move(written).error());
  return path;
}

}  // namespace klive::dvr
