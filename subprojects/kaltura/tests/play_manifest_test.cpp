// SPDX-License-Identifier: LGPL-2.1-or-later
// playManifest requests: keys in the path and in the query, long and short, and what is wrong.
#include "kaltura/play_manifest.h"

#include <gtest/gtest.h>

namespace klive::kaltura {
namespace {

constexpr char kBegin[] = "/p/101/sp/10100/playManifest/";

std::variant<PlayManifest, PlayError> parse(const std::string &rest, std::string_view query = {}) {
  return parse_play_manifest(kBegin + rest, query);
}
PlayManifest request_of(const std::string &rest, std::string_view query = {}) {
  auto parsed = parse(rest, query);
  if (const auto *error = std::get_if<PlayError>(&parsed)) {
    ADD_FAILURE() << rest << ": " << error->sentence;
    return {};
  }
  return *std::get_if<PlayManifest>(&parsed);
}
int error_of(const std::string &rest, std::string_view query = {}) {
  const auto parsed = parse(rest, query);
  const auto *error = std::get_if<PlayError>(&parsed);
  return error == nullptr ? 0 : error->number;
}

TEST(PlayManifest, KeysOfThePath_AreRead) {
  const PlayManifest request = request_of(
      "entryId/1_abcd1234/flavorIds/32,1_abcd1234_33/maxBitrate/900/minBitrate/100/streamType/1/"
      "responseFormat/jsonp/protocol/https/format/mpegdash/ks/djJ8%3D%3D/manifest.mpd",
      "callback=cb_1&sessionId=8%3A1");
  EXPECT_EQ(request.entry, "1_abcd1234");
  EXPECT_TRUE(request.is_dash);
  EXPECT_TRUE(request.is_https);
  EXPECT_EQ(request.flavors, (std::vector<uint32_t>{32, 33}));
  EXPECT_EQ(request.most_bitrate, 900);
  EXPECT_EQ(request.least_bitrate, 100);
  EXPECT_EQ(request.side, Side::kBackup);
  EXPECT_EQ(request.response, PlayManifest::Response::kJsonp);
  EXPECT_EQ(request.callback, "cb_1");
  EXPECT_EQ(request.ks, "djJ8==");
}

TEST(PlayManifest, ShortNamesAndTheQuery_CountToo) {
  const PlayManifest request = request_of("e/1_x/f/applehttp/fs/32/mb/1000/a.m3u8", "ks=abc&mib=5");
  EXPECT_EQ(request.entry, "1_x");
  EXPECT_FALSE(request.is_dash);
  EXPECT_EQ(request.flavors, (std::vector<uint32_t>{32}));
  EXPECT_EQ(request.most_bitrate, 1000);
  EXPECT_EQ(request.least_bitrate, 5);
  EXPECT_EQ(request.ks, "abc");
  EXPECT_EQ(request_of("entryId/1_x/a.m3u8", "entryId=1_y").entry, "1_x") << "the path counts more";
  EXPECT_EQ(request_of("a.m3u8", "entryId=1_y").entry, "1_y");
}

TEST(PlayManifest, WhatIsWrong_IsSaidWithKalturasNumber) {
  EXPECT_EQ(error_of("protocol/http/format/applehttp/a.m3u8"), 20);
  EXPECT_EQ(error_of("entryId/..%2F..%2Fetc/a.m3u8"), 1);
  EXPECT_EQ(error_of("entryId/1_x/format/hds/a.f4m"), 18);
  EXPECT_EQ(error_of("entryId/1_x/flavorIds/32,best/a.m3u8"), 6);
  EXPECT_EQ(error_of("entryId/1_x/maxBitrate/fast/a.m3u8"), 19);
  EXPECT_EQ(error_of("entryId/1_x/maxBitrate/-1/a.m3u8"), 19);
  EXPECT_EQ(error_of("entryId/1_x/minBitrate/1e9/a.m3u8"), 49);
  EXPECT_EQ(error_of("entryId/1_x/streamType/2/a.m3u8"), 50);
}

TEST(PlayManifest, PathsOfIt_AreToldFromOthers) {
  EXPECT_TRUE(is_play_manifest("/p/101/sp/10100/playManifest/entryId/1_x/a.m3u8"));
  EXPECT_TRUE(is_play_manifest("/p/101/playManifest/entryId/1_x/a.m3u8"));
  for (const std::string_view path :
       {"/p/101/sp/10100/playManifest", "/p//sp/10100/playManifest/", "/p/x/sp/1/playManifest/",
        "/p/101/sp/10100/embedIframeJs/uiconf_id/1", "/playManifest/", "/p/101"})
    EXPECT_FALSE(is_play_manifest(path)) << path;
}

}  // namespace
}  // namespace klive::kaltura
