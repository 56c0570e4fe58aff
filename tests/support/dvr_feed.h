// SPDX-License-Identifier: LGPL-2.1-or-later
// What klivesegmenter would send, told shortly, with real CMAF chunks in it; and a folder that goes
// away with the test.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "cmaf/track.h"
#include "cmaf/writer.h"
#include "klive/chunk_meta.h"

namespace klive::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "klive-dvr-XXXXXX").string();
    if (mkdtemp(name.data())) path_ = name;
  }
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;
  ~TemporaryFolder() {
    std::error_code error;
    if (!path_.empty()) std::filesystem::remove_all(path_, error);
  }
  [[nodiscard]] const std::string &path() const { return path_; }

 private:
  std::string path_;
};

inline std::string read_text(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline bool exists(const std::string &path) { return std::filesystem::exists(path); }
inline size_t count_files(const std::string &folder, const std::string &prefix) {
  size_t count = 0;
  for (const auto &file : std::filesystem::directory_iterator(folder))
    count += file.path().filename().string().starts_with(prefix);
  return count;
}

/// Makes what the segmenter sends and gives it to `take`. Chunks are one second long.
class DvrFeed {
 public:
  using Take = std::function<void(const gst::ChunkInfo &, const base::Bytes &)>;
  explicit DvrFeed(Take take) : take_(std::move(take)) {}

  /// The kind follows from the name's first letter.
  void init(const std::string &track, uint16_t height = 720) {
    const bool is_video = track.front() == 'v';
    cmaf::TrackFormat format;
    format.codec = is_video ? cmaf::Codec::kH264 : cmaf::Codec::kAac;
    format.kind = is_video ? cmaf::Kind::kVideo : cmaf::Kind::kAudio;
    format.timescale = is_video ? 90000 : 48000;
    format.decoder_config =
        is_video ? base::Bytes{1, 0x64, 0, 0x1f, 0xff, 0xe0, 0} : base::Bytes{0x11, 0x90};
    format.width = is_video ? static_cast<uint16_t>(height * 16 / 9) : uint16_t{0};
    format.height = is_video ? height : uint16_t{0};
    format.frame_rate_num = is_video ? 30 : 0;
    format.sample_rate = is_video ? 0 : 48000;
    format.channels = is_video ? 0 : 2;
    formats_[track] = format;
    gst::ChunkInfo info = about(track, gst::ChunkWhat::kInit);
    info.format = format;
    take_(info, cmaf::write_init(format));
  }

  /// One chunk of one second; `index` 0 begins the segment.
  void chunk(const std::string &track, uint32_t segment, uint32_t index, int64_t start_seconds,
             bool last = false, bool discontinuity = false) {
    const int64_t second = formats_.at(track).timescale;
    piece(track, segment, index, start_seconds * second, second, last, discontinuity);
  }

  /// One chunk, its time in milliseconds.
  void chunk_ms(const std::string &track, uint32_t segment, uint32_t index, int64_t start,
                int64_t end, bool last = false) {
    const int64_t ms = formats_.at(track).timescale / 1000;
    piece(track, segment, index, start * ms, (end - start) * ms, last, false);
  }

  /// A whole segment, its end said with its last chunk.
  void segment(const std::string &track, uint32_t number, int64_t start, int64_t seconds,
               bool discontinuity = false) {
    for (int64_t i = 0; i < seconds; ++i) {
      chunk(track, number, static_cast<uint32_t>(i), start + i, i + 1 == seconds,
            discontinuity && i == 0);
    }
  }
  void end_segment(const std::string &track, uint32_t number) {
    gst::ChunkInfo info = about(track, gst::ChunkWhat::kSegmentEnd);
    info.segment = number;
    take_(info, {});
  }
  void end_track(const std::string &track) { take_(about(track, gst::ChunkWhat::kTrackEnd), {}); }

  size_t chunk_size = 1000;  ///< payload bytes of each chunk

 private:
  void piece(const std::string &track, uint32_t segment, uint32_t index, int64_t start,
             int64_t duration, bool last, bool discontinuity) {
    const cmaf::TrackFormat &format = formats_.at(track);
    gst::ChunkInfo info = about(track, gst::ChunkWhat::kChunk);
    info.segment = segment;
    info.chunk = index;
    info.start = start;
    info.duration = duration;
    info.independent = index == 0 || format.kind == cmaf::Kind::kAudio;
    info.discontinuity = discontinuity;
    info.last = last;
    const base::Bytes data(chunk_size, static_cast<uint8_t>(segment));
    base::Bytes bytes;
    cmaf::ChunkHeader header;
    header.sequence = segment * 10 + index;
    header.starts_segment = index == 0;
    cmaf::write_chunk(bytes, format, header,
                      {{.dts = info.start,
                        .duration = static_cast<uint32_t>(info.duration),
                        .key = info.independent,
                        .data = data}});
    take_(info, bytes);
  }

  static gst::ChunkInfo about(const std::string &track, gst::ChunkWhat what) {
    gst::ChunkInfo info;
    info.what = what;
    info.track = track;
    info.flavor = static_cast<uint32_t>(std::strtoul(track.c_str() + 1, nullptr, 10));
    info.backup = track.back() == 'b';
    return info;
  }

  Take take_;
  std::map<std::string, cmaf::TrackFormat> formats_;
};

}  // namespace klive::test
