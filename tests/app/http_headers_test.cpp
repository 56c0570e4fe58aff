// SPDX-License-Identifier: LGPL-2.1-or-later
// Paths, Range, Accept-Encoding and If-None-Match as pure functions.
#include <gtest/gtest.h>

#include "http/header_values.h"
#include "http/request_head.h"
#include "http/route.h"

namespace klive::app::http {
namespace {

using What = ByteRange::What;

TEST(Range, EverySpelling_IsReadAsRfc9110Says) {
  struct Case {
    const char *header;
    What what;
    uint64_t first, last;
  };
  for (const Case &c : std::initializer_list<Case>{
           {"bytes=0-99", What::kPart, 0, 99},
           {"bytes=0-0", What::kPart, 0, 0},
           {"BYTES=10-19", What::kPart, 10, 19},
           {"bytes= 10-19 ", What::kPart, 10, 19},
           {"bytes=990-", What::kPart, 990, 999},
           {"bytes=990-5000", What::kPart, 990, 999},
           {"bytes=-10", What::kPart, 990, 999},
           {"bytes=-5000", What::kPart, 0, 999},
           {"bytes=0-18446744073709551615", What::kPart, 0, 999},
           {"bytes=1000-", What::kUnsatisfiable, 0, 0},
           {"bytes=1000-2000", What::kUnsatisfiable, 0, 0},
           {"bytes=-0", What::kUnsatisfiable, 0, 0},
           {"", What::kWhole, 0, 0},
           {"bytes=", What::kWhole, 0, 0},
           {"bytes=-", What::kWhole, 0, 0},
           {"bytes=9-5", What::kWhole, 0, 0},
           {"bytes=a-b", What::kWhole, 0, 0},
           {"bytes=+1-2", What::kWhole, 0, 0},
           {"bytes=1-2x", What::kWhole, 0, 0},
           {"bytes=1--2", What::kWhole, 0, 0},
           {"bytes=0-1,5-6", What::kWhole, 0, 0},
           {"lines=0-1", What::kWhole, 0, 0},
           {"bytes=99999999999999999999-", What::kWhole, 0, 0},
       }) {
    const ByteRange range = parse_range(c.header, 1000);
    EXPECT_EQ(range.what, c.what) << c.header;
    EXPECT_EQ(range.first, c.first) << c.header;
    EXPECT_EQ(range.last, c.last) << c.header;
  }
}

TEST(Range, EmptyBody_HasNoPart) {
  EXPECT_EQ(parse_range("bytes=0-", 0).what, What::kUnsatisfiable);
  EXPECT_EQ(parse_range("bytes=-1", 0).what, What::kUnsatisfiable);
}

TEST(AcceptEncoding, GzipWanted_OnlyWhereItIsSaid) {
  for (const char *yes : {"gzip", "br, gzip", "GZIP;q=0.5", "deflate , gzip ; q=1", "gzip;x=y"})
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  for (const char *no : {"", "br", "gzip;q=0", "gzip; q=0.000", "xgzip", "identity"})
    EXPECT_FALSE(accepts_gzip(no)) << no;
}

TEST(IfNoneMatch, ListOfTags_MatchesWeakly) {
  EXPECT_TRUE(matches_etag("\"a\"", "\"a\""));
  EXPECT_TRUE(matches_etag("W/\"a\"", "\"a\""));
  EXPECT_TRUE(matches_etag("\"b\" , \"a\"", "\"a\""));
  EXPECT_TRUE(matches_etag("*", "\"a\""));
  EXPECT_FALSE(matches_etag("\"b\"", "\"a\""));
  EXPECT_FALSE(matches_etag("a", "\"a\""));
  EXPECT_FALSE(matches_etag("", "\"a\""));
  EXPECT_FALSE(matches_etag("*", ""));
}

TEST(Route, EveryAddress_IsRecognised) {
  struct Case {
    const char *path;
    RouteKind kind;
  };
  for (const Case &c : std::initializer_list<Case>{
           {"/live/1_abcd1234/master.m3u8", RouteKind::kMaster},
           {"/live/1_abcd1234/manifest.mpd", RouteKind::kDash},
           {"/live/1_abcd1234/v32/index.m3u8", RouteKind::kMediaPlaylist},
           {"/live/1_abcd1234/v32/init-3.mp4", RouteKind::kInit},
           {"/live/1_abcd1234/v32/seg-00000042.m4s", RouteKind::kSegment},
           {"/live/1_abcd1234/a32-1/seg-00000042.3.m4s", RouteKind::kChunk},
           {"/live/1_abcd1234/v32/t-540000.m4s", RouteKind::kTimeSegment},
           {"/watch/1_abcd1234", RouteKind::kWatch},
           {"/embed/1_abcd1234", RouteKind::kEmbed},
           {"/", RouteKind::kConsole},
           {"/assets/player.js", RouteKind::kAsset},
           {"/api_v3", RouteKind::kApi},
           {"/api_v3/service/session/action/start", RouteKind::kApi},
           {"/healthz", RouteKind::kHealth},
           {"/readyz", RouteKind::kReady},
           {"/metrics", RouteKind::kMetrics},
           {"/time", RouteKind::kTime},
           {"/live/hls/p/101/e/1_abcd1234/sd/6000/t/T/master-s32.m3u8", RouteKind::kMaster},
           {"/live/dash/p/101/e/1_abcd1234/t/T/manifest.mpd", RouteKind::kDash},
           {"/live/hls/p/101/e/1_abcd1234/t/T/index-s32.m3u8", RouteKind::kFlavorPlaylist},
           {"/live/hls/p/101/e/1_abcd1234/v32/index.m3u8", RouteKind::kMediaPlaylist},
           {"/live/hls/master.m3u8", RouteKind::kMaster},
           {"/p/101/sp/10100/playManifest/entryId/1_abcd1234/protocol/http/format/applehttp/a.m3u8",
            RouteKind::kPlayManifest},
       })
    EXPECT_EQ(parse_route(c.path).kind, c.kind) << c.path;
}

TEST(Route, TricksWithPaths_NameNothing) {
  const std::string live = "/live/1_abcd1234";
  for (const std::string &path :
       {std::string(),
        std::string("live"),
        std::string("//"),
        std::string("/live"),
        std::string("/live/"),
        live,
        live + "/",
        live + "//master.m3u8",
        live + "/master.m3u8/",
        live + "/../1_abcd1234/master.m3u8",
        std::string("/live/../live/master.m3u8"),
        std::string("/live/../../etc/passwd"),
        std::string("/live/%2e%2e/master.m3u8"),
        live + "/v32/../v32/index.m3u8",
        live + "/%2e%2e/index.m3u8",
        live + "/../master.m3u8",
        live + "/v32/seg-00000042.m4s%00",
        live + "/v32/seg-00000042.m4s.part",
        live + "/v32/seg-42.m4s",
        live + "/v32/seg-00000042.03.m4s",
        live + "/v32/seg--0000042.m4s",
        live + "/v32/t--5.m4s",
        live + "/v32/t-05.m4s",
        live + "/v32/segments.log",
        live + "/segments.log",
        live + "/V32/index.m3u8",
        live + "/v32\\index.m3u8",
        live + "/v32/index.m3u8;x",
        live + "/" + std::string(33, 'v') + "/index.m3u8",
        "/live/" + std::string(65, 'e') + "/master.m3u8",
        std::string("/assets/.."),
        std::string("/assets/.hidden"),
        std::string("/assets/a/b"),
        std::string("/assets/"),
        std::string("/watch/"),
        std::string("/watch/a/b"),
        std::string("/api_v4"),
        std::string("/api_v3x"),
        std::string("/p/101/sp/10100/playManifest"),
        std::string("/p/101/sp/10100/playmanifest/entryId/1_abcd1234/a.m3u8"),
        std::string("/live/hls/p/101/e/../t/T/master.m3u8"),
        std::string("/live/hls/p/101/e/1_abcd1234/t/T/../master.m3u8"),
        std::string("/live/hls/p/101/e/1_abcd1234/t/T/v32/segments.log"),
        std::string("/live/hls/p/101/e/1_abcd1234/t/T/V32/index.m3u8"),
        std::string("/live/hls/p/101/e/1_abcd1234/t/T%2f/master.m3u8"),
        "/" + std::string(65536, 'a'),
        live + "/v32/index.m3u8\n"})
    EXPECT_EQ(parse_route(path).kind, RouteKind::kUnknown) << path.substr(0, 80);
}

TEST(Route, NamesInThePath_AreTakenApart) {
  const Route chunk = parse_route("/live/1_abcd1234/v32/seg-00000042.3.m4s");
  EXPECT_EQ(chunk.entry, "1_abcd1234");
  EXPECT_EQ(chunk.track, "v32");
  EXPECT_EQ(chunk.number, 42u);
  EXPECT_EQ(chunk.chunk, 3u);
  EXPECT_EQ(parse_route("/live/e/v32/t-540000.m4s").time, 540000);
  const Route packager =
      parse_route("/live/hls/p/101/e/1_abcd1234/tl/main/st/1/t/T/v32/seg-00000042.3.m4s");
  EXPECT_EQ(packager.kind, RouteKind::kChunk);
  EXPECT_EQ(packager.entry, "1_abcd1234");
  EXPECT_EQ(packager.track, "v32");
  EXPECT_EQ(packager.token, "T");
  EXPECT_TRUE(packager.is_main);
  EXPECT_EQ(packager.is_backup, true);
}

using Head = HeadResult::What;

TEST(RequestHead, OfABrowser_IsReadWhole) {
  const std::string text =
      "GET /live/e/v32/index.m3u8?_HLS_msn=3&x=%2F HTTP/1.1\r\nHost: live.example.org\r\n"
      "Accept-Encoding:  gzip, br \r\nX-Empty:\r\n\r\n";
  const HeadResult result = parse_request_head(text + "next");
  ASSERT_EQ(result.what, Head::kWhole);
  EXPECT_EQ(result.size, text.size());
  EXPECT_EQ(result.head.method, Method::kGet);
  EXPECT_EQ(result.head.path, "/live/e/v32/index.m3u8");
  EXPECT_EQ(result.head.query, "_HLS_msn=3&x=%2F");
  EXPECT_EQ(result.head.header("accept-encoding"), "gzip, br");
  EXPECT_EQ(result.head.header("x-empty"), "");
  EXPECT_EQ(result.head.header("cookie"), "");
  EXPECT_TRUE(result.head.is_kept_alive);
  EXPECT_EQ(result.head.body_size, 0u);
}

TEST(RequestHead, EveryBeginningOfOne_IsIncomplete) {
  const std::string text = "\r\nPOST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n";
  for (size_t size = 0; size < text.size(); ++size)
    EXPECT_EQ(parse_request_head(text.substr(0, size)).what, Head::kIncomplete) << size;
  EXPECT_EQ(parse_request_head(text).head.body_size, 5u);
}

TEST(RequestHead, WhatIsNotAllowed_IsRefusedWithItsStatus) {
  struct Case {
    std::string text;
    unsigned status;
  };
  const std::string host = "Host: x\r\n";
  for (const Case &c : std::initializer_list<Case>{
           {"GET  HTTP/1.1\r\n" + host, 400},
           {"GET /a b HTTP/1.1\r\n" + host, 400},
           {"G(T / HTTP/1.1\r\n" + host, 400},
           {"GET a HTTP/1.1\r\n" + host, 400},
           {"GET /a#b HTTP/1.1\r\n" + host, 400},
           {"GET /\x7f HTTP/1.1\r\n" + host, 400},
           {"GET * HTTP/1.1\r\n" + host, 400},
           {"GET / HTTP/2.0\r\n" + host, 505},
           {"GET / FTP/1.1\r\n" + host, 400},
           {"GET / HTTP/1.1\r\n", 400},
           {"GET / HTTP/1.1\r\n" + host + host, 400},
           {"GET / HTTP/1.1\r\n" + host + "no colon\r\n", 400},
           {"GET / HTTP/1.1\r\n" + host + "a b: c\r\n", 400},
           {"GET / HTTP/1.1\r\n" + host + ": c\r\n", 400},
           {"GET / HTTP/1.1\r\n" + host + "a: c\nb: d\r\n", 400},
           {"GET / HTTP/1.1\r\n" + host + "a: c\r\n\td\r\n", 400},
           {"GET / HTTP/1.1\r\n" + host + std::string("a: \0\r\n", 6), 400},
           {"GET / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 1\r\n", 400},
           {"GET / HTTP/1.1\r\n" + host + "Content-Length: 1, 1\r\n", 400},
           {"GET / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n", 400},
           {"GET / HTTP/1.1\r\n" + host + "Content-Length: 9999999999999999999\r\n", 400},
           {"GET / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n", 411},
           {"GET / HTTP/1.1\r\n" + host + "Expect: wonders\r\n", 417},
           {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n" + host, 414},
           {"GET / HTTP/1.1\r\n" + host + "a: " + std::string(kMaxHead, 'a') + "\r\n", 431},
       }) {
    const HeadResult result = parse_request_head(c.text + "\r\n");
    EXPECT_EQ(result.what, Head::kBad) << c.text.substr(0, 80);
    EXPECT_EQ(result.status, c.status) << c.text.substr(0, 80);
  }
  std::string many = "GET / HTTP/1.1\r\n" + host;
  for (int i = 0; i < 101; ++i) many += "a: b\r\n";
  EXPECT_EQ(parse_request_head(many + "\r\n").status, 431u);
}

TEST(RequestHead, KeptAlive_AsVersionAndHeaderSay) {
  const auto is_kept = [](const std::string &text) {
    return parse_request_head(text + "\r\n").head.is_kept_alive;
  };
  EXPECT_TRUE(is_kept("GET / HTTP/1.1\r\nHost: x\r\n"));
  EXPECT_FALSE(is_kept("GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade, Close\r\n"));
  EXPECT_FALSE(is_kept("GET / HTTP/1.0\r\n"));
  EXPECT_TRUE(is_kept("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n"));
}

TEST(RequestHead, AbsoluteAddress_IsReadAsItsPath) {
  const HeadResult result = parse_request_head("GET http://x:1/a?b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(result.head.path, "/a");
  EXPECT_EQ(result.head.query, "b");
  EXPECT_EQ(parse_request_head("GET http://x HTTP/1.1\r\nHost: x\r\n\r\n").head.path, "/");
}

}  // namespace
}  // namespace klive::app::http
