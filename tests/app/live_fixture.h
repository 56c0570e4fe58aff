// SPDX-License-Identifier: LGPL-2.1-or-later
// An entry with a window, made by hand: files in a temporary folder and the events that tell of
// them.
#pragma once

#include <glib/gstdio.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "klive/ptr.h"
#include "live/live_registry.h"

namespace klive::test {

class TempFolder {
 public:
  TempFolder() : path_(gst::CharPtr(g_dir_make_tmp("klive-test-XXXXXX", nullptr)).get()) {}
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder &) = delete;
  TempFolder &operator=(const TempFolder &) = delete;
  [[nodiscard]] const std::string &path() const { return path_; }

 private:
  std::string path_;
};

inline void write_file(const std::string &path, const std::string &text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

constexpr char kEntry[] = "1_abcd1234";
constexpr uint32_t kTimescale = 90000;
constexpr int64_t kSecondTicks = kTimescale;

/// One entry with one video track, v32, whose segments last two seconds and hold two chunks.
class LiveWindow {
 public:
  LiveWindow(app::LiveRegistry &registry, std::string entry = kEntry)
      : registry_(registry), entry_(std::move(entry)) {}

  void apply(const manifest::Event &event) {
    const auto done = registry_.apply(entry_, event);
    EXPECT_TRUE(done.has_value()) << (done ? "" : done.error().message);
  }
  [[nodiscard]] std::string path(const std::string &name) const {
    return registry_.live_root() + "/" + entry_ + "/v32/" + name;
  }
  /// The bytes of chunk `chunk` of segment `number`.
  [[nodiscard]] static std::string chunk_bytes(uint32_t number, uint32_t chunk) {
    return std::string(1000, static_cast<char>('a' + (number * 2 + chunk) % 26));
  }
  [[nodiscard]] static std::string segment_bytes(uint32_t number) {
    return chunk_bytes(number, 0) + chunk_bytes(number, 1);
  }

  void go_on_air() {
    apply(manifest::Epoch{1'700'000'000'000'000'000});
    apply(manifest::SessionStarted{base::MediaTime::from_seconds(2), base::MediaTime::from_ms(1000),
                                   base::MediaTime::from_seconds(7200)});
    manifest::TrackInit init;
    init.track = "v32";
    init.kind = manifest::Kind::kVideo;
    init.flavor = 32;
    init.init = 1;
    init.timescale = kTimescale;
    init.codecs = "avc1.64001f";
    init.width = 1280;
    init.height = 720;
    init.frame_rate_num = 30;
    apply(init);
    write_file(path("init-1.mp4"), "the init segment");
  }
  void add_chunk(uint32_t number, uint32_t chunk) {
    const std::string part = path(manifest::segment_name(number) + ".part");
    std::filesystem::create_directories(std::filesystem::path(part).parent_path());
    std::ofstream(part, std::ios::binary | std::ios::app) << chunk_bytes(number, chunk);
    manifest::ChunkAdded added;
    added.track = "v32";
    added.segment = number;
    added.chunk = chunk;
    added.start = (number * 2 + chunk) * kSecondTicks;
    added.duration = kSecondTicks;
    added.offset = chunk * 1000;
    added.size = 1000;
    added.independent = chunk == 0;
    apply(added);
  }
  void finish_segment(uint32_t number) {
    const std::string name = path(manifest::segment_name(number));
    std::filesystem::rename(name + ".part", name);
    std::filesystem::create_hard_link(
        name, path("t-" + std::to_string(number * 2 * kSecondTicks) + ".m4s"));
    manifest::SegmentAdded added;
    added.track = "v32";
    added.segment = number;
    added.start = number * 2 * kSecondTicks;
    added.duration = 2 * kSecondTicks;
    added.size = 2000;
    added.init = 1;
    apply(added);
  }
  void add_segment(uint32_t number) {
    add_chunk(number, 0);
    add_chunk(number, 1);
    finish_segment(number);
  }

 private:
  app::LiveRegistry &registry_;
  std::string entry_;
};

}  // namespace klive::test
