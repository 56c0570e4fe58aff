// SPDX-License-Identifier: LGPL-2.1-or-later
// klivesegmenter as a black box: frames on pads in, CMAF chunks with metas out.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cmaf/reader.h"
#include "element_rig.h"
#include "klive/chunk_meta.h"

namespace klive {
namespace {

using gst::ChunkInfo;
using gst::ChunkWhat;
using test::ElementRig;

// Of real encoders: 320x180 at 30 fps with B-frames, 640x360 baseline; AAC LC stereo, 48 and 44.1
// kHz.
constexpr char kHigh[] =
    "0164000dffe1001a6764000dacd941419f9f0110000003001000000303c0f142996001000468ef8fcbfdf8f800";
constexpr char kBaseline[] =
    "0142c01effe100196742c01eda0280bfe5c044000003000400000300c83c58ba8001000468ce0fc8";
constexpr char kHevc[] =
    "01016000000090000000000078f000fcfdf8f800000f03a00001001840010c01ffff0160000003009000000300"
    "00030078959809a10001002a420101016000000300900000030000030078a003c08010e75596566924caf01680"
    "800001f480003a9804a2000100074401c172b46240";
constexpr char kAv1[] = "81050c000a0b0000002d4d01b4402f8004";
constexpr char kAac48[] = "1190", kAac44[] = "1210";

std::string video_caps(const std::string &codec_data = kHigh) {
  return "video/x-h264,stream-format=avc,alignment=au,codec_data=(buffer)" + codec_data;
}
std::string audio_caps(const std::string &codec_data = kAac48) {
  return "audio/mpeg,mpegversion=4,stream-format=raw,codec_data=(buffer)" + codec_data;
}

constexpr GstClockTime kFrame = 40 * GST_MSECOND;
const GstClockTime kSound = gst_util_uint64_scale(1024, GST_SECOND, 48000);

struct Chunk {
  ChunkInfo info;
  gst::Ptr<GstBuffer> buffer;
  GstClockTime pts = 0, duration = 0;
  uint32_t samples = 0;
};

class SegmenterTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
  SegmenterTest() : rig_("klivesegmenter") {
    g_object_set(rig_.element(), "segment-duration", 2 * GST_SECOND, "fast-start", 0, nullptr);
  }

  void publish(const std::string &video = "1_abcd1234/primary/32/video_0") {
    rig_.start();
    rig_.connect("video_0", video, video_caps());
  }
  void publish_both() {
    publish();
    rig_.connect("audio_0", "1_abcd1234/primary/32/audio_0", audio_caps());
  }

  GstFlowReturn video(GstClockTime dts, bool key, GstClockTime cts = 0,
                      const std::string &pad = "video_0") {
    auto buffer = gst::Ptr<GstBuffer>::take(gst_buffer_new_allocate(nullptr, 100, nullptr));
    gst_buffer_memset(buffer.get(), 0, 0x65, 100);
    GST_BUFFER_DTS(buffer.get()) = dts;
    GST_BUFFER_PTS(buffer.get()) = dts + cts;
    if (!key) GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT);
    if (std::exchange(discont_, false)) {
      GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT);
    }
    return rig_.push(pad, std::move(buffer));
  }
  GstFlowReturn audio(GstClockTime pts, const std::string &pad = "audio_0") {
    auto buffer = gst::Ptr<GstBuffer>::take(gst_buffer_new_allocate(nullptr, 20, nullptr));
    gst_buffer_memset(buffer.get(), 0, 0x21, 20);
    GST_BUFFER_PTS(buffer.get()) = pts;
    GST_BUFFER_DURATION(buffer.get()) = kSound;
    return rig_.push(pad, std::move(buffer));
  }
  /// Video from `from` to `to`, a key frame every `gop` frames; sound beside it from `sound_from`
  /// to `sound_to`.
  void run(GstClockTime from, GstClockTime to, unsigned gop = 25,
           GstClockTime sound_from = GST_CLOCK_TIME_NONE,
           GstClockTime sound_to = GST_CLOCK_TIME_NONE) {
    guint64 sounds = sound_from == GST_CLOCK_TIME_NONE ? 0 : (sound_from + kSound - 1) / kSound;
    for (guint64 i = 0; from + i * kFrame < to; ++i) {
      const GstClockTime at = from + i * kFrame;
      ASSERT_EQ(video(at, i % gop == 0), GST_FLOW_OK);
      for (; sound_from != GST_CLOCK_TIME_NONE && sound(sounds) < std::min(at + kFrame, sound_to);
           ++sounds) {
        ASSERT_EQ(audio(sound(sounds)), GST_FLOW_OK);
      }
    }
  }
  static GstClockTime sound(guint64 number) {
    return gst_util_uint64_scale_round(number * 1024, GST_SECOND, 48000);
  }
  void end(const std::string &pad) { EXPECT_TRUE(rig_.send(pad, gst_event_new_eos())); }

  /// What came out of kind `what`, of one track or of all.
  std::vector<Chunk> out(ChunkWhat what, const std::string &track = "") {
    std::vector<Chunk> found;
    for (const auto &buffer : rig_.output("src").buffers) {
      const ChunkInfo *info = gst::chunk_info(buffer.get());
      if (!info) {
        ADD_FAILURE() << "a buffer without meta";
        continue;
      }
      if (info->what != what || (!track.empty() && info->track != track)) continue;
      found.push_back({*info, buffer, GST_BUFFER_PTS(buffer.get()),
                       GST_BUFFER_DURATION(buffer.get()), samples(buffer)});
    }
    return found;
  }
  std::vector<Chunk> chunks(const std::string &track = "") { return out(ChunkWhat::kChunk, track); }
  std::set<uint32_t> segments(const std::string &track) {
    std::set<uint32_t> numbers;
    for (const auto &chunk : chunks(track)) numbers.insert(chunk.info.segment);
    return numbers;
  }
  uint32_t sample_count(const std::string &track) {
    uint32_t count = 0;
    for (const auto &chunk : chunks(track)) count += chunk.samples;
    return count;
  }
  static uint32_t samples(const gst::Ptr<GstBuffer> &buffer) {
    GstMapInfo map;
    if (!gst_buffer_map(buffer.get(), &map, GST_MAP_READ)) return 0;
    const auto read = cmaf::read_chunks({map.data, map.size});
    gst_buffer_unmap(buffer.get(), &map);
    uint32_t count = 0;
    if (read) {
      for (const auto &chunk : *read) count += chunk.samples;
    }
    return count;
  }
  /// Decode times of a track never overlap, and each chunk is where its meta says.
  void expect_sound_track(const std::string &track) {
    int64_t end = -1;
    std::map<uint32_t, uint32_t> next_chunk;
    for (const auto &chunk : chunks(track)) {
      EXPECT_GE(chunk.info.start, end) << track << " " << chunk.info.segment;
      EXPECT_EQ(chunk.info.chunk, next_chunk[chunk.info.segment]++);
      EXPECT_GT(chunk.samples, 0u);
      if (chunk.info.chunk == 0) {
        EXPECT_TRUE(chunk.info.independent);
      }
      end = chunk.info.start + chunk.info.duration;
    }
    EXPECT_GE(end, 0) << track << " has no chunk";
  }

  ElementRig rig_;
  bool discont_ = false;
};

TEST_F(SegmenterTest, VideoAndAudio_InitsThenChunksOnOneGrid) {
  publish_both();
  run(0, 10 * GST_SECOND, 25, 0);
  end("video_0");
  EXPECT_FALSE(rig_.output("src").ended);
  end("audio_0");
  const auto output = rig_.output("src");
  EXPECT_TRUE(output.ended);
  EXPECT_EQ(output.caps, std::vector<std::string>{"application/x-klive-cmaf"});
  EXPECT_EQ(output.segments, 1u);
  EXPECT_EQ(output.stream_ids.size(), 1u);

  const std::set<uint32_t> expected = {0, 1, 2, 3, 4};
  EXPECT_EQ(segments("v32"), expected);
  EXPECT_EQ(segments("a32"), expected);
  EXPECT_EQ(sample_count("v32"), 250u);
  EXPECT_EQ(sample_count("a32"), 469u);
  for (const char *track : {"v32", "a32"}) {
    expect_sound_track(track);
    const auto inits = out(ChunkWhat::kInit, track);
    ASSERT_EQ(inits.size(), 1u);
    EXPECT_EQ(inits[0].info.init, 0u);
    EXPECT_EQ(inits[0].info.flavor, 32u);
    EXPECT_EQ(gst_buffer_memcmp(inits[0].buffer.get(), 4, "ftyp", 4), 0);
    EXPECT_EQ(out(ChunkWhat::kTrackEnd, track).size(), 1u);
  }
  EXPECT_EQ(out(ChunkWhat::kInit, "v32")[0].info.format.width, 320);
  for (const auto &chunk : chunks()) EXPECT_LE(chunk.duration, GST_SECOND + kFrame);
}

class SegmenterKeyFrameTest : public SegmenterTest, public testing::WithParamInterface<unsigned> {};

TEST_P(SegmenterKeyFrameTest, SegmentsBeginWithKeyFramesAndNothingIsLost) {
  publish_both();
  run(0, 65 * GST_SECOND, GetParam(), 0);
  end("audio_0");
  end("video_0");
  expect_sound_track("v32");
  expect_sound_track("a32");
  EXPECT_EQ(sample_count("v32"), 1625u);
  EXPECT_EQ(sample_count("a32"), 3047u);
  EXPECT_EQ(segments("v32"), segments("a32"));
}

// In frames, 25 a second: half a second to half a minute.
INSTANTIATE_TEST_SUITE_P(Intervals, SegmenterKeyFrameTest, testing::Values(12, 25, 50, 125, 750));

TEST_F(SegmenterTest, BFrames_EveryFrameComesOut) {
  publish();
  const GstClockTime offsets[] = {80, 200, 80, 0, 40};  // I P B B B in decode order
  for (guint64 i = 0; i < 250; ++i) {
    ASSERT_EQ(video(i * kFrame, i % 25 == 0, offsets[i % 5] * GST_MSECOND), GST_FLOW_OK);
  }
  end("video_0");
  expect_sound_track("v32");
  EXPECT_EQ(sample_count("v32"), 250u);
}

TEST_F(SegmenterTest, FirstSegment_NumbersOfSegmentsAndInitsBeginThere) {
  g_object_set(rig_.element(), "first-segment", 100, nullptr);
  publish();
  run(0, 4 * GST_SECOND);
  end("video_0");
  EXPECT_EQ(segments("v32"), (std::set<uint32_t>{100, 101}));
  EXPECT_EQ(out(ChunkWhat::kInit)[0].info.init, 100u);
  EXPECT_EQ(chunks()[0].info.init, 100u);
}

TEST_F(SegmenterTest, NewPictureSizeMidStream_NewInitAndDiscontinuity) {
  publish_both();
  run(0, 4 * GST_SECOND, 25, 0);
  rig_.connect("video_0", "1_abcd1234/primary/32/video_0", video_caps(kBaseline));
  run(4 * GST_SECOND, 8 * GST_SECOND, 25, 4 * GST_SECOND);
  end("video_0");
  end("audio_0");
  const auto inits = out(ChunkWhat::kInit, "v32");
  ASSERT_EQ(inits.size(), 2u);
  EXPECT_EQ(inits[1].info.format.width, 640);
  EXPECT_EQ(sample_count("v32"), 200u);
  EXPECT_EQ(sample_count("a32"), 375u);
  for (const auto &chunk : chunks("v32")) {
    if (chunk.info.segment == inits[1].info.init && chunk.info.chunk == 0) {
      EXPECT_TRUE(chunk.info.discontinuity);
    }
    EXPECT_EQ(chunk.info.init,
              chunk.info.segment < inits[1].info.init ? inits[0].info.init : inits[1].info.init);
  }
  expect_sound_track("v32");
  expect_sound_track("a32");
}

TEST_F(SegmenterTest, NewSoundFormatMidStream_NewInitOfTheAudioTrackOnly) {
  publish_both();
  run(0, 4 * GST_SECOND, 25, 0);
  rig_.connect("audio_0", "1_abcd1234/primary/32/audio_0", audio_caps(kAac44));
  run(4 * GST_SECOND, 8 * GST_SECOND, 25, 4 * GST_SECOND);
  end("video_0");
  end("audio_0");
  EXPECT_EQ(out(ChunkWhat::kInit, "v32").size(), 1u);
  const auto inits = out(ChunkWhat::kInit, "a32");
  ASSERT_EQ(inits.size(), 2u);
  EXPECT_EQ(inits[1].info.format.sample_rate, 44100u);
  EXPECT_GT(inits[1].info.init, inits[0].info.init);
}

TEST_F(SegmenterTest, AudioNeverComes_VideoWaitsNoLongerThanTwoSeconds) {
  publish_both();
  run(0, 5 * GST_SECOND);
  const auto made = chunks("v32");
  ASSERT_FALSE(made.empty());
  EXPECT_GE(made.back().pts + made.back().duration, 2 * GST_SECOND);
}

TEST_F(SegmenterTest, AudioComesLate_BothTracksHaveTheSameNumbersFromThen) {
  publish_both();
  run(0, 10 * GST_SECOND, 25, 5 * GST_SECOND);
  end("video_0");
  end("audio_0");
  EXPECT_EQ(sample_count("v32"), 250u);
  EXPECT_EQ(sample_count("a32"), 234u);
  const auto audio = segments("a32"), video = segments("v32");
  EXPECT_EQ(*audio.rbegin(), *video.rbegin());
  EXPECT_EQ(*audio.begin(), 2u) << "5 s is in the segment from 4 s to 6 s";
}

TEST_F(SegmenterTest, AudioEndsEarly_VideoGoesOn) {
  publish_both();
  run(0, 10 * GST_SECOND, 25, 0, 3 * GST_SECOND);
  const auto made = chunks("v32");
  ASSERT_FALSE(made.empty());
  EXPECT_GE(made.back().pts + made.back().duration, 8 * GST_SECOND);
}

TEST_F(SegmenterTest, TimelineReAnchored_DiscontinuityOnce) {
  publish();
  run(0, 4 * GST_SECOND);
  discont_ = true;
  run(9 * GST_SECOND, 13 * GST_SECOND);
  end("video_0");
  EXPECT_EQ(std::ranges::count_if(chunks(), [](const Chunk &c) { return c.info.discontinuity; }),
            1);
  EXPECT_EQ(sample_count("v32"), 200u);
  expect_sound_track("v32");
}

TEST_F(SegmenterTest, FirstBufferIsDiscont_NoDiscontinuity) {
  publish();
  discont_ = true;  // as every stream begins in GStreamer
  run(0, 4 * GST_SECOND);
  end("video_0");
  for (const auto &chunk : chunks()) EXPECT_FALSE(chunk.info.discontinuity);
}

TEST_F(SegmenterTest, PadReleasedAndRequestedAgain_TrackGoesOnWithDiscontinuity) {
  publish_both();
  run(0, 4 * GST_SECOND, 25, 0);
  rig_.disconnect("video_0");
  rig_.disconnect("audio_0");
  EXPECT_FALSE(rig_.output("src").ended) << "publications come and go";
  EXPECT_EQ(out(ChunkWhat::kTrackEnd).size(), 2u);
  EXPECT_EQ(sample_count("v32"), 100u) << "what was held back comes out";
  const auto before = *segments("v32").rbegin();

  rig_.connect("video_0", "1_abcd1234/primary/32/video_0", video_caps());
  rig_.connect("audio_0", "1_abcd1234/primary/32/audio_0", audio_caps());
  run(30 * GST_SECOND, 34 * GST_SECOND, 25, 30 * GST_SECOND);
  end("video_0");
  end("audio_0");
  for (const char *track : {"v32", "a32"}) {
    const auto made = chunks(track);
    const auto first =
        std::ranges::find_if(made, [&](const Chunk &c) { return c.info.segment > before; });
    ASSERT_NE(first, made.end());
    EXPECT_TRUE(first->info.discontinuity) << track;
    expect_sound_track(track);
  }
}

TEST_F(SegmenterTest, ReturnsWithAnotherFormat_NewInitNumber) {
  publish();
  run(0, 4 * GST_SECOND);
  rig_.disconnect("video_0");
  rig_.connect("video_0", "1_abcd1234/primary/32/video_0", video_caps(kBaseline));
  run(10 * GST_SECOND, 14 * GST_SECOND);
  end("video_0");
  const auto inits = out(ChunkWhat::kInit, "v32");
  ASSERT_EQ(inits.size(), 2u);
  EXPECT_GT(inits[1].info.init, inits[0].info.init);
}

TEST_F(SegmenterTest, EndedPadGetsANewStream_TrackGoesOn) {
  g_object_set(rig_.element(), "forward-eos", FALSE, nullptr);
  publish();
  run(0, 4 * GST_SECOND);
  end("video_0");
  EXPECT_FALSE(rig_.output("src").ended);
  rig_.connect("video_0", "1_abcd1234/primary/32/video_0", video_caps());
  run(10 * GST_SECOND, 14 * GST_SECOND);
  end("video_0");
  EXPECT_EQ(sample_count("v32"), 200u);
  EXPECT_EQ(out(ChunkWhat::kTrackEnd, "v32").size(), 2u);
  expect_sound_track("v32");
}

TEST_F(SegmenterTest, BackupSideAndSecondLanguage_HaveNamesOfTheirOwn) {
  publish_both();
  rig_.connect("video_1", "1_abcd1234/backup/32/video_0", video_caps());
  rig_.connect("audio_1", "1_abcd1234/primary/32/audio_1", audio_caps());
  run(0, 3 * GST_SECOND, 25, 0);
  for (guint64 i = 0; i < 75; ++i)
    ASSERT_EQ(video(i * kFrame, i % 25 == 0, 0, "video_1"), GST_FLOW_OK);
  for (guint64 i = 0; i < 140; ++i) ASSERT_EQ(audio(sound(i), "audio_1"), GST_FLOW_OK);
  for (const char *pad : {"video_0", "video_1", "audio_0", "audio_1"}) end(pad);
  EXPECT_EQ(sample_count("v32"), 75u);
  EXPECT_EQ(sample_count("v32b"), 75u);
  EXPECT_EQ(sample_count("a32"), 141u);
  EXPECT_EQ(sample_count("a32-1"), 140u);
  EXPECT_TRUE(out(ChunkWhat::kInit, "v32b").at(0).info.backup);
}

TEST_F(SegmenterTest, ForeignStreamIds_FlavorZeroNumberedByPad) {
  rig_.start();
  rig_.connect("video_1", "9c1d/0", video_caps());
  rig_.connect("video_0", "9c1d/1", video_caps());
  for (guint64 i = 0; i < 75; ++i) {
    for (const char *pad : {"video_0", "video_1"}) {
      ASSERT_EQ(video(i * kFrame, i % 25 == 0, 0, pad), GST_FLOW_OK);
    }
  }
  end("video_0");
  end("video_1");
  EXPECT_EQ(sample_count("v0"), 75u);
  EXPECT_EQ(sample_count("v0-1"), 75u);
}

TEST_F(SegmenterTest, DecodeTimesBeforeTheSegment_NothingIsNegative) {
  publish();
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment.position = 3600 * GST_SECOND;
  rig_.send("video_0", gst_event_new_segment(&segment));
  for (guint64 i = 0; i < 75; ++i) {
    const GstClockTime dts = 3600 * GST_SECOND - 2 * kFrame + i * kFrame;
    ASSERT_EQ(video(dts, i % 25 == 0, 2 * kFrame), GST_FLOW_OK);
  }
  end("video_0");
  ASSERT_FALSE(chunks().empty());
  EXPECT_EQ(chunks()[0].info.start, 0);
  EXPECT_EQ(sample_count("v32"), 75u);
}

TEST_F(SegmenterTest, HevcAndAv1_AreCarried) {
  rig_.start();
  rig_.connect(
      "video_0", "a/primary/1",
      std::string("video/x-h265,stream-format=hvc1,alignment=au,codec_data=(buffer)") + kHevc);
  rig_.connect(
      "video_1", "a/primary/2",
      std::string("video/x-av1,stream-format=obu-stream,alignment=tu,codec_data=(buffer)") + kAv1);
  for (guint64 i = 0; i < 75; ++i) {
    for (const char *pad : {"video_0", "video_1"}) {
      ASSERT_EQ(video(i * kFrame, i % 25 == 0, 0, pad), GST_FLOW_OK);
    }
  }
  end("video_0");
  end("video_1");
  EXPECT_EQ(sample_count("v1"), 75u);
  EXPECT_EQ(sample_count("v2"), 75u);
  EXPECT_EQ(out(ChunkWhat::kInit, "v1").at(0).info.format.codec, cmaf::Codec::kHevc);
  EXPECT_EQ(out(ChunkWhat::kInit, "v2").at(0).info.format.codec, cmaf::Codec::kAv1);
}

TEST_F(SegmenterTest, Ac3_FormatIsReadFromTheFrames) {
  rig_.start();
  rig_.connect("audio_0", "a/primary/1", "audio/x-ac3,framed=true,alignment=frame");
  for (guint64 i = 0; i < 100; ++i) {
    // 48 kHz, 3/2 with LFE, 448 kbit/s.
    constexpr guint8 kFrameStart[] = {0x0b, 0x77, 0, 0, 0x1e, 0x40, 0xe1, 0};
    auto buffer = gst::Ptr<GstBuffer>::take(gst_buffer_new_memdup(kFrameStart, sizeof kFrameStart));
    GST_BUFFER_PTS(buffer.get()) = gst_util_uint64_scale_round(i * 1536, GST_SECOND, 48000);
    ASSERT_EQ(rig_.push("audio_0", std::move(buffer)), GST_FLOW_OK);
  }
  end("audio_0");
  EXPECT_EQ(sample_count("a1"), 100u);
  const auto format = out(ChunkWhat::kInit, "a1").at(0).info.format;
  EXPECT_EQ(format.codec, cmaf::Codec::kAc3);
  EXPECT_EQ(format.sample_rate, 48000u);
  EXPECT_EQ(format.channels, 6);
  EXPECT_EQ(format.decoder_config, (base::Bytes{0x10, 0x3d, 0xe0}));
}

TEST_F(SegmenterTest, UnusableConfiguration_WarningAndOtherTrackGoesOn) {
  rig_.start();
  rig_.connect("video_0", "1_abcd1234/primary/32/video_0", video_caps("01640028ffe1000101"));
  rig_.connect("audio_0", "1_abcd1234/primary/32/audio_0", audio_caps());
  EXPECT_EQ(rig_.messages(), std::vector<std::string>{"warning"});
  run(0, 5 * GST_SECOND, 25, 0);
  EXPECT_EQ(rig_.stat("dropped"), 125u);
  EXPECT_GT(chunks("a32").size(), 0u);
  rig_.connect("video_0", "1_abcd1234/primary/32/video_0", video_caps());
  run(5 * GST_SECOND, 10 * GST_SECOND, 25, 5 * GST_SECOND);
  end("video_0");
  EXPECT_EQ(sample_count("v32"), 125u);
}

TEST_F(SegmenterTest, NoCodecData_CapsAreRefused) {
  rig_.start();
  rig_.connect("video_0", "id", "video/x-h264,stream-format=avc,alignment=au");
  EXPECT_EQ(video(0, true), GST_FLOW_NOT_NEGOTIATED);
}

TEST_F(SegmenterTest, FrameWithoutTime_IsDroppedAndCounted) {
  publish();
  auto buffer = gst::Ptr<GstBuffer>::take(gst_buffer_new_allocate(nullptr, 10, nullptr));
  EXPECT_EQ(rig_.push("video_0", std::move(buffer)), GST_FLOW_OK);
  EXPECT_EQ(rig_.stat("dropped"), 1u);
}

TEST_F(SegmenterTest, Epoch_ChunksSayWhenTheyWereMade) {
  g_object_set(rig_.element(), "epoch", G_GUINT64_CONSTANT(1'700'000'000'000'000'000), nullptr);
  publish();
  run(0, 3 * GST_SECOND);
  end("video_0");
  const auto first = chunks().at(0).buffer;
  GstMapInfo map;
  ASSERT_TRUE(gst_buffer_map(first.get(), &map, GST_MAP_READ));
  EXPECT_NE(base::as_text({map.data, map.size}).find("prft"), std::string::npos);
  gst_buffer_unmap(first.get(), &map);
}

TEST_F(SegmenterTest, Latency_AChunkMoreThanUpstream) {
  publish();
  const auto query = gst::Ptr<GstQuery>::take(gst_query_new_latency());
  const auto source = gst::Ptr<GstPad>::take(gst_element_get_static_pad(rig_.element(), "src"));
  ASSERT_TRUE(gst_pad_query(source.get(), query.get()));
  GstClockTime least = 0;
  gst_query_parse_latency(query.get(), nullptr, &least, nullptr);
  EXPECT_EQ(least, GST_SECOND);
}

TEST_F(SegmenterTest, StartStopStart_BeginsAnew) {
  for (int round = 0; round < 3; ++round) {
    publish();
    run(0, 4 * GST_SECOND);
    end("video_0");
    EXPECT_EQ(rig_.stat("samples"), 100u);
    EXPECT_EQ(rig_.stat("segments"), 2u);
    EXPECT_EQ(out(ChunkWhat::kInit).size(), static_cast<size_t>(round) + 1);
    rig_.stop();
  }
}

TEST_F(SegmenterTest, ThreadsPushAtOnce_ChunksLeaveInOrder) {
  publish_both();
  std::thread pictures([&] {
    for (guint64 i = 0; i < 1000; ++i) (void)video(i * kFrame, i % 25 == 0);
    end("video_0");
  });
  for (guint64 i = 0; i < 1875; ++i) (void)audio(sound(i));
  end("audio_0");
  pictures.join();
  EXPECT_TRUE(rig_.output("src").ended);
  EXPECT_EQ(sample_count("v32"), 1000u);
  EXPECT_EQ(sample_count("a32"), 1875u);
  expect_sound_track("v32");
  expect_sound_track("a32");
}

TEST_F(SegmenterTest, StoppedWhileFramesAreHeld_NothingLeaks) {
  publish_both();
  run(0, GST_SECOND);
  rig_.stop();
}

}  // namespace
}  // namespace klive
