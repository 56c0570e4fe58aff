// SPDX-License-Identifier: LGPL-2.1-or-later
// kliveflvdemux as a black box: FLV bytes in, frames on pads out.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "element_rig.h"
#include "rtmp/flv.h"

namespace klive {
namespace {

using base::Bytes;
using rtmp::TagType;
using test::ElementRig;

const Bytes kAvcc = {1, 0x64, 0, 0x0d, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x0d, 1, 0, 2, 0x68, 0xef};
const Bytes kNal = {0, 0, 0, 2, 0x65, 0x88};
const Bytes kAsc = {0x11, 0x90};  // AAC LC, 48 kHz, stereo
const Bytes kHvcc = [] {
  Bytes bytes(23);
  bytes[0] = 1;
  bytes[21] = 3;
  return bytes;
}();

Bytes operator+(Bytes left, const Bytes &right) {
  base::append(left, right);
  return left;
}
Bytes text(std::string_view letters) {
  const auto view = base::as_bytes(letters);
  return {view.begin(), view.end()};
}

/// An encoder that writes FLV.
class Flv {
 public:
  Flv &file_header() {
    base::append(bytes_, Bytes{'F', 'L', 'V', 1, 5, 0, 0, 0, 9, 0, 0, 0, 0});
    return *this;
  }
  Flv &tag(TagType type, uint32_t timestamp, const Bytes &body) {
    rtmp::write_flv_tag(bytes_, type, timestamp, body);
    return *this;
  }
  Flv &avc_header(const Bytes &config = kAvcc) {
    return tag(TagType::kVideo, 0, Bytes{0x17, 0, 0, 0, 0} + config);
  }
  Flv &aac_header(const Bytes &config = kAsc) {
    return tag(TagType::kAudio, 0, Bytes{0xaf, 0} + config);
  }
  Flv &headers() { return avc_header().aac_header(); }
  Flv &video(uint32_t timestamp, bool key = false, uint8_t cts = 0, const Bytes &data = kNal) {
    const uint8_t first = key ? 0x17 : 0x27;
    return tag(TagType::kVideo, timestamp, Bytes{first, 1, 0, 0, cts} + data);
  }
  Flv &audio(uint32_t timestamp, const Bytes &data = {0x21, 0x10}) {
    return tag(TagType::kAudio, timestamp, Bytes{0xaf, 1} + data);
  }
  Flv &raw(const Bytes &bytes) {
    base::append(bytes_, bytes);
    return *this;
  }
  [[nodiscard]] gst::Ptr<GstBuffer> buffer() const { return buffer(0, bytes_.size()); }
  [[nodiscard]] gst::Ptr<GstBuffer> buffer(size_t from, size_t size) const {
    return gst::Ptr<GstBuffer>::take(gst_buffer_new_memdup(bytes_.data() + from, size));
  }
  [[nodiscard]] size_t size() const { return bytes_.size(); }

 private:
  Bytes bytes_;
};

class FlvDemuxTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
  FlvDemuxTest() : rig_("kliveflvdemux") {}

  void start() {
    rig_.start();
    rig_.connect("sink", "1_abcd1234/primary/32", "video/x-flv");
  }
  GstFlowReturn feed(const Flv &flv) { return rig_.push("sink", flv.buffer()); }
  static GstClockTime pts(const gst::Ptr<GstBuffer> &buffer) {
    return GST_BUFFER_PTS(buffer.get());
  }
  static GstClockTime dts(const gst::Ptr<GstBuffer> &buffer) {
    return GST_BUFFER_DTS(buffer.get());
  }
  static bool discont(const gst::Ptr<GstBuffer> &buffer) {
    return GST_BUFFER_IS_DISCONT(buffer.get());
  }
  static bool key(const gst::Ptr<GstBuffer> &buffer) {
    return !GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT);
  }

  ElementRig rig_;
};

// Frames leave as lists; a consumer that waits for both tracks must not wait for long.
TEST_F(FlvDemuxTest, FourSecondsInOneBuffer_NoTrackRunsFarAheadOfTheOther) {
  start();
  Flv flv;
  flv.file_header().headers();
  for (uint32_t ms = 0; ms < 4000; ms += 40) flv.video(ms, ms == 0).audio(ms + 5);
  ASSERT_EQ(feed(flv), GST_FLOW_OK);
  const auto video = rig_.output("video_0"), audio = rig_.output("audio_0");
  ASSERT_EQ(video.buffers.size(), 100u);
  ASSERT_EQ(audio.buffers.size(), 100u);
  for (size_t i = 0; i + 8 < 100; ++i) {
    EXPECT_LT(video.places[i], audio.places[i + 8]) << i;
    EXPECT_LT(audio.places[i], video.places[i + 8]) << i;
  }
}

TEST_F(FlvDemuxTest, ByteAfterByte_SameFramesAsInOnePiece) {
  start();
  Flv flv;
  flv.file_header().headers().video(0, true).audio(5).video(40).audio(28);
  for (size_t i = 0; i < flv.size(); ++i)
    ASSERT_EQ(rig_.push("sink", flv.buffer(i, 1)), GST_FLOW_OK);
  EXPECT_EQ(rig_.output("video_0").buffers.size(), 2u);
  EXPECT_EQ(rig_.output("audio_0").buffers.size(), 2u);
  EXPECT_EQ(rig_.stat("errors"), 0u);
}

TEST_F(FlvDemuxTest, SequenceHeaders_PadsWithCapsAndStreamIds) {
  start();
  EXPECT_EQ(feed(Flv().file_header().headers()), GST_FLOW_OK);
  const auto video = rig_.output("video_0"), audio = rig_.output("audio_0");
  ASSERT_EQ(video.caps.size(), 1u);
  EXPECT_NE(video.caps[0].find("video/x-h264, stream-format=(string)avc, alignment=(string)au"),
            std::string::npos);
  EXPECT_NE(video.caps[0].find("codec_data=(buffer)0164000dff"), std::string::npos);
  ASSERT_EQ(audio.caps.size(), 1u);
  EXPECT_NE(audio.caps[0].find("rate=(int)48000, channels=(int)2, codec_data=(buffer)1190"),
            std::string::npos)
      << audio.caps[0];
  EXPECT_EQ(video.stream_ids, std::vector<std::string>{"1_abcd1234/primary/32/video_0"});
  EXPECT_EQ(audio.stream_ids, std::vector<std::string>{"1_abcd1234/primary/32/audio_0"});
}

TEST_F(FlvDemuxTest, BytesCutAnywhere_SameFrames) {
  Flv flv;
  flv.file_header().headers();
  for (uint32_t i = 0; i < 10; ++i) flv.video(i * 40, i == 0).audio(i * 40);
  for (const size_t piece : {size_t{1}, size_t{7}, size_t{100}, flv.size()}) {
    ElementRig rig("kliveflvdemux");
    rig.start();
    rig.connect("sink", "id", "video/x-flv");
    for (size_t at = 0; at < flv.size(); at += piece) {
      ASSERT_EQ(rig.push("sink", flv.buffer(at, std::min(piece, flv.size() - at))), GST_FLOW_OK);
    }
    const auto video = rig.output("video_0");
    ASSERT_EQ(video.buffers.size(), 10u) << "pieces of " << piece;
    EXPECT_EQ(rig.output("audio_0").buffers.size(), 10u);
    for (const auto &buffer : video.buffers) {
      EXPECT_EQ(gst_buffer_memcmp(buffer.get(), 0, kNal.data(), kNal.size()), 0);
      EXPECT_EQ(gst_buffer_get_size(buffer.get()), kNal.size());
    }
  }
}

TEST_F(FlvDemuxTest, NoFileHeader_FramesComeOut) {
  start();
  EXPECT_EQ(feed(Flv().avc_header().video(0, true)), GST_FLOW_OK);
  EXPECT_EQ(rig_.output("video_0").buffers.size(), 1u);
}

TEST_F(FlvDemuxTest, WholeTagInOneBuffer_FrameSharesItsMemory) {
  start();
  const auto in = Flv().avc_header().video(0, true).buffer();
  GstMapInfo whole, part;
  ASSERT_TRUE(gst_buffer_map(in.get(), &whole, GST_MAP_READ));
  ASSERT_EQ(rig_.push("sink", gst::Ptr<GstBuffer>(in)), GST_FLOW_OK);
  const auto out = rig_.output("video_0").buffers.at(0);
  ASSERT_TRUE(gst_buffer_map(out.get(), &part, GST_MAP_READ));
  EXPECT_GE(part.data, whole.data);
  EXPECT_LE(part.data + part.size, whole.data + whole.size);
  gst_buffer_unmap(out.get(), &part);
  gst_buffer_unmap(in.get(), &whole);
}

TEST_F(FlvDemuxTest, BFrames_PresentationIsDecodePlusOffset) {
  start();
  feed(Flv().avc_header().video(1000, true, 80).video(1040, false, 160).video(1080, false, 0));
  const auto frames = rig_.output("video_0").buffers;
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(dts(frames[0]), 0u);
  EXPECT_EQ(pts(frames[0]), 80 * GST_MSECOND);
  EXPECT_EQ(pts(frames[1]), 200 * GST_MSECOND);
  EXPECT_EQ(pts(frames[2]), 80 * GST_MSECOND);
  EXPECT_TRUE(key(frames[0]));
  EXPECT_FALSE(key(frames[1]));
}

TEST_F(FlvDemuxTest, AudioRoundedToMilliseconds_FramesLieEndToEnd) {
  start();
  Flv flv;
  flv.aac_header();
  for (uint32_t i = 0; i < 100; ++i) flv.audio(i * 64 / 3);
  feed(flv);
  const auto frames = rig_.output("audio_0").buffers;
  ASSERT_EQ(frames.size(), 100u);
  for (guint64 i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(pts(frames[i]), gst_util_uint64_scale_round(i * 1024, GST_SECOND, 48000));
  }
}

TEST_F(FlvDemuxTest, Epoch_TimesAreUnixTimeSinceThen) {
  const gint64 before = g_get_real_time() * 1000;
  g_object_set(rig_.element(), "epoch", static_cast<guint64>(before) - 60 * GST_SECOND, nullptr);
  start();
  feed(Flv().avc_header().video(5'000'000, true).video(5'000'040));
  const auto after = static_cast<GstClockTime>(g_get_real_time() * 1000 - before);
  const auto frames = rig_.output("video_0").buffers;
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_GE(pts(frames[0]), 60 * GST_SECOND);
  EXPECT_LE(pts(frames[0]), 60 * GST_SECOND + after);
  EXPECT_EQ(pts(frames[1]) - pts(frames[0]), 40 * GST_MSECOND);
}

TEST_F(FlvDemuxTest, AnchorOfAnotherFlavor_SameTimes) {
  const auto epoch = static_cast<guint64>(g_get_real_time()) * 1000 - 60 * GST_SECOND;
  g_object_set(rig_.element(), "epoch", epoch, nullptr);
  start();
  feed(Flv().avc_header().video(5000, true));
  gint64 anchor = 0;
  g_object_get(rig_.element(), "anchor", &anchor, nullptr);

  ElementRig other("kliveflvdemux");
  g_object_set(other.element(), "epoch", epoch, "anchor", anchor, nullptr);
  other.start();
  other.connect("sink", "1_abcd1234/primary/36", "video/x-flv");
  other.push("sink", Flv().avc_header().video(5040, true).buffer());
  EXPECT_EQ(dts(other.output("video_0").buffers.at(0)),
            dts(rig_.output("video_0").buffers.at(0)) + 40 * GST_MSECOND);
}

TEST_F(FlvDemuxTest, TimestampsWrap_TimesGoOn) {
  start();
  feed(Flv().avc_header().video(0xffffffd8, true).video(0).video(40));
  const auto frames = rig_.output("video_0").buffers;
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(dts(frames[2]), 80 * GST_MSECOND);
  EXPECT_FALSE(discont(frames[1]));
}

TEST_F(FlvDemuxTest, TimestampsJumpAnHour_EveryTrackIsDiscontOnce) {
  for (const uint32_t start_at : {0u, 7'200'000u}) {
    for (const int64_t jump : {3'600'000, -3'600'000}) {
      if (start_at + jump < 0) continue;
      ElementRig rig("kliveflvdemux");
      rig.start();
      rig.connect("sink", "id", "video/x-flv");
      rig.push("sink", Flv().headers().buffer());
      for (uint32_t i = 0; i < 50; ++i) {
        const auto shift = static_cast<uint32_t>(start_at + (i < 25 ? 0 : jump));
        rig.push("sink", Flv().video(i * 40 + shift, i == 0).audio(i * 40 + shift).buffer());
        rig.advance(40 * GST_MSECOND);
      }
      for (const char *pad : {"video_0", "audio_0"}) {
        const auto frames = rig.output(pad).buffers;
        ASSERT_EQ(frames.size(), 50u);
        for (size_t i = 1; i < frames.size(); ++i) {
          EXPECT_EQ(discont(frames[i]), i == 25) << pad << " " << i;
          EXPECT_GT(pts(frames[i]), pts(frames[i - 1]));
          EXPECT_LT(pts(frames[i]) - pts(frames[i - 1]), 150 * GST_MSECOND);
        }
      }
      EXPECT_EQ(rig.stat("jumps"), 1u);
    }
  }
}

TEST_F(FlvDemuxTest, SilenceOfAMinute_IsAGapAndNoJump) {
  start();
  feed(Flv().avc_header().video(0, true));
  rig_.advance(60 * GST_SECOND);
  feed(Flv().video(60'000, true));
  const auto frames = rig_.output("video_0").buffers;
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(dts(frames[1]), 60 * GST_SECOND);
  EXPECT_FALSE(discont(frames[1]));
  EXPECT_EQ(rig_.stat("jumps"), 0u);
}

TEST_F(FlvDemuxTest, SameSequenceHeaderAgain_NoNewCaps) {
  start();
  feed(Flv().headers().video(0, true).headers().video(40));
  EXPECT_EQ(rig_.output("video_0").caps.size(), 1u);
  EXPECT_EQ(rig_.output("audio_0").caps.size(), 1u);
}

TEST_F(FlvDemuxTest, ChangedSequenceHeader_NewCapsOnTheSamePad) {
  start();
  auto changed = kAvcc;
  changed[3] = 0x1f;
  feed(Flv().headers().video(0, true).avc_header(changed).video(40, true).aac_header({0x12, 0x10}));
  EXPECT_EQ(rig_.output("video_0").caps.size(), 2u);
  EXPECT_EQ(rig_.output("audio_0").caps.size(), 2u);
  EXPECT_EQ(rig_.output("video_0").stream_ids.size(), 1u);
  EXPECT_EQ(rig_.output("video_0").buffers.size(), 2u);
}

TEST_F(FlvDemuxTest, EnhancedHevc_PadWithHvc1Caps) {
  start();
  feed(Flv()
           .tag(TagType::kVideo, 0, Bytes{0x90} + text("hvc1") + kHvcc)
           .tag(TagType::kVideo, 0, Bytes{0x91} + text("hvc1") + Bytes{0, 0, 40} + kNal)
           .tag(TagType::kVideo, 40, Bytes{0xa3} + text("hvc1") + kNal));
  const auto video = rig_.output("video_0");
  ASSERT_EQ(video.buffers.size(), 2u);
  EXPECT_NE(video.caps.at(0).find("video/x-h265, stream-format=(string)hvc1"), std::string::npos);
  EXPECT_EQ(pts(video.buffers[0]), 40 * GST_MSECOND);
  EXPECT_EQ(pts(video.buffers[1]), 40 * GST_MSECOND);
}

TEST_F(FlvDemuxTest, EnhancedOpus_PadWithChannels) {
  start();
  const Bytes head = text("OpusHead") + Bytes{1, 2, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0};
  feed(Flv()
           .tag(TagType::kAudio, 0, Bytes{0x90} + text("Opus") + head)
           .tag(TagType::kAudio, 0, Bytes{0x91} + text("Opus") + Bytes{0xfc, 1, 2}));
  const auto audio = rig_.output("audio_0");
  ASSERT_EQ(audio.buffers.size(), 1u);
  EXPECT_NE(audio.caps.at(0).find("audio/x-opus"), std::string::npos);
  EXPECT_NE(audio.caps.at(0).find("channels=(int)2"), std::string::npos);
  EXPECT_EQ(GST_BUFFER_DURATION(audio.buffers[0].get()), 20 * GST_MSECOND);
}

TEST_F(FlvDemuxTest, Multitrack_OnePadPerTrack) {
  start();
  // AudioPacketType.Multitrack, AvMultitrackType.ManyTracks; per track: id, size, data.
  const auto multi = [](uint8_t packet_type, const Bytes &data) {
    const auto size = static_cast<uint8_t>(data.size());
    const uint8_t kind = static_cast<uint8_t>(0x10 | packet_type);
    return Bytes{0x95, kind} + text("mp4a") + Bytes{0, 0, 0, size} + data + Bytes{1, 0, 0, size} +
           data;
  };
  feed(Flv()
           .tag(TagType::kAudio, 0, multi(0, kAsc))
           .tag(TagType::kAudio, 0, multi(1, {0x21, 0x10})));
  for (const char *pad : {"audio_0", "audio_1"}) {
    EXPECT_EQ(rig_.output(pad).buffers.size(), 1u) << pad;
    EXPECT_EQ(rig_.output(pad).stream_ids.at(0), std::string("1_abcd1234/primary/32/") + pad);
  }
}

TEST_F(FlvDemuxTest, UnknownTag_IsSkippedAndCounted) {
  start();
  EXPECT_EQ(feed(Flv().avc_header().tag(static_cast<TagType>(15), 0, {1, 2, 3}).video(0, true)),
            GST_FLOW_OK);
  EXPECT_EQ(rig_.output("video_0").buffers.size(), 1u);
  EXPECT_EQ(rig_.stat("skipped"), 1u);
}

TEST_F(FlvDemuxTest, FramesThatAreNone_AreDroppedAndCounted) {
  start();
  EXPECT_EQ(feed(Flv()
                     .video(0, true)  // before its sequence header
                     .avc_header()
                     .video(0, true, 0, {})                        // empty
                     .video(0, true, 0, {0, 0, 0, 1, 0x65, 0x88})  // Annex B
                     .video(0, true, 0, {0, 0, 1, 0, 0x65})        // cut off
                     .tag(TagType::kVideo, 0, {0x17, 2, 0, 0, 0})  // end of sequence
                     .tag(TagType::kVideo, 0, {})),
            GST_FLOW_OK);
  EXPECT_EQ(rig_.output("video_0").buffers.size(), 0u);
  EXPECT_EQ(rig_.stat("dropped"), 3u);
  EXPECT_EQ(rig_.stat("errors"), 2u);
}

TEST_F(FlvDemuxTest, BrokenStructure_MessageAndFlowError) {
  start();
  EXPECT_EQ(feed(Flv().avc_header().video(0, true).raw(Bytes(32, 0xee))), GST_FLOW_ERROR);
  EXPECT_EQ(rig_.messages(), std::vector<std::string>{"klive-demux-error"});
  EXPECT_EQ(rig_.output("video_0").buffers.size(), 1u) << "what came before is delivered";
  EXPECT_EQ(feed(Flv().video(40)), GST_FLOW_ERROR);
  EXPECT_TRUE(rig_.messages().empty()) << "said once";
}

TEST_F(FlvDemuxTest, NoKeyFrameForAMinute_IsGivenUpWithAReason) {
  start();
  Flv flv;
  flv.file_header().headers().video(0, true);
  for (uint32_t ms = 500; ms <= 60'000; ms += 500) flv.video(ms);
  ASSERT_EQ(feed(flv), GST_FLOW_OK);
  EXPECT_EQ(feed(Flv().video(60'500)), GST_FLOW_ERROR);
}

TEST_F(FlvDemuxTest, KeyFrameEveryMinute_IsTaken) {
  start();
  Flv flv;
  flv.file_header().headers();
  for (uint32_t ms = 0; ms <= 300'000; ms += 500) flv.video(ms, ms % 60'000 == 0);
  EXPECT_EQ(feed(flv), GST_FLOW_OK);
}

TEST_F(FlvDemuxTest, NothingButErrors_IsGivenUpAfterAHundred) {
  start();
  ASSERT_EQ(feed(Flv().file_header().headers().video(0, true)), GST_FLOW_OK);
  const Bytes annex_b = {0, 0, 0, 1, 0x41, 0x9a, 1, 2};
  for (uint32_t i = 1; i <= 100; ++i) {
    ASSERT_EQ(feed(Flv().video(i * 40, false, 0, annex_b)), GST_FLOW_OK) << i;
  }
  EXPECT_EQ(feed(Flv().video(101 * 40, false, 0, annex_b)), GST_FLOW_ERROR);
}

TEST_F(FlvDemuxTest, ASecondOfMedia_NoMorePads) {
  start();
  feed(Flv().headers().video(0, true).audio(0));
  EXPECT_FALSE(rig_.has_no_more_pads());
  feed(Flv().video(1040));
  EXPECT_TRUE(rig_.has_no_more_pads());
}

TEST_F(FlvDemuxTest, EndOfStream_ReachesEveryPad) {
  start();
  feed(Flv().headers().video(0, true));
  EXPECT_TRUE(rig_.send("sink", gst_event_new_eos()));
  EXPECT_TRUE(rig_.output("video_0").ended);
  EXPECT_TRUE(rig_.output("audio_0").ended);
  EXPECT_TRUE(rig_.has_no_more_pads());
}

TEST_F(FlvDemuxTest, AnotherPublicationOnTheSamePad_TracksGoOnUnderItsName) {
  start();
  feed(Flv().avc_header().video(1000, true).video(1040));
  rig_.connect("sink", "1_abcd1234/backup/32", "video/x-flv");
  rig_.advance(5 * GST_SECOND);
  feed(Flv().file_header().avc_header().video(0, true));
  const auto video = rig_.output("video_0");
  EXPECT_EQ(video.stream_ids.back(), "1_abcd1234/backup/32/video_0");
  ASSERT_EQ(video.buffers.size(), 3u);
  EXPECT_TRUE(discont(video.buffers[2]));
  EXPECT_GT(dts(video.buffers[2]), dts(video.buffers[1]));
}

TEST_F(FlvDemuxTest, StartStopStart_BeginsAnew) {
  for (int round = 0; round < 3; ++round) {
    start();
    EXPECT_EQ(feed(Flv().headers().video(5000, true).raw({9, 0})), GST_FLOW_OK);
    const auto video = rig_.output("video_0");
    ASSERT_EQ(video.buffers.size(), static_cast<size_t>(round) + 1);
    EXPECT_EQ(dts(video.buffers.back()), 0u);
    rig_.stop();
    EXPECT_EQ(gst_element_get_static_pad(rig_.element(), "video_0"), nullptr);
  }
}

}  // namespace
}  // namespace klive
