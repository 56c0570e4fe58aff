// SPDX-License-Identifier: LGPL-2.1-or-later
// Events as lines, and names of files.
#include <gtest/gtest.h>

#include "broadcast.h"

namespace klive::manifest {
namespace {

const std::vector<Event> kEvents = {
    Epoch{1'795'168'800'123'456'789},
    SessionStarted{{6 * kSecond}, {kSecond}, {7200 * kSecond}},
    SessionEnded{},
    TrackInit{.track = "v32b",
              .kind = Kind::kVideo,
              .flavor = 32,
              .backup = true,
              .init = 3,
              .timescale = 90000,
              .codecs = "avc1.64001f",
              .width = 1280,
              .height = 720,
              .frame_rate_num = 30000,
              .frame_rate_den = 1001,
              .language = "pt-BR",
              .discontinuities = 2},
    ChunkAdded{"a32-1", 42, 3, 1'000'000, 48000, 4096, 16384, true, true, true},
    SegmentAdded{"a32", 4'000'000'000, int64_t{1} << 40, 288000, 96000, 1, true, true},
    WindowMoved{.first = 17, .next = 99, .discontinuities = 4, .stretch = Stretch{12, {kSecond}}},
    WindowMoved{.first = 17},
    TrackActive{"v32", false},
};

TEST(EventLine, EveryKindWritten_ReadsBackTheSame) {
  for (const Event &event : kEvents) {
    auto read = read_event(write_event(event));
    ASSERT_TRUE(read) << write_event(event) << ": " << read.error().message;
    EXPECT_EQ(*read, event) << write_event(event);
  }
}

TEST(EventLine, Segment_LooksAsDocumented) {
  EXPECT_EQ(write_event(SegmentAdded{"v32", 42, 22680000, 540000, 1503212, 0, false, false}),
            "segment track=v32 segment=42 start=22680000 duration=540000 size=1503212 init=0 "
            "discontinuity=0 gap=0 crc=1f1d8c88");
}

TEST(EventLine, TornAnywhere_IsAnError) {
  for (const Event &event : kEvents) {
    const std::string line = write_event(event);
    for (size_t size = 0; size < line.size(); ++size)
      EXPECT_FALSE(read_event(line.substr(0, size)));
  }
}

TEST(EventLine, OneBitFlipped_IsAnError) {
  const std::string line = write_event(kEvents[5]);
  for (size_t at = 0; at < line.size(); ++at) {
    std::string damaged = line;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_FALSE(read_event(damaged)) << damaged;
  }
}

TEST(EventLine, NamesThatLeaveTheFolder_AreErrorsThoughTheChecksumHolds) {
  for (const char *name : {"..", "../x", "V32", "", "a b", "v32/", "v\"32", "v32\n",
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    EXPECT_FALSE(read_event(write_event(TrackActive{name, true}))) << name;
  }
  TrackInit init = std::get<TrackInit>(kEvents[3]);
  init.codecs = "avc1\",X=\"";
  EXPECT_FALSE(read_event(write_event(init)));
  init.codecs = "avc1";
  init.language = "<en>";
  EXPECT_FALSE(read_event(write_event(init)));
}

TEST(EventLine, NumbersOutOfRange_AreErrorsThoughTheChecksumHolds) {
  EXPECT_FALSE(read_event(write_event(Epoch{-1})));
  EXPECT_FALSE(read_event(write_event(SegmentAdded{.track = "v32", .start = INT64_MAX})));
  EXPECT_FALSE(read_event(write_event(SegmentAdded{.track = "v32", .duration = -1})));
  EXPECT_FALSE(read_event(write_event(SegmentAdded{.track = "v32", .segment = UINT32_MAX})));
}

TEST(EventLine, ForeignLines_AreErrors) {
  for (const char *line : {"", "\n", "hello", "segment", " crc=00000000", "x crc=8cdc1683"}) {
    EXPECT_FALSE(read_event(line)) << line;
  }
}

TEST(Names, Written_ReadBackTheSame) {
  EXPECT_EQ(segment_name(42), "seg-00000042.m4s");
  EXPECT_EQ(segment_name(4'123'456'789), "seg-4123456789.m4s");
  EXPECT_EQ(chunk_name(42, 3), "seg-00000042.3.m4s");
  EXPECT_EQ(init_name(3), "init-3.mp4");
  const auto chunk = parse_media_name("seg-00000042.3.m4s");
  ASSERT_TRUE(chunk);
  EXPECT_EQ(chunk->what, MediaName::What::kChunk);
  EXPECT_EQ(chunk->number, 42u);
  EXPECT_EQ(chunk->chunk, 3u);
  EXPECT_EQ(parse_media_name("seg-4123456789.m4s")->number, 4'123'456'789u);
  EXPECT_EQ(parse_media_name("init-3.mp4")->what, MediaName::What::kInit);
  EXPECT_EQ(parse_time_name("t-540000.m4s"), 540000);
  EXPECT_EQ(parse_time_name("t-0.m4s"), 0);
}

TEST(Names, OtherSpellings_AreRefused) {
  for (const char *name :
       {"", "seg-42.m4s", "seg-000000042.m4s", "seg-00000042.03.m4s", "seg-00000042..m4s",
        "seg-00000042.m4s.part", "seg-0000004x.m4s", "seg--0000042.m4s", "seg-+0000042.m4s",
        "seg-99999999999.m4s", "seg-4999999999.m4s", "init-.mp4", "init-03.mp4", "init--1.mp4",
        "init-3.m4s", "/seg-00000042.m4s", "seg-00000042.3.4.m4s", "seg-00000042.-1.m4s"}) {
    EXPECT_FALSE(parse_media_name(name)) << name;
  }
  for (const char *name : {"", "t-.m4s", "t-01.m4s", "t--1.m4s", "t-1", "t-1.m4s ", "t-1e3.m4s",
                           "t-99999999999999999999.m4s"}) {
    EXPECT_FALSE(parse_time_name(name)) << name;
  }
}

}  // namespace
}  // namespace klive::manifest
