// SPDX-License-Identifier: LGPL-2.1-or-later
// Texts per second: playlists, the DASH manifest and journal lines of an entry with picture and
// sound. The argument is the number of segments in the window; 1200 are two hours.
#include <benchmark/benchmark.h>

#include "manifest/dash.h"
#include "manifest/hls.h"
#include "manifest/presentation.h"

namespace klive {
namespace {

using base::MediaTime;

constexpr int64_t kSegment = 6, kChunks = 6;
constexpr uint32_t kVideoScale = 90'000, kAudioScale = 48'000;

void add_segment(manifest::Presentation &presentation, const char *track, uint32_t scale,
                 uint32_t number) {
  const int64_t begin = number * kSegment * scale;
  for (uint32_t i = 0; i < kChunks; ++i) {
    (void)presentation
        .apply(manifest::ChunkAdded{.track = track,
                                    .segment = number,
                                    .chunk = i,
                                    .start = begin + i * scale,
                                    .duration = scale,
                                    .samples = 30,
                                    .offset = i * 250'000,
                                    .size = 250'000,
                                    .independent = i % 2 == 0,
                                    .last = i + 1 == kChunks})
        .has_value();
  }
  (void)presentation
      .apply(manifest::SegmentAdded{.track = track,
                                    .segment = number,
                                    .start = begin,
                                    .duration = kSegment * scale,
                                    .size = 1'500'000})
      .has_value();
}

manifest::Presentation make_presentation(uint32_t segments) {
  manifest::Presentation made;
  const auto say = [&](const manifest::Event &event) { (void)made.apply(event).has_value(); };
  say(manifest::Epoch{1'795'168'800'000'000'000});
  say(manifest::SessionStarted{MediaTime::from_seconds(kSegment), MediaTime::from_seconds(1),
                               MediaTime::from_seconds(7200)});
  say(manifest::TrackInit{.track = "v32",
                          .kind = manifest::Kind::kVideo,
                          .flavor = 32,
                          .timescale = kVideoScale,
                          .codecs = "avc1.64001f",
                          .width = 1280,
                          .height = 720,
                          .frame_rate_num = 30});
  say(manifest::TrackInit{.track = "a32",
                          .kind = manifest::Kind::kAudio,
                          .flavor = 32,
                          .timescale = kAudioScale,
                          .codecs = "mp4a.40.2",
                          .sample_rate = kAudioScale,
                          .channels = 2});
  for (uint32_t number = 0; number < segments; ++number) {
    add_segment(made, "v32", kVideoScale, number);
    add_segment(made, "a32", kAudioScale, number);
  }
  return made;
}

template <typename Render>
void render(benchmark::State &state, Render one) {
  const auto presentation = make_presentation(static_cast<uint32_t>(state.range(0)));
  int64_t bytes = 0;
  for (auto _ : state) {
    const std::optional<std::string> text = one(presentation);
    if (!text) return state.SkipWithError("nothing was rendered");
    bytes += static_cast<int64_t>(text->size());
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(bytes);
}

void Master(benchmark::State &state) {
  render(state, [](const auto &presentation) { return manifest::render_master(presentation); });
}
BENCHMARK(Master)->Arg(1200);

void MediaPlaylist(benchmark::State &state) {
  render(state, [](const auto &presentation) {
    return manifest::render_media_playlist(presentation, "v32", {});
  });
}
BENCHMARK(MediaPlaylist)->Arg(20)->Arg(1200);

void MediaPlaylist_LowLatency(benchmark::State &state) {
  render(state, [](const auto &presentation) {
    return manifest::render_media_playlist(presentation, "v32", {.low_latency = true});
  });
}
BENCHMARK(MediaPlaylist_LowLatency)->Arg(20)->Arg(1200);

void MediaPlaylist_LowLatencyDelta(benchmark::State &state) {
  render(state, [](const auto &presentation) {
    return manifest::render_media_playlist(presentation, "v32",
                                           {.low_latency = true, .skip = true});
  });
}
BENCHMARK(MediaPlaylist_LowLatencyDelta)->Arg(1200);

void Dash(benchmark::State &state) {
  render(state, [](const auto &presentation) { return manifest::render_dash(presentation, {}); });
}
BENCHMARK(Dash)->Arg(20)->Arg(1200);

const manifest::SegmentAdded kSegmentAdded{.track = "v32",
                                           .segment = 4711,
                                           .start = 2'543'940'000,
                                           .duration = 540'000,
                                           .size = 1'500'000};

void JournalLine_Write(benchmark::State &state) {
  const manifest::Event event = kSegmentAdded;
  for (auto _ : state) benchmark::DoNotOptimize(manifest::write_event(event));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(JournalLine_Write);

void JournalLine_Read(benchmark::State &state) {
  const std::string line = manifest::write_event(kSegmentAdded);
  for (auto _ : state) benchmark::DoNotOptimize(manifest::read_event(line));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(JournalLine_Read);

}  // namespace
}  // namespace klive

BENCHMARK_MAIN();
