// SPDX-License-Identifier: LGPL-2.1-or-later
// AudioSmoother and the readers of sound formats.
#include <gtest/gtest.h>

#include <cmath>

#include "audio_config.h"
#include "audio_smoother.h"

using klive::base::Bytes;
using klive::base::MediaTime;
using namespace klive::flvdemux;  // NOLINT: the subject

namespace {
constexpr uint32_t kSamples = 1024, kRate = 48000;

MediaTime rounded(double seconds) {
  return MediaTime::from_ms(static_cast<int64_t>(std::lround(seconds * 1000)));
}
}  // namespace

TEST(AudioSmoother, TimesRoundedToMilliseconds_FramesLieEndToEnd) {
  AudioSmoother smoother;
  for (int64_t i = 0; i < 10'000; ++i) {
    const auto at =
        smoother.place(rounded(static_cast<double>(i * kSamples) / kRate), kSamples, kRate);
    ASSERT_EQ(at.ns, MediaTime::from_ticks(i * kSamples, kRate).ns);
  }
  EXPECT_EQ(smoother.resyncs(), 0u);
}

TEST(AudioSmoother, TwoFramesWithOneTimestamp_FramesLieEndToEnd) {
  AudioSmoother smoother;
  for (int64_t i = 0; i < 1000; ++i) {
    const auto sent = rounded(static_cast<double>(i / 2 * 2 * kSamples) / kRate);
    ASSERT_EQ(smoother.place(sent, kSamples, kRate).ticks(kRate), i * kSamples);
  }
}

TEST(AudioSmoother, SoundMissingFor200Ms_OneGap) {
  AudioSmoother smoother;
  (void)smoother.place({}, kSamples, kRate);
  EXPECT_EQ(smoother.place(MediaTime::from_ms(221), kSamples, kRate), MediaTime::from_ms(221));
  EXPECT_EQ(smoother.resyncs(), 1u);
}

TEST(AudioSmoother, ClockOff200PartsInAMillion_StaysWithin20MsForADayWithoutGaps) {
  for (const double drift : {1.0002, 0.9998}) {
    AudioSmoother smoother;
    MediaTime last{-1};
    for (int64_t i = 0; i < int64_t{24} * 3600 * kRate / kSamples; ++i) {
      const auto sent = rounded(static_cast<double>(i * kSamples) / kRate * drift);
      const auto at = smoother.place(sent, kSamples, kRate);
      ASSERT_LT(std::abs(at.ns - sent.ns), MediaTime::from_ms(20).ns);
      if (i > 0) {
        ASSERT_NEAR((at - last).ticks(kRate), kSamples, 1);
      }
      last = at;
    }
    EXPECT_EQ(smoother.resyncs(), 0u);
  }
}

TEST(AudioSmoother, MoreSoundThanTime_TimesStillGoForward) {
  AudioSmoother smoother;
  MediaTime last{-1};
  for (int64_t i = 0; i < 10'000; ++i) {
    const auto sent = rounded(static_cast<double>(i * kSamples) / kRate * 0.8);
    const auto at = smoother.place(sent, kSamples, kRate);
    ASSERT_GT(at, last);
    ASSERT_LT(at.ns - sent.ns, MediaTime::from_ms(80).ns);
    last = at;
  }
}

TEST(AudioSmoother, TimelineReAnchored_NextFrameStartsThere) {
  AudioSmoother smoother;
  (void)smoother.place({}, kSamples, kRate);
  smoother.restart();
  EXPECT_EQ(smoother.place(MediaTime::from_seconds(3600), kSamples, kRate),
            MediaTime::from_seconds(3600));
  EXPECT_EQ(smoother.resyncs(), 0u);
}

TEST(AudioConfig, AacLcStereo_IsRead) {
  const auto format = read_audio_specific_config(Bytes{0x12, 0x10});
  ASSERT_TRUE(format);
  EXPECT_EQ(format->rate, 44100u);
  EXPECT_EQ(format->channels, 2u);
  EXPECT_EQ(format->frame_samples, 1024u);
}

TEST(AudioConfig, HeAac_CoreRateCounts) {
  // AOT 5, 24 kHz core, stereo, 48 kHz extension, AOT 2.
  const auto format = read_audio_specific_config(Bytes{0x2b, 0x11, 0x88, 0x00});
  ASSERT_TRUE(format);
  EXPECT_EQ(format->rate, 24000u);
  EXPECT_EQ(format->frame_samples, 1024u);
}

TEST(AudioConfig, CutOff_IsRefused) {
  EXPECT_FALSE(read_audio_specific_config(Bytes{}));
  EXPECT_FALSE(read_audio_specific_config(Bytes{0x12}));
  EXPECT_FALSE(read_audio_specific_config(Bytes{0x17, 0x80}));
}

TEST(AudioConfig, OpusPackets_TellTheirLength) {
  EXPECT_EQ(opus_packet_samples(Bytes{0xfc}), 960u);         // CELT 20 ms, one frame
  EXPECT_EQ(opus_packet_samples(Bytes{0xfb, 0x03}), 2880u);  // three of them
  EXPECT_EQ(opus_packet_samples(Bytes{0x18}), 2880u);        // SILK 60 ms
  EXPECT_EQ(opus_packet_samples(Bytes{0x1b, 0x3f}), 0u);     // longer than 120 ms
  EXPECT_EQ(opus_packet_samples(Bytes{}), 0u);
}

TEST(AudioConfig, Ac3Frame_IsRead) {
  // 48 kHz, bsid 8, 3/2 with LFE.
  const auto format = read_ac3_frame(Bytes{0x0b, 0x77, 0, 0, 0x1c, 0x40, 0xe1, 0x00});
  ASSERT_TRUE(format);
  EXPECT_EQ(format->rate, 48000u);
  EXPECT_EQ(format->channels, 6u);
  EXPECT_EQ(format->frame_samples, 1536u);
}
