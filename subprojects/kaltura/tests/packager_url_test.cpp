// SPDX-License-Identifier: LGPL-2.1-or-later
// Packager addresses: every form of section 9.3 of the Kaltura notes, and what is none.
#include "kaltura/packager_url.h"

#include <gtest/gtest.h>

namespace klive::kaltura {
namespace {

TEST(PackagerUrl, AllKeys_AreRead) {
  const std::string folder =
      "/live/hls/p/101/e/1_abcd1234/sd/6000/tl/main/st/1/ll/1/container/fmp4/";
  const auto url = parse_packager_path(folder + "t/MGzS0jK1yC-9NtbZASRjGA/master-s32-s33.m3u8");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->partner, 101);
  EXPECT_EQ(url->entry, "1_abcd1234");
  EXPECT_EQ(url->segment_duration, 6000);
  EXPECT_TRUE(url->is_main);
  EXPECT_EQ(url->side, Side::kBackup);
  EXPECT_TRUE(url->is_low_latency);
  EXPECT_EQ(url->token, "MGzS0jK1yC-9NtbZASRjGA");
  EXPECT_EQ(url->signed_size, folder.size());
  EXPECT_EQ(url->file, "master.m3u8");
  EXPECT_EQ(url->flavors, (std::vector<uint32_t>{32, 33}));
  EXPECT_FALSE(url->track);
}

TEST(PackagerUrl, FormsOfTheGenerations_AreAllTaken) {
  struct Case {
    std::string_view path;
    std::string_view file;
    bool is_dash = false, is_main = false;
  };
  for (const Case &c : std::initializer_list<Case>{
           {"/live/hls/p/101/e/1_x/master.m3u8", "master.m3u8"},
           {"/live/hls/p/101/e/1_x/t/T/master.m3u8", "master.m3u8"},
           {"/dc-0/live/hls/p/101/e/1_x/sd/6000/type/user/t/T/master.m3u8", "master.m3u8"},
           {"/dc-0/live/hls/p/101/e/1_x/type/admin/t/T/master.m3u8", "master.m3u8", false, true},
           {"/env/node-1/live/dash/p/101/e/1_x/sd/6000/tl/viewer/st/0/t/T/manifest-s32.mpd",
            "manifest.mpd", true},
           {"/live/dash/p/101/e/1_x/tl/main/t/T/manifest.mpd", "manifest.mpd", true, true},
           {"/live/hls/p/101/e/1_x/t/T/index-s32-v.m3u8", "index.m3u8"},
       }) {
    const auto url = parse_packager_path(c.path);
    ASSERT_TRUE(url) << c.path;
    EXPECT_EQ(url->entry, "1_x") << c.path;
    EXPECT_EQ(url->file, c.file) << c.path;
    EXPECT_EQ(url->is_dash, c.is_dash) << c.path;
    EXPECT_EQ(url->is_main, c.is_main) << c.path;
    EXPECT_FALSE(url->side && *url->side == Side::kBackup) << c.path;
  }
}

TEST(PackagerUrl, FileOfATrack_IsLeftAsItIs) {
  const auto url = parse_packager_path("/live/hls/p/101/e/1_x/sd/6000/t/T/v32/seg-00000042.m4s");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->track, "v32");
  EXPECT_EQ(url->file, "seg-00000042.m4s");
  const auto index = parse_packager_path("/live/hls/p/101/e/1_x/t/T/index-s33-a.m3u8");
  ASSERT_TRUE(index);
  EXPECT_TRUE(index->is_audio);
}

TEST(PackagerUrl, WhatIsNoSuchAddress_IsRefused) {
  for (const std::string_view path : {"",
                                      "/",
                                      "/live/hls",
                                      "/live/hls/p/101/e/1_x",
                                      "/live/hls/p/101/e/1_x/",
                                      "/live/hls/p/x/e/1_x/master.m3u8",
                                      "/live/hls/p/101/e/../master.m3u8",
                                      "/live/hls/p/101/e//master.m3u8",
                                      "/live/hds/p/101/e/1_x/manifest.f4m",
                                      "/live/hls/p/101/e/1_x/tl/other/master.m3u8",
                                      "/live/hls/p/101/e/1_x/st/2/master.m3u8",
                                      "/live/hls/p/101/e/1_x/sd/-1x/master.m3u8",
                                      "/live/hls/p/101/e/1_x/sd/master.m3u8",
                                      "/live/hls/p/101/e/1_x/t/T%00/master.m3u8",
                                      "/live/hls/p/101/e/1_x/t/T",
                                      "/live/hls/p/101/e/1_x/t/T/",
                                      "/live/hls/p/101/e/1_x/t/T/v32/",
                                      "/live/hls/p/101/e/1_x/t/T/v32/a/b",
                                      "/live/hls/p/101/e/1_x/master-s.m3u8",
                                      "/live/hls/p/101/e/1_x/master-s32x.m3u8",
                                      "/live/hls/p/101/e/1_x/index.m3u8",
                                      "/live/hls/p/101/e/1_x/index-s1-s2.m3u8",
                                      "/live/hls/p/101/e/1_x/master-v.m3u8",
                                      "/dc-/live/hls/p/101/e/1_x/master.m3u8",
                                      "/env//live/hls/p/101/e/1_x/master.m3u8",
                                      "/live/hls/p/101/e/1_x/master-s99999999999.m3u8"}) {
    EXPECT_FALSE(parse_packager_path(path)) << path;
  }
}

TEST(PackagerUrl, WhatIsMade_IsReadBack) {
  PackagerUrl url;
  url.partner = 101;
  url.entry = "1_abcd1234";
  url.segment_duration = 6000;
  url.side = Side::kPrimary;
  url.is_low_latency = true;
  url.flavors = {33};
  for (const bool is_dash : {false, true}) {
    url.is_dash = is_dash;
    const std::string folder = packager_folder(url);
    const auto read = parse_packager_path(folder + "t/T/" + packager_file(url));
    ASSERT_TRUE(read);
    EXPECT_EQ(packager_folder(*read), folder);
    EXPECT_EQ(read->signed_size, folder.size());
    EXPECT_EQ(packager_file(*read), packager_file(url));
  }
}

// printf 'sesame live.example.org:8080/live/…/' | openssl md5 -binary | base64
TEST(PackagerUrl, Token_IsTheOneThatOthersCompute) {
  const std::string folder = "/live/hls/p/101/e/1_abcd1234/sd/6000/tl/viewer/";
  EXPECT_EQ(packager_token("sesame", "live.example.org:8080", folder), "MGzS0jK1yC-9NtbZASRjGA");
}

}  // namespace
}  // namespace klive::kaltura
