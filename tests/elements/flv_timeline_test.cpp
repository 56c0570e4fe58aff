// SPDX-License-Identifier: LGPL-2.1-or-later
// Timeline: wraps, gaps and jumps of a publication's timestamps.
#include "timeline.h"

#include <gtest/gtest.h>

#include <vector>

using klive::base::MediaTime;
using klive::flvdemux::Frame;
using klive::flvdemux::Placement;
using klive::flvdemux::Timeline;

namespace {

constexpr uint32_t kVideo = 0, kAudio = 1;
constexpr int64_t kHour = 3'600'000;

/// An encoder on a network without delay: arrival time goes on by itself.
class Encoder {
 public:
  explicit Encoder(MediaTime epoch = {}, MediaTime wall = {}, std::optional<MediaTime> hint = {})
      : timeline_(epoch, hint), wall_(wall) {}

  /// Milliseconds of media time.
  double video(int64_t timestamp) { return place({kVideo, static_cast<uint32_t>(timestamp)}); }
  double audio(int64_t timestamp) {
    return place({.track = kAudio,
                  .timestamp = static_cast<uint32_t>(timestamp),
                  .duration = MediaTime::from_ticks(1024, 48000),
                  .slack = MediaTime::from_ms(50)});
  }
  void wait(int64_t ms) { arrival_ += MediaTime::from_ms(ms); }
  /// `frames` of video 40 ms apart from `timestamp` on, in real time. Returns the last one's media
  /// time.
  double run(int64_t timestamp, int frames) {
    double last = 0;
    for (int i = 0; i < frames; ++i, wait(40)) last = video(timestamp + 40 * i);
    return last;
  }
  std::optional<MediaTime> anchor() const { return timeline_.anchor(); }
  bool discontinuity() const { return last_.discontinuity; }
  uint64_t jumps() const { return timeline_.jumps(); }

 private:
  double place(Frame frame) {
    frame.arrival = arrival_;
    frame.wall = wall_;
    last_ = timeline_.place(frame);
    return static_cast<double>(last_.time.ns) / 1e6;
  }
  Timeline timeline_;
  MediaTime arrival_ = MediaTime::from_seconds(1000), wall_;
  Placement last_;
};

}  // namespace

TEST(Timeline, NoEpoch_FirstFrameIsTimeZero) {
  Encoder encoder;
  EXPECT_EQ(encoder.video(5000), 0);
  EXPECT_EQ(encoder.video(5040), 40);
  EXPECT_EQ(encoder.audio(5033), 33);
  EXPECT_FALSE(encoder.discontinuity());
}

TEST(Timeline, Epoch_FirstFrameIsWallTimeSinceThen) {
  Encoder encoder(MediaTime::from_seconds(1'700'000'000), MediaTime::from_seconds(1'700'000'060));
  EXPECT_EQ(encoder.video(123), 60'000);
  EXPECT_EQ(encoder.video(163), 60'040);
}

TEST(Timeline, WallClockBeforeEpoch_StartsAtZero) {
  Encoder encoder(MediaTime::from_seconds(100), MediaTime::from_seconds(50));
  EXPECT_EQ(encoder.video(0), 0);
}

TEST(Timeline, SecondFlavorArrivesLater_HintGivesItTheSameTimes) {
  const auto epoch = MediaTime::from_seconds(1000);
  Encoder first(epoch, MediaTime::from_seconds(1060));
  EXPECT_FALSE(first.anchor());
  EXPECT_EQ(first.video(5000), 60'000);
  Encoder second(epoch, MediaTime::from_seconds(1060) + MediaTime::from_ms(130), first.anchor());
  EXPECT_EQ(second.video(5000), 60'000);
  EXPECT_EQ(second.video(5040), first.video(5040));
}

TEST(Timeline, ReturnsAfterTheWrap_HintStillGivesTheSameTimes) {
  const auto epoch = MediaTime::from_seconds(1000);
  Encoder first(epoch, MediaTime::from_seconds(1060));
  EXPECT_EQ(first.video(0xffffffff - 999), 60'000);
  Encoder second(epoch, MediaTime::from_seconds(1065) + MediaTime::from_ms(300), first.anchor());
  EXPECT_EQ(second.video(4000), 65'000);
}

TEST(Timeline, HintOfAnotherTimeBase_ArrivalDecides) {
  const auto epoch = MediaTime::from_seconds(1000);
  Encoder first(epoch, MediaTime::from_seconds(1060));
  (void)first.video(5000);
  Encoder second(epoch, MediaTime::from_seconds(1060), first.anchor());
  EXPECT_EQ(second.video(900'000), 60'000);
}

TEST(Timeline, TimestampsWrapAt32Bits_MediaTimeGoesOn) {
  Encoder encoder;
  EXPECT_EQ(encoder.video(0xffffffd8), 0);
  EXPECT_EQ(encoder.video(0), 40);
  EXPECT_EQ(encoder.audio(0xffffffff), 39);
  EXPECT_EQ(encoder.video(40), 80);
  EXPECT_EQ(encoder.jumps(), 0u);
}

TEST(Timeline, TimestampsPass2To31_MediaTimeGoesOn) {
  Encoder encoder;
  EXPECT_EQ(encoder.video(0x7fffffd8), 0);
  EXPECT_EQ(encoder.video(0x80000000), 40);
  EXPECT_EQ(encoder.jumps(), 0u);
}

TEST(Timeline, TimestampsWrapAt31Bits_MediaTimeGoesOn) {
  Encoder encoder;
  EXPECT_EQ(encoder.video(0x7fffffd8), 0);
  EXPECT_EQ(encoder.audio(0x7ffffff0), 24);
  EXPECT_EQ(encoder.video(0), 40);
  EXPECT_EQ(encoder.audio(0x7ffffffe), 38);
  EXPECT_EQ(encoder.audio(19), 59);
  EXPECT_EQ(encoder.video(40), 80);
  EXPECT_EQ(encoder.jumps(), 0u);
}

TEST(Timeline, TimestampsWrapAt24Bits_MediaTimeGoesOn) {
  Encoder encoder;
  EXPECT_EQ(encoder.video(0xffffd8), 0);
  EXPECT_EQ(encoder.audio(0xfffff0), 24);
  EXPECT_EQ(encoder.video(0), 40);
  EXPECT_EQ(encoder.audio(0xfffffe), 38);
  EXPECT_EQ(encoder.audio(19), 59);
  EXPECT_EQ(encoder.jumps(), 0u);
}

TEST(Timeline, TimestampsPass2To24_MediaTimeGoesOn) {
  Encoder encoder;
  EXPECT_EQ(encoder.video(0xffffd8), 0);
  EXPECT_EQ(encoder.video(0x1000000), 40);
  EXPECT_EQ(encoder.jumps(), 0u);
}

TEST(Timeline, JumpOfAnHourForward_GoesOnAtArrivalTimeWithDiscontinuity) {
  Encoder encoder;
  EXPECT_EQ(encoder.run(0, 100), 99 * 40);
  EXPECT_NEAR(encoder.video(4000 + kHour), 4000, 1);
  EXPECT_TRUE(encoder.discontinuity());
  EXPECT_NEAR(encoder.video(4040 + kHour), 4040, 1);
  EXPECT_FALSE(encoder.discontinuity());
  EXPECT_EQ(encoder.jumps(), 1u);
}

TEST(Timeline, JumpOfAnHourBack_GoesOnAtArrivalTimeWithDiscontinuity) {
  Encoder encoder;
  encoder.run(kHour + 100, 100);
  EXPECT_NEAR(encoder.video(100), 4000, 1);
  EXPECT_TRUE(encoder.discontinuity());
  EXPECT_EQ(encoder.jumps(), 1u);
}

TEST(Timeline, JumpWhileFramesArriveInLumps_NoGapOpens) {
  for (const int64_t jump : {kHour, -kHour, int64_t{10'000}, int64_t{-5'000}, int64_t{-80}}) {
    Encoder encoder;
    double before = 0;
    for (int i = 0; i < 100; ++i) {
      if (i % 5 == 0) encoder.wait(200 + i % 3 * 30);
      const double now = encoder.video(5'000'000 + i * 40 + (i < 52 ? 0 : jump));
      if (i > 0) {
        EXPECT_NEAR(now - before, 40, 1) << jump << " at frame " << i;
      }
      before = now;
    }
    EXPECT_EQ(encoder.jumps(), 1u);
  }
}

TEST(Timeline, JumpAfterSilence_SilenceStaysVisible) {
  Encoder encoder;
  encoder.run(kHour, 100);
  encoder.wait(5000);
  EXPECT_NEAR(encoder.video(0), 9000, 1);
}

TEST(Timeline, JumpWithStragglersOfTheOtherTrack_EachTrackJumpsOnce) {
  Encoder encoder;
  for (int i = 0; i < 100; ++i, encoder.wait(40)) {
    (void)encoder.video(i * 40);
    (void)encoder.audio(i * 40 + 5);
  }
  EXPECT_NEAR(encoder.video(4000 + kHour), 4000, 30);
  EXPECT_TRUE(encoder.discontinuity());
  // Sent before the jump, read after it.
  EXPECT_EQ(encoder.audio(4005), 4005);
  EXPECT_FALSE(encoder.discontinuity());
  encoder.wait(40);
  const double audio = encoder.audio(4045 + kHour);
  EXPECT_TRUE(encoder.discontinuity());
  const double video = encoder.video(4040 + kHour);
  EXPECT_NEAR(audio - video, 5, 0.001) << "sound and picture stay together";
  EXPECT_EQ(encoder.jumps(), 1u);
}

TEST(Timeline, StepBackOf40Ms_NoFrameOverlapsAndNoGapOpens) {
  Encoder encoder;
  std::vector<double> times;
  for (int i = 0; i < 50; ++i, encoder.wait(20)) times.push_back(encoder.video(i * 20));
  for (int i = 0; i < 50; ++i, encoder.wait(20)) {
    times.push_back(encoder.video(1000 - 40 + i * 20));
    EXPECT_EQ(encoder.discontinuity(), i == 0);
  }
  for (size_t i = 1; i < times.size(); ++i) EXPECT_NEAR(times[i] - times[i - 1], 20, 0.001);
  EXPECT_EQ(encoder.jumps(), 1u);
}

TEST(Timeline, BothTracksStepBack_SoundAndPictureStayTogether) {
  Encoder encoder;
  int64_t shift = 0;
  double video = 0, audio = 0;
  int discontinuities = 0;
  for (int i = 0; i < 200; ++i, encoder.wait(20)) {
    if (i == 100) shift = -40;
    const double next_video = encoder.video(i * 20 + shift);
    discontinuities += encoder.discontinuity();
    const double next_audio = encoder.audio(i * 20 + 3 + shift);
    discontinuities += encoder.discontinuity();
    if (i > 0) {
      EXPECT_GT(next_video, video);
      EXPECT_GT(next_audio, audio - 0.001);
    }
    video = next_video;
    audio = next_audio;
  }
  EXPECT_NEAR(audio - video, 3, 0.001);
  EXPECT_EQ(discontinuities, 2) << "one of each track";
  EXPECT_EQ(encoder.jumps(), 1u);
}

TEST(Timeline, OneTrackStepsBackAlone_TheOtherFollowsWithinASecond) {
  Encoder encoder;
  double audio = 0;
  int discontinuities = 0;
  for (int i = 0; i < 200; ++i, encoder.wait(20)) {
    (void)encoder.video(i * 20 - (i >= 100 ? 40 : 0));
    audio = encoder.audio(i * 20);
    discontinuities += encoder.discontinuity();
  }
  EXPECT_EQ(discontinuities, 1);
  EXPECT_NEAR(audio, encoder.audio(199 * 20), 0.001);
  EXPECT_EQ(encoder.jumps(), 1u);
}

TEST(Timeline, GapThatWallTimeExplains_IsNoJump) {
  Encoder encoder;
  encoder.run(0, 10);
  encoder.wait(20'000);
  EXPECT_EQ(encoder.video(20'400), 20'400);
  EXPECT_FALSE(encoder.discontinuity());
  EXPECT_EQ(encoder.jumps(), 0u);
}

TEST(Timeline, NetworkStallsThenBursts_IsNoJump) {
  Encoder encoder;
  encoder.run(0, 10);
  encoder.wait(10'000);
  for (int i = 10; i < 260; ++i) {
    EXPECT_EQ(encoder.video(i * 40), i * 40);
    EXPECT_FALSE(encoder.discontinuity());
  }
  encoder.run(260 * 40, 100);
  EXPECT_EQ(encoder.jumps(), 0u);
}

TEST(Timeline, EncoderDropsFramesAfterStall_IsNoJump) {
  Encoder encoder;
  encoder.run(0, 10);
  encoder.wait(10'000);
  (void)encoder.video(400);
  EXPECT_EQ(encoder.video(9'000), 9'000);
  EXPECT_EQ(encoder.jumps(), 0u);
}

TEST(Timeline, WholeFileAtOnce_IsNoJump) {
  Encoder encoder;
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_EQ(encoder.video(i * 40), i * 40);
    EXPECT_EQ(encoder.audio(i * 40 + 7), i * 40 + 7);
  }
  EXPECT_EQ(encoder.jumps(), 0u);
}

TEST(Timeline, SlowEncoderClockForADay_GapsAreStillNoJump) {
  Encoder encoder;
  // 200 parts in a million slow, a frame a second: 17 s behind after a day.
  for (int64_t second = 0; second < 86'400; ++second) {
    (void)encoder.video(second * 1000 - second / 5);
    encoder.wait(1000);
  }
  EXPECT_EQ(encoder.jumps(), 0u);
  EXPECT_FALSE(encoder.discontinuity());
  (void)encoder.video(86'400'000 - 17'280 + kHour);
  EXPECT_TRUE(encoder.discontinuity());
}

TEST(Timeline, AudioHasATimeBaseOfItsOwn_IsPlacedAtArrival) {
  Encoder encoder;
  encoder.run(kHour, 100);
  const double audio = encoder.audio(0);
  EXPECT_NEAR(audio, 4000, 50);
  for (int i = 1; i < 100; ++i, encoder.wait(40)) {
    EXPECT_NEAR(encoder.video(kHour + 4000 + i * 40), 4000 + i * 40, 1);
    EXPECT_NEAR(encoder.audio(i * 40), audio + i * 40, 1);
  }
  EXPECT_EQ(encoder.jumps(), 1u);
}

TEST(Timeline, FrameBeforeTheFirst_IsNotNegative) {
  Encoder encoder;
  EXPECT_EQ(encoder.video(1000), 0);
  EXPECT_EQ(encoder.audio(980), 0);
  EXPECT_EQ(encoder.audio(1001), 1);
}

TEST(Timeline, TwoFramesWithOneTimestamp_DecodeTimesDiffer) {
  Encoder encoder;
  const double first = encoder.video(0);
  const double second = encoder.video(0);
  EXPECT_GT(second, first);
  EXPECT_EQ(encoder.video(40), 40);
  EXPECT_EQ(encoder.jumps(), 0u);
}
