// SPDX-License-Identifier: LGPL-2.1-or-later
// The codec table on real decoder configurations and on damaged ones.
#include <gtest/gtest.h>

#include "cmaf/reader.h"
#include "cmaf/track.h"
#include "cmaf/writer.h"
#include "real_configs.h"

namespace klive::cmaf {
namespace {

struct Picture {
  std::string_view config;
  uint16_t width, height;
  uint32_t num, den;
  std::string_view codecs;
};

TEST(H264, RealConfigurations_SizeRateAndStringAreRead) {
  for (const Picture &want : {Picture{kAvcHigh, 1280, 718, 30000, 1001, "avc1.64001f"},
                              Picture{kAvcBaseline, 640, 360, 25, 1, "avc1.42c01e"},
                              Picture{kAvcHigh444, 322, 242, 25, 1, "avc1.f4000d"},
                              Picture{kAvcHigh10, 1918, 1078, 25, 1, "avc1.6e0028"},
                              Picture{kAvcInterlaced, 720, 576, 25, 1, "avc1.64001e"}}) {
    const auto format = make_format(Codec::kH264, hex(want.config));
    ASSERT_TRUE(format) << want.codecs << ": " << format.error().message;
    EXPECT_EQ(format->width, want.width) << want.codecs;
    EXPECT_EQ(format->height, want.height) << want.codecs;
    EXPECT_EQ(format->frame_rate_num, want.num) << want.codecs;
    EXPECT_EQ(format->frame_rate_den, want.den) << want.codecs;
    EXPECT_EQ(format->timescale, 90000u);
    EXPECT_EQ(codec_string(*format), want.codecs);
  }
}

TEST(H264, EveryCutOfAConfiguration_IsRefusedOrRead) {
  const auto whole = hex(kAvcHigh);
  const size_t pps_end = whole.size() - 4;  // the high profile's chroma fields may be missing
  for (size_t size = 0; size < pps_end; ++size) {
    EXPECT_FALSE(make_format(Codec::kH264, base::ByteView(whole).first(size))) << size;
  }
  EXPECT_TRUE(make_format(Codec::kH264, base::ByteView(whole).first(pps_end)));
}

TEST(H264, ThreeByteLengths_AreRefused) {
  auto config = hex(kAvcHigh);
  config[4] = 0xfe;
  EXPECT_FALSE(make_format(Codec::kH264, config));
}

// Builds sequence parameter sets field by field.
class BitWriter {
 public:
  BitWriter &bits(uint32_t value, int count) {
    while (--count >= 0) add((value >> count & 1) != 0);
    return *this;
  }
  BitWriter &ue(uint32_t value) {
    int length = 0;
    while ((value + 1) >> (length + 1) != 0) ++length;
    return bits(0, length).bits(value + 1, length + 1);
  }
  BitWriter &se(int value) {
    return ue(static_cast<uint32_t>(value > 0 ? 2 * value - 1 : -2 * value));
  }
  base::Bytes avc_config() {
    add(true);
    base::Bytes config = {1, 100, 0, 31, 0xff, 0xe1};
    base::ByteWriter out(config);
    out.u16(static_cast<uint16_t>(bytes_.size() + 1));
    out.u8(0x67);
    out.bytes(bytes_);
    out.bytes(hex("01000468ebecb2"));
    return config;
  }

 private:
  void add(bool bit) {
    if (used_ % 8 == 0) bytes_.push_back(0);
    if (bit) bytes_.back() = static_cast<uint8_t>(bytes_.back() | 0x80 >> used_ % 8);
    ++used_;
  }
  base::Bytes bytes_;
  int used_ = 0;
};

TEST(H264, ScalingListsAndOrderCountCycle_AreSkipped) {
  BitWriter sps;
  sps.bits(100, 8).bits(0, 8).bits(31, 8).ue(0).ue(1).ue(0).ue(0).bits(0, 1).bits(1, 1);
  sps.bits(1, 1);  // first list: 16 deltas of one
  for (int i = 0; i < 16; ++i) sps.se(1);
  sps.bits(1, 1).se(-8);  // second: ends at once ("use the default")
  sps.bits(0, 4);
  sps.bits(1, 1);  // seventh, 64 entries: 9, then ends
  sps.se(1).se(-9);
  sps.bits(0, 1);
  sps.ue(0).ue(1).bits(0, 1).se(-3).se(4).ue(2).se(1).se(-1);  // order count type 1
  sps.ue(4).bits(0, 1).ue(119).ue(67).bits(1, 1).bits(1, 1);   // 1920x1088
  sps.bits(1, 1).ue(0).ue(0).ue(0).ue(4).bits(0, 1);           // minus 8 lines, no VUI
  const auto format = make_format(Codec::kH264, sps.avc_config());
  ASSERT_TRUE(format) << format.error().message;
  EXPECT_EQ(format->width, 1920);
  EXPECT_EQ(format->height, 1080);
  EXPECT_EQ(format->frame_rate_num, 0u);
}

TEST(H264, CroppingThatLeavesNothing_IsRefused) {
  BitWriter sps;
  sps.bits(66, 8).bits(0, 8).bits(31, 8).ue(0).ue(0).ue(2).ue(1).bits(0, 1).ue(1).ue(1);
  sps.bits(1, 1).bits(1, 1).bits(1, 1).ue(8).ue(8).ue(0).ue(0).bits(0, 1);
  const auto format = make_format(Codec::kH264, sps.avc_config());
  ASSERT_FALSE(format);
  EXPECT_NE(format.error().message.find("cropping"), std::string::npos);
}

TEST(H264, PictureLargerThanAnyLevel_IsRefused) {
  BitWriter sps;
  sps.bits(66, 8).bits(0, 8).bits(31, 8).ue(0).ue(0).ue(2).ue(1).bits(0, 1).ue(4000).ue(1);
  sps.bits(1, 1).bits(1, 1).bits(0, 1).bits(0, 1);
  EXPECT_FALSE(make_format(Codec::kH264, sps.avc_config()));
}

struct Sound {
  std::string_view config;
  uint32_t rate;
  uint16_t channels;
  std::string_view codecs;
};

TEST(Aac, Configurations_RateChannelsAndStringAreRead) {
  for (const Sound &want : {
           Sound{kAacLc48Stereo, 48000, 2, "mp4a.40.2"},
           Sound{"1210", 44100, 2, "mp4a.40.2"},             // LC as most encoders send it
           Sound{"1208", 44100, 1, "mp4a.40.2"},             //
           Sound{"11b8", 48000, 8, "mp4a.40.2"},             // 7.1
           Sound{"2b118800", 48000, 2, "mp4a.40.5"},         // SBR, explicit, 24 kHz core
           Sound{"eb098800", 48000, 2, "mp4a.40.29"},        // PS, explicit, mono core
           Sound{"131056e598", 48000, 2, "mp4a.40.5"},       // SBR, backward compatible
           Sound{"130856e59d4880", 48000, 2, "mp4a.40.29"},  // and PS behind it
           Sound{"17801f4010", 16000, 2, "mp4a.40.2"},       // escape rate: 24 bits
           Sound{"b98c00", 48000, 1, "mp4a.40.23"},          // error resilient low delay
       }) {
    const auto format = make_format(Codec::kAac, hex(want.config));
    ASSERT_TRUE(format) << want.config << ": " << format.error().message;
    EXPECT_EQ(format->sample_rate, want.rate) << want.config;
    EXPECT_EQ(format->timescale, want.rate) << want.config;
    EXPECT_EQ(format->channels, want.channels) << want.config;
    EXPECT_EQ(codec_string(*format), want.codecs) << want.config;
  }
}

TEST(Aac, ProgramConfigElement_ChannelsAreCounted) {
  // LC, 48 kHz, channels 0; front pair + front centre, one LFE.
  // tag 0000 profile 01 rate 0011 front 0010 side 0000 back 0000 lfe 01 data 000 coupling 0000
  // no mixdowns 000 · pair 1 0000 · single 0 0001 · lfe 0000 · align · comment 0
  base::Bytes config;
  uint64_t bits = 0;
  int count = 0;
  const auto put = [&](uint32_t value, int width) {
    bits = bits << width | value;
    count += width;
  };
  put(2, 5), put(3, 4), put(0, 4), put(0, 3);
  put(0, 4), put(1, 2), put(3, 4), put(2, 4), put(0, 4), put(0, 4), put(1, 2), put(0, 3);
  put(0, 4), put(0, 3);
  config = {static_cast<uint8_t>(bits >> (count - 8)),  static_cast<uint8_t>(bits >> (count - 16)),
            static_cast<uint8_t>(bits >> (count - 24)), static_cast<uint8_t>(bits >> (count - 32)),
            static_cast<uint8_t>(bits >> (count - 40)), static_cast<uint8_t>(bits >> (count - 48))};
  // 50 bits so far: two left over (00), then 1 0000, 0 0001, 0000 and zeros to the byte's end.
  base::append(config, hex("20 04 00 00"));
  ASSERT_EQ(count, 50);
  const auto format = make_format(Codec::kAac, config);
  ASSERT_TRUE(format) << format.error().message;
  EXPECT_EQ(format->channels, 4);
}

TEST(Aac, WhatNoDecoderCouldUse_IsRefused) {
  for (const std::string_view config :
       {"", "12", "1200",    // cut off; channels 0 without a program config
        "1240", "1248",      // reserved channel configurations 8 and 9
        "1690", "1710",      // reserved rates 13 and 14
        "17800000 10",       // escape rate of zero
        "1787a12010",        // 1 MHz
        "0210", "f94c0000"}  // object types 0 and 32 (not AAC)
  ) {
    EXPECT_FALSE(make_format(Codec::kAac, hex(config))) << config;
  }
}

TEST(Hevc, RealConfigurations_SizeRateAndStringAreRead) {
  for (const Picture &want : {Picture{kHevcMain, 1918, 1078, 30000, 1001, "hvc1.1.6.L120.90"},
                              Picture{kHevcMain10, 640, 360, 30000, 1001, "hvc1.2.4.L63.90"}}) {
    const auto format = make_format(Codec::kHevc, hex(want.config));
    ASSERT_TRUE(format) << want.codecs << ": " << format.error().message;
    EXPECT_EQ(format->width, want.width) << want.codecs;
    EXPECT_EQ(format->height, want.height) << want.codecs;
    EXPECT_EQ(format->frame_rate_num, want.num) << want.codecs;
    EXPECT_EQ(format->frame_rate_den, want.den) << want.codecs;
    EXPECT_EQ(codec_string(*format), want.codecs);
  }
}

TEST(Hevc, EveryCutOfAConfiguration_IsRefused) {
  const auto whole = hex(kHevcMain);
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(make_format(Codec::kHevc, base::ByteView(whole).first(size))) << size;
}

TEST(Av1, RealConfigurations_SizeAndStringAreRead) {
  for (const Picture &want : {Picture{kAv1Svt, 1282, 722, 0, 1, "av01.0.05M.08"},
                              Picture{kAv1Aom10, 640, 360, 0, 1, "av01.0.01M.10"}}) {
    const auto format = make_format(Codec::kAv1, hex(want.config));
    ASSERT_TRUE(format) << want.codecs << ": " << format.error().message;
    EXPECT_EQ(format->width, want.width) << want.codecs;
    EXPECT_EQ(format->height, want.height) << want.codecs;
    EXPECT_EQ(codec_string(*format), want.codecs);
  }
}

TEST(Av1, EveryCutOfAConfiguration_IsRefused) {
  const auto whole = hex(kAv1Svt);
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(make_format(Codec::kAv1, base::ByteView(whole).first(size))) << size;
}

TEST(Ac3, RealConfiguration_RateAndChannelsAreRead) {
  const auto format = make_format(Codec::kAc3, hex(kAc3Surround));
  ASSERT_TRUE(format) << format.error().message;
  EXPECT_EQ(format->sample_rate, 48000u);
  EXPECT_EQ(format->channels, 6);
  EXPECT_EQ(codec_string(*format), "ac-3");
  EXPECT_FALSE(make_format(Codec::kAc3, hex("d03dc0")));  // reserved rate
  EXPECT_FALSE(make_format(Codec::kAc3, hex("203dc0")));  // version 16: E-AC-3
  EXPECT_FALSE(make_format(Codec::kAc3, hex("103d")));
}

TEST(Opus, NotInTheTable_IsRefused) {
  EXPECT_FALSE(make_format(Codec::kOpus, hex("4f70757348656164010238018 0bb00000000 0")));
}

TEST(Init, EveryRealFormat_ReadsBackAsWritten) {
  for (const std::string_view config :
       {kAvcHigh, kAvcBaseline, kAvcHigh444, kAvcHigh10, kAvcInterlaced}) {
    const auto format = make_format(Codec::kH264, hex(config));
    ASSERT_TRUE(format);
    const auto read = read_init(write_init(*format));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, *format);
  }
  const std::pair<Codec, std::string_view> others[] = {{Codec::kHevc, kHevcMain},
                                                       {Codec::kHevc, kHevcMain10},
                                                       {Codec::kAv1, kAv1Svt},
                                                       {Codec::kAv1, kAv1Aom10},
                                                       {Codec::kAc3, kAc3Surround}};
  for (const auto &[codec, config] : others) {
    const auto other = make_format(codec, hex(config));
    ASSERT_TRUE(other);
    const auto read = read_init(write_init(*other));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, *other);
  }
  auto format = make_format(Codec::kAac, hex(kAacLc48Stereo));
  ASSERT_TRUE(format);
  format->language = "heb";
  const auto read = read_init(write_init(*format));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, *format);
}

TEST(Init, EveryCut_IsRefused) {
  const auto format = make_format(Codec::kH264, hex(kAvcHigh));
  ASSERT_TRUE(format);
  const auto init = write_init(*format);
  for (size_t size = 0; size < init.size(); ++size)
    EXPECT_FALSE(read_init(base::ByteView(init).first(size))) << size;
}

}  // namespace
}  // namespace klive::cmaf
