// SPDX-License-Identifier: LGPL-2.1-or-later
// Bytes per second into CMAF: the segmenter with video and audio, and one chunk.
#include <benchmark/benchmark.h>

#include <vector>

#include "cmaf/segmenter.h"
#include "cmaf/writer.h"

namespace klive {
namespace {

using base::MediaTime;

constexpr int64_t kFrame = 33'333'333, kAudioFrame = 21'333'333;  // ns
constexpr int kKeyInterval = 60;

cmaf::TrackFormat video_format() {
  cmaf::TrackFormat format;
  format.codec = cmaf::Codec::kH264;
  format.kind = cmaf::Kind::kVideo;
  format.timescale = 90'000;
  format.decoder_config = {1, 0x64, 0, 0x1f, 0xff, 0xe0, 0};
  format.width = 1280;
  format.height = 720;
  format.frame_rate_num = 30;
  return format;
}

cmaf::TrackFormat audio_format() {
  cmaf::TrackFormat format;
  format.codec = cmaf::Codec::kAac;
  format.kind = cmaf::Kind::kAudio;
  format.timescale = 48'000;
  format.decoder_config = {0x11, 0x90};
  format.sample_rate = 48'000;
  format.channels = 2;
  return format;
}

class Sum : public cmaf::SegmenterOutput {
 public:
  void init_ready(cmaf::InitReady) override {}
  void chunk_ready(cmaf::ChunkReady chunk) override { benchmark::DoNotOptimize(chunk.bytes); }
  void segment_end(cmaf::SegmentEnd) override {}
};

/// Two seconds of 2 Mbit/s are an item; the chunk's length in ms is the argument.
void Segmenter_KeyInterval(benchmark::State &state) {
  Sum sum;
  cmaf::Segmenter segmenter({.segment_duration = MediaTime::from_seconds(6),
                             .chunk_duration = MediaTime::from_ms(state.range(0))},
                            sum);
  const uint32_t video = segmenter.add_track(cmaf::Kind::kVideo);
  const uint32_t audio = segmenter.add_track(cmaf::Kind::kAudio);
  segmenter.set_format(video, video_format());
  segmenter.set_format(audio, audio_format());
  const base::Bytes key(56'000, 1), delta(7'000, 1), sound(341, 1);
  int64_t frames = 0, sounds = 0, bytes = 0;
  const auto push = [&](uint32_t track, int64_t at, int64_t duration, bool is_key,
                        base::ByteView data) {
    bytes += static_cast<int64_t>(data.size());
    return segmenter
        .push(track,
              {.dts = {at}, .pts = {at}, .duration = {duration}, .key = is_key, .data = data})
        .has_value();
  };
  for (auto _ : state) {
    for (int i = 0; i < kKeyInterval; ++i, ++frames) {
      const bool is_key = i == 0;
      if (!push(video, frames * kFrame, kFrame, is_key, is_key ? key : delta))
        return state.SkipWithError("a sample was refused");
      for (; sounds * kAudioFrame < frames * kFrame; ++sounds)
        (void)push(audio, sounds * kAudioFrame, kAudioFrame, true, sound);
    }
  }
  state.SetBytesProcessed(bytes);
  state.SetItemsProcessed(frames + sounds);
}
BENCHMARK(Segmenter_KeyInterval)->Arg(1000)->Arg(500);

void WriteChunk_OneSecond(benchmark::State &state) {
  const cmaf::TrackFormat format = video_format();
  const base::Bytes frame(8'000, 1);
  std::vector<cmaf::Sample> samples;
  for (int i = 0; i < 30; ++i)
    samples.push_back({.dts = i * 3000, .duration = 3000, .key = i == 0, .data = frame});
  base::Bytes out;
  for (auto _ : state) {
    out.clear();
    cmaf::write_chunk(out, format, {.sequence = 1, .starts_segment = true}, samples);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(out.size()) * state.iterations());
}
BENCHMARK(WriteChunk_OneSecond);

}  // namespace
}  // namespace klive

BENCHMARK_MAIN();
