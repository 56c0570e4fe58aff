// SPDX-License-Identifier: LGPL-2.1-or-later
// playManifest and the addresses that it sends players to: filters, sides, tokens, previews.
#include <gtest/gtest.h>

#include <limits>

#include "http_fixture.h"
#include "kaltura/media_server_address.h"
#include "kaltura/packager_url.h"
#include "kaltura/value.h"

namespace klive::app {
namespace {

using test::HttpFixture;
using test::HttpReply;
using test::kEntry;
using test::LiveWindow;
using test::settle;

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kEpoch = 1'700'000'000 * kSecond;  // of the window

class PlayManifest : public HttpFixture {
 protected:
  void SetUp() override {
    window_.go_on_air();
    for (uint32_t number : {0u, 1u, 2u, 3u}) window_.add_segment(number);
    viewing_ = [this](const std::string &entry, const std::string &ks, std::string_view,
                      std::string_view) {
      Viewing viewing;
      viewing.is_there = entry == kEntry || entry == "1_other";
      viewing.may_preview = ks == "editor";
      viewing.partner = 101;
      viewing.segment_duration_ms = 6000;
      viewing.servers = servers_;
      viewing.is_explicit = shown_.is_limited;
      viewing.is_shown = !shown_.is_limited;
      viewing.redirect = redirects_.contains(entry) ? redirects_.at(entry) : "";
      return viewing;
    };
    showing_ = [this](const std::string &) { return shown_; };
    start();
  }
  static std::string play(const std::string &keys, const std::string &entry = kEntry) {
    return "/p/101/sp/10100/playManifest/entryId/" + entry + "/protocol/http/" + keys;
  }
  void add_flavor(const std::string &name, uint32_t flavor, bool backup, uint64_t size) {
    manifest::TrackInit init;
    init.track = name;
    init.kind = manifest::Kind::kVideo;
    init.flavor = flavor;
    init.backup = backup;
    init.init = 1;
    init.timescale = test::kTimescale;
    init.codecs = "avc1.64001f";
    window_.apply(init);
    for (uint32_t number : {0u, 1u, 2u, 3u}) {
      manifest::SegmentAdded added;
      added.track = name;
      added.segment = number;
      added.start = number * 2 * test::kSecondTicks;
      added.duration = 2 * test::kSecondTicks;
      added.size = size;
      added.init = 1;
      window_.apply(added);
    }
  }
  [[nodiscard]] std::string host() const { return "127.0.0.1"; }

  /// An entry that this server does not have on air.
  static std::string elsewhere(const std::string &keys) { return play(keys, "1_other"); }
  void add_server(const std::string &id, kaltura::Side side, int64_t flavor = 32) {
    PlaybackServer server{.server_node = *kaltura::read_json(
                              R"({"id":)" + id + R"(,"hostName":"media-)" + id + R"("})"),
                          .side = side};
    EXPECT_TRUE(kaltura::set_playback_address(server.server_node, "http://media-" + id + ":81"));
    kaltura::Value stream = kaltura::Value::Object();
    stream["flavorId"] = std::to_string(flavor);
    stream["bitrate"] = 900'000;
    stream["width"] = 640;
    server.streams.push(std::move(stream));
    servers_.push_back(std::move(server));
  }
  std::string location(const std::string &target) const { return get(target).header("Location"); }

  std::vector<PlaybackServer> servers_;
  std::map<std::string, std::string> redirects_;
  Showing shown_;
};

TEST_F(PlayManifest, EntryOnAir_SendsPlayersOn) {
  const HttpReply hls = get(play("format/applehttp/a.m3u8"));
  EXPECT_EQ(hls.status, 302);
  EXPECT_EQ(hls.header("Location"), live("master.m3u8"));
  EXPECT_EQ(hls.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(get(play("format/mpegdash/manifest.mpd")).header("Location"), live("manifest.mpd"));
  EXPECT_EQ(get(play("format/applehttp/responseFormat/redirect/a.m3u8")).header("Location"),
            live("master.m3u8"));
}

TEST_F(PlayManifest, OffAir_IsKalturasErrorWithItsHeaders) {
  window_.apply(manifest::SessionEnded{});
  const HttpReply offline = get(play("format/applehttp/a.m3u8"));
  EXPECT_EQ(offline.status, 404);
  EXPECT_EQ(offline.header("X-Kaltura"), "error-36");
  EXPECT_EQ(offline.header("X-Kaltura-App"),
            "exiting on error 36 - The given entry is not broadcasting");
}

TEST_F(PlayManifest, WhatIsWrong_HasItsOwnNumber) {
  EXPECT_EQ(get(play("format/applehttp/a.m3u8", "1_nobody")).header("X-Kaltura"), "error-1");
  EXPECT_EQ(get(play("format/hds/a.f4m")).header("X-Kaltura"), "error-18");
  EXPECT_EQ(get(play("flavorIds/99/format/applehttp/a.m3u8")).header("X-Kaltura"), "error-6");
  EXPECT_EQ(get(play("maxBitrate/x/format/applehttp/a.m3u8")).header("X-Kaltura"), "error-19");
  EXPECT_EQ(get(play("format/hds/a.f4m")).status, 404);
}

TEST_F(PlayManifest, Jsonp_NamesTheWholeAddress) {
  const HttpReply reply =
      get(play("format/applehttp/a.m3u8") + "?responseFormat=jsonp&callback=player.take_1");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Type"), "application/javascript; charset=utf-8");
  const std::string begin = "player.take_1(", end = ");";
  ASSERT_TRUE(reply.body.starts_with(begin) && reply.body.ends_with(end)) << reply.body;
  const auto json = kaltura::read_json(
      reply.body.substr(begin.size(), reply.body.size() - begin.size() - end.size()));
  ASSERT_TRUE(json) << reply.body;
  EXPECT_EQ(json->text_of("entryId"), kEntry);
  const auto *flavors = json->find("flavors");
  ASSERT_TRUE(flavors != nullptr && flavors->is_array());
  EXPECT_EQ(flavors->array()->front().text_of("url"), "http://127.0.0.1" + live("master.m3u8"));
  const HttpReply script =
      get(play("format/applehttp/a.m3u8") + "?responseFormat=jsonp&callback=alert(1)//");
  EXPECT_TRUE(script.body.starts_with("callback({")) << script.body;
}

TEST_F(PlayManifest, ChosenFlavor_IsAllThatTheManifestHas) {
  add_flavor("v33", 33, false, 200);
  const std::string target = get(play("flavorIds/33/format/applehttp/a.m3u8")).header("Location");
  EXPECT_TRUE(target.ends_with("/master-s33.m3u8")) << target;
  const HttpReply master = get(target);
  EXPECT_EQ(master.status, 200);
  EXPECT_NE(master.body.find("v33/index.m3u8"), std::string::npos) << master.body;
  EXPECT_EQ(master.body.find("v32/index.m3u8"), std::string::npos) << master.body;
  // Everything below is found beside it.
  const std::string folder = target.substr(0, target.rfind('/') + 1);
  EXPECT_EQ(get(folder + "v33/index.m3u8").status, 200);
  EXPECT_EQ(get(folder + "v32/seg-00000001.m4s").body, LiveWindow::segment_bytes(1));
  EXPECT_EQ(get(folder + "index-s33-v.m3u8").header("Location"), folder + "v33/index.m3u8");
  EXPECT_EQ(get(folder + "index-s34.m3u8").status, 404);
  const std::string dash =
      get(play("flavorIds/1_abcd1234_33/format/mpegdash/manifest.mpd")).header("Location");
  EXPECT_TRUE(dash.ends_with("/manifest-s33.mpd")) << dash;
  const HttpReply manifest = get(dash);
  EXPECT_NE(manifest.body.find("id=\"v33\""), std::string::npos) << manifest.body;
  EXPECT_EQ(manifest.body.find("id=\"v32\""), std::string::npos) << manifest.body;
}

TEST_F(PlayManifest, Bitrates_ChooseFlavorsAndNeverNone) {
  add_flavor("v33", 33, false, 500'000);  // 2 Mbit/s
  add_flavor("v34", 34, false, 250'000);  // 1 Mbit/s
  const auto file = [&](const std::string &keys) {
    const std::string target = get(play(keys + "/format/applehttp/a.m3u8")).header("Location");
    return target.substr(target.rfind('/') + 1);
  };
  EXPECT_EQ(file("maxBitrate/1500"), "master-s32-s34.m3u8");  // 32 has 8 kbit/s
  EXPECT_EQ(file("minBitrate/500"), "master-s33-s34.m3u8");
  EXPECT_EQ(file("minBitrate/500/maxBitrate/1500"), "master-s34.m3u8");
  EXPECT_EQ(file("maxBitrate/1"), "master-s32.m3u8");
  EXPECT_EQ(file("minBitrate/9000"), "master-s33.m3u8");
}

TEST_F(PlayManifest, OneSide_IsPlayedOrNotLive) {
  EXPECT_EQ(get(play("streamType/1/format/applehttp/a.m3u8")).header("X-Kaltura"), "error-36");
  add_flavor("v32b", 32, true, 2000);
  const std::string target = get(play("streamType/1/format/applehttp/a.m3u8")).header("Location");
  EXPECT_NE(target.find("/st/1/"), std::string::npos) << target;
  const HttpReply master = get(target);
  EXPECT_NE(master.body.find("v32b/index.m3u8"), std::string::npos) << master.body;
  EXPECT_EQ(master.body.find("v32/index.m3u8"), std::string::npos) << master.body;
}

TEST_F(PlayManifest, RedirectOfAnEntryOffAir_IsFollowed) {
  redirects_["1_other"] = kEntry;
  EXPECT_EQ(get(play("format/applehttp/a.m3u8", "1_other")).header("Location"),
            live("master.m3u8"));
  redirects_["1_other"] = "1_nobody";
  EXPECT_EQ(get(play("format/applehttp/a.m3u8", "1_other")).header("X-Kaltura"), "error-36");
  // On air it is watched itself, and a ring of redirects ends.
  redirects_[kEntry] = "1_other";
  redirects_["1_other"] = kEntry;
  EXPECT_EQ(get(play("format/applehttp/a.m3u8")).header("Location"), live("master.m3u8"));
  window_.apply(manifest::SessionEnded{});
  EXPECT_EQ(get(play("format/applehttp/a.m3u8")).header("X-Kaltura"), "error-36");
}

// Explicit live

class Preview : public PlayManifest {
 protected:
  void SetUp() override {
    PlayManifest::SetUp();
    shown_.is_limited = true;
    shown_.time = {.from = std::numeric_limits<int64_t>::max()};
  }
};

TEST_F(Preview, BeforeItGoesLive_NobodyFindsAnything) {
  EXPECT_EQ(get(play("format/applehttp/a.m3u8")).header("X-Kaltura"), "error-36");
  for (const char *name : {"master.m3u8", "manifest.mpd", "v32/seg-00000001.m4s",
                           "v32/t-180000.m4s", "v32/seg-00000001.0.m4s"})
    EXPECT_EQ(get(live(name)).status, 404) << name;
  const HttpReply playlist = get(live("v32/index.m3u8"));
  EXPECT_EQ(playlist.body.find("#EXTINF"), std::string::npos) << playlist.body;
  // Nor by writing the address that an editor is given, without or with a token of one's own.
  for (const char *token : {"", "t/AAAAAAAAAAAAAAAAAAAAAA/"})
    EXPECT_EQ(
        get(std::string("/live/hls/p/101/e/1_abcd1234/tl/main/") + token + "master.m3u8").status,
        403);
}

// What data/nginx relies on.
TEST_F(Preview, FrontThatHasTheFiles_IsToldTheNameOfWhatIsShown) {
  const std::string front = "X-Klive-Front: nginx\r\n";
  const HttpReply hidden = get(live("v32/seg-00000001.m4s"), front);
  EXPECT_EQ(hidden.status, 404);
  EXPECT_EQ(hidden.header("X-Accel-Redirect"), "");
  shown_ = {};
  const HttpReply shown = get(live("v32/seg-00000001.m4s"), front + "Range: bytes=0-3\r\n");
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.header("X-Accel-Redirect"), "/klive-files/1_abcd1234/v32/seg-00000001.m4s");
  EXPECT_EQ(shown.header("Content-Type"), "video/mp4");
  EXPECT_EQ(shown.header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(shown.body, "");
  EXPECT_EQ(get(live("v32/seg-00000001.m4s")).header("X-Accel-Redirect"), "");
}

TEST_F(Preview, Editor_SeesAllOfIt) {
  const HttpReply reply = get(play("format/applehttp/ks/editor/a.m3u8"));
  EXPECT_EQ(reply.status, 302);
  EXPECT_EQ(reply.header("Cache-Control"), "private, no-store");
  const std::string target = reply.header("Location");
  EXPECT_EQ(get(target).status, 200) << target;
  const std::string folder = target.substr(0, target.rfind('/') + 1);
  EXPECT_EQ(get(folder + "v32/seg-00000001.m4s").body, LiveWindow::segment_bytes(1));
  EXPECT_NE(get(folder + "v32/index.m3u8").body.find("seg-00000000.m4s"), std::string::npos);
  // The token is of this address alone.
  std::string other = target;
  other.replace(other.find("/st/") == std::string::npos ? other.find("/sd/6000") : 0, 8,
                "/sd/6001");
  EXPECT_EQ(get(other).status, 403) << other;
  const HttpReply header = get(play("format/applehttp/a.m3u8"), "X-Kaltura-Ks: editor\r\n");
  EXPECT_EQ(header.header("Location"), target);
}

TEST_F(Preview, Viewers_SeeItFromGoLiveUntilItsEnd) {
  shown_.time = {.from = kEpoch + 2 * kSecond};
  EXPECT_EQ(get(play("format/applehttp/a.m3u8")).header("Location"), live("master.m3u8"));
  EXPECT_EQ(get(live("master.m3u8")).status, 200);
  const std::string playlist = get(live("v32/index.m3u8")).body;
  EXPECT_NE(playlist.find("#EXT-X-MEDIA-SEQUENCE:1\n"), std::string::npos) << playlist;
  EXPECT_EQ(get(live("v32/seg-00000000.m4s")).status, 404);
  EXPECT_EQ(get(live("v32/t-0.m4s")).status, 404);
  EXPECT_EQ(get(live("v32/seg-00000001.m4s")).status, 200);

  shown_.time.until = kEpoch + 6 * kSecond;
  EXPECT_EQ(get(play("format/applehttp/a.m3u8")).header("X-Kaltura"), "error-36");
  const std::string ended = get(live("v32/index.m3u8")).body;
  EXPECT_NE(ended.find("#EXT-X-ENDLIST"), std::string::npos) << ended;
  EXPECT_EQ(ended.find("seg-00000003.m4s"), std::string::npos) << ended;
  EXPECT_EQ(get(live("v32/seg-00000003.m4s")).status, 404);
}

TEST_F(Preview, PlaylistThatIsWaitedFor_ComesWithTheNextShownChunk) {
  shown_.time = {.from = kEpoch + 8 * kSecond};
  const auto viewer = client();
  viewer->request("GET", live("v32/index.m3u8?_HLS_msn=4&_HLS_part=0"));
  settle();
  EXPECT_FALSE(viewer->has_bytes());
  window_.add_chunk(4, 0);
  const HttpReply reply = viewer->reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.body.find("seg-00000004.0.m4s"), std::string::npos) << reply.body;
  EXPECT_EQ(reply.body.find("seg-00000003"), std::string::npos) << reply.body;
}

// A secret shared with a Kaltura installation

class Signed : public PlayManifest {
 protected:
  void SetUp() override {
    config_.packager.secret = "sesame";
    PlayManifest::SetUp();
  }
  [[nodiscard]] std::string address(const std::string &folder, const std::string &at) const {
    return folder + "t/" + kaltura::packager_token("sesame", at, folder) + "/master.m3u8";
  }
};

TEST_F(Signed, AddressOfThePlatform_IsTakenWithItsTokenAlone) {
  const std::string folder = "/dc-0/live/hls/p/101/e/1_abcd1234/sd/6000/type/user/";
  EXPECT_EQ(get(address(folder, host())).status, 200);
  EXPECT_EQ(get(address(folder, "elsewhere.example.org")).status, 403);
  EXPECT_EQ(get(folder + "master.m3u8").status, 403);
  EXPECT_EQ(get(live("master.m3u8")).status, 200);
  const std::string target = get(play("format/applehttp/a.m3u8")).header("Location");
  EXPECT_NE(target.find("/tl/viewer/t/"), std::string::npos) << target;
  EXPECT_EQ(get(target).status, 200);
}

TEST_F(PlayManifest, EntryOnAMediaServer_SendsPlayersThere) {
  EXPECT_EQ(get(elsewhere("format/applehttp/a.m3u8")).header("X-Kaltura"), "error-36");
  add_server("7", kaltura::Side::kPrimary);
  add_server("8", kaltura::Side::kBackup);
  EXPECT_EQ(location(elsewhere("format/applehttp/a.m3u8")),
            "http://media-7:81/live/hls/p/101/e/1_other/sd/6000/tl/viewer/st/0/master.m3u8");
  EXPECT_EQ(location(elsewhere("streamType/1/format/mpegdash/manifest.mpd")),
            "http://media-8:81/live/dash/p/101/e/1_other/sd/6000/tl/viewer/st/1/manifest.mpd");
  // What this server has itself is played here.
  EXPECT_EQ(location(play("format/applehttp/a.m3u8")), live("master.m3u8"));
  const HttpReply json = get(elsewhere("format/applehttp/a.m3u8") + "?responseFormat=json");
  EXPECT_NE(json.body.find("\"http://media-7:81/live/hls/"), std::string::npos) << json.body;
}

TEST_F(PlayManifest, OneMediaServerWithBothSides_IsToldNoneOfThem) {
  add_server("7", kaltura::Side::kPrimary);
  add_server("7", kaltura::Side::kBackup);
  EXPECT_EQ(location(elsewhere("format/applehttp/a.m3u8")),
            "http://media-7:81/live/hls/p/101/e/1_other/sd/6000/tl/viewer/master.m3u8");
  EXPECT_TRUE(
      location(elsewhere("streamType/1/format/applehttp/a.m3u8")).ends_with("st/1/master.m3u8"));
}

TEST_F(PlayManifest, FlavorsOfAMediaServer_AreThoseThatItReports) {
  add_server("7", kaltura::Side::kPrimary);
  EXPECT_TRUE(
      location(elsewhere("flavorIds/32,33/format/applehttp/a.m3u8")).ends_with("/master-s32.m3u8"));
  EXPECT_EQ(get(elsewhere("flavorIds/33/format/applehttp/a.m3u8")).header("X-Kaltura"), "error-6");
  EXPECT_TRUE(
      location(elsewhere("maxBitrate/100/format/applehttp/a.m3u8")).ends_with("/master-s32.m3u8"));
}

TEST_F(PlayManifest, MediaServerOnOneSide_IsNotAskedForTheOther) {
  add_server("8", kaltura::Side::kBackup);
  EXPECT_EQ(get(elsewhere("streamType/0/format/applehttp/a.m3u8")).header("X-Kaltura"), "error-36");
  EXPECT_TRUE(
      location(elsewhere("format/applehttp/a.m3u8")).ends_with("tl/viewer/st/1/master.m3u8"));
}

TEST_F(PlayManifest, MediaServerWithoutAnAddress_IsPassedOver) {
  add_server("7", kaltura::Side::kPrimary);
  add_server("8", kaltura::Side::kBackup);
  servers_.front().server_node["mediaServerPlaybackDomainConfig"] =
      *kaltura::read_json(R"([{"key":"http","value":"a b\r\nSet-Cookie: c"}])");
  EXPECT_TRUE(location(elsewhere("format/applehttp/a.m3u8")).starts_with("http://media-8:81/"));
}

TEST_F(PlayManifest, PreviewOnAMediaServerWithoutASecret_IsShownToNobody) {
  add_server("7", kaltura::Side::kPrimary);
  shown_ = {.is_limited = true};
  EXPECT_EQ(get(elsewhere("format/applehttp/a.m3u8")).header("X-Kaltura"), "error-36");
  EXPECT_EQ(get(elsewhere("ks/editor/format/applehttp/a.m3u8")).header("X-Kaltura"), "error-36");
}

class SignedPlayManifest : public PlayManifest {
 protected:
  SignedPlayManifest() { config_.packager.secret = "sesame"; }
};

TEST_F(SignedPlayManifest, EntryOnAMediaServer_IsSignedForThatServersHost) {
  add_server("7", kaltura::Side::kPrimary);
  const std::string folder = "/live/hls/p/101/e/1_other/sd/6000/tl/viewer/st/0/";
  EXPECT_EQ(location(elsewhere("format/applehttp/a.m3u8")),
            "http://media-7:81" + folder + "t/" +
                kaltura::packager_token("sesame", "media-7:81", folder) + "/master.m3u8");
}

TEST_F(SignedPlayManifest, PreviewOnAMediaServer_IsOpenToEditors) {
  add_server("7", kaltura::Side::kPrimary);
  shown_ = {.is_limited = true};
  EXPECT_EQ(get(elsewhere("format/applehttp/a.m3u8")).header("X-Kaltura"), "error-36");
  const std::string preview = location(elsewhere("ks/editor/format/applehttp/a.m3u8"));
  EXPECT_NE(preview.find("/tl/main/st/0/t/"), std::string::npos) << preview;
}

}  // namespace
}  // namespace klive::app
