// SPDX-License-Identifier: LGPL-2.1-or-later
// A small vocabulary for tests: an entry's events, told shortly, and golden files.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "manifest/dash.h"
#include "manifest/hls.h"
#include "manifest/presentation.h"

namespace klive::manifest {

constexpr int64_t kSecond = 1'000'000'000;

/// Applies events to a presentation and expects that they are taken. Times in seconds.
struct Broadcast {
  Presentation p;

  explicit Broadcast(int64_t window = 7200, int64_t target = 6, int64_t chunk_ms = 1000) {
    // 2026-11-20T10:00:00Z
    say(Epoch{1'795'168'800 * kSecond});
    say(SessionStarted{{target * kSecond}, {chunk_ms * 1'000'000}, {window * kSecond}});
  }
  void say(const Event &event) {
    auto applied = p.apply(event);
    ASSERT_TRUE(applied) << write_event(event) << ": " << applied.error().message;
  }
  [[nodiscard]] bool refuses(const Event &event) { return !p.apply(event); }

  void video(const std::string &name, uint32_t flavor, uint32_t height = 720, bool backup = false,
             uint32_t init = 0) {
    say(TrackInit{.track = name,
                  .kind = Kind::kVideo,
                  .flavor = flavor,
                  .backup = backup,
                  .init = init,
                  .timescale = 90000,
                  .codecs = "avc1.64001f",
                  .width = height * 16 / 9,
                  .height = height,
                  .frame_rate_num = 30,
                  .frame_rate_den = 1});
  }
  void audio(const std::string &name, uint32_t flavor, const std::string &language = "und",
             bool backup = false) {
    say(TrackInit{.track = name,
                  .kind = Kind::kAudio,
                  .flavor = flavor,
                  .backup = backup,
                  .timescale = 48000,
                  .codecs = "mp4a.40.2",
                  .sample_rate = 48000,
                  .channels = 2,
                  .language = language});
  }
  [[nodiscard]] int64_t ticks(const std::string &track, double seconds) const {
    return static_cast<int64_t>(seconds * p.tracks.at(track).init.timescale + 0.5);
  }
  [[nodiscard]] SegmentAdded make_segment(const std::string &track, uint32_t number, double start,
                                          double duration, bool discontinuity = false) const {
    return {.track = track,
            .segment = number,
            .start = ticks(track, start),
            .duration = ticks(track, duration),
            .size = static_cast<uint64_t>(duration * 250'000),
            .init = p.tracks.at(track).init.init,
            .discontinuity = discontinuity};
  }
  void segment(const std::string &track, uint32_t number, double start, double duration,
               bool discontinuity = false) {
    say(make_segment(track, number, start, duration, discontinuity));
  }
  /// A chunk of one second that follows the ones before.
  void chunk(const std::string &track, uint32_t number, double start, bool last = false,
             double duration = 1) {
    const auto &open = p.tracks.at(track).open;
    const bool goes_on = open && open->number == number;
    const auto index = goes_on ? static_cast<uint32_t>(open->chunks.size()) : 0;
    say(ChunkAdded{.track = track,
                   .segment = number,
                   .chunk = index,
                   .start = ticks(track, start),
                   .duration = ticks(track, duration),
                   .offset = goes_on ? open->size : 0,
                   .size = 100'000,
                   .independent = index % 2 == 0,
                   .discontinuity = false,
                   .last = last});
  }
  const Track &track(const std::string &name) { return p.tracks.at(name); }
};

/// Compares with tests/golden/<name>; what differs is written beside it as <name>.new.
inline void expect_golden(const std::string &name, const std::optional<std::string> &text) {
  ASSERT_TRUE(text) << name << ": nothing was rendered";
  const std::string path = std::string(GOLDEN_FOLDER "/") + name;
  std::ifstream in(path, std::ios::binary);
  const std::string golden{std::istreambuf_iterator<char>(in), {}};
  if (golden == *text) return;
  std::ofstream(path + ".new", std::ios::binary) << *text;
  ADD_FAILURE() << name << " differs; see " << path << ".new\n" << *text;
}

}  // namespace klive::manifest
