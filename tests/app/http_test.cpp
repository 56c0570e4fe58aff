// SPDX-License-Identifier: LGPL-2.1-or-later
// HttpServer: media, playlists and their blocking reload, DASH, caching, ranges.
#include <gtest/gtest.h>

#include "http_fixture.h"

namespace klive::app {
namespace {

using test::HttpFixture;
using test::HttpReply;
using test::LiveWindow;
using test::settle;

std::string gunzip(const std::string &bytes) {
  const auto decompressor =
      gst::Ptr<GZlibDecompressor>::take(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  std::string out(1 << 20, '\0');
  gsize read = 0, written = 0;
  g_converter_convert(G_CONVERTER(decompressor.get()), bytes.data(), bytes.size(), out.data(),
                      out.size(), G_CONVERTER_INPUT_AT_END, &read, &written, nullptr);
  out.resize(written);
  return out;
}

class Http : public HttpFixture {
 protected:
  void SetUp() override {
    window_.go_on_air();
    for (uint32_t number : {0u, 1u, 2u}) window_.add_segment(number);
    start();
  }
};

// Media

TEST_F(Http, SegmentOfTheWindow_IsSentWholeAndMayBeKeptForEver) {
  const HttpReply reply = get(live("v32/seg-00000001.m4s"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, LiveWindow::segment_bytes(1));
  EXPECT_EQ(reply.header("Content-Type"), "video/mp4");
  EXPECT_EQ(reply.header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(reply.header("Accept-Ranges"), "bytes");
  EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "*");
  const std::string exposed = reply.header("Access-Control-Expose-Headers");
  for (const char *name : {"Date", "Content-Length", "Content-Range"})
    EXPECT_NE(exposed.find(name), std::string::npos) << name;
  EXPECT_FALSE(reply.header("Date").empty());
  EXPECT_FALSE(reply.header("ETag").empty());
}

TEST_F(Http, InitAndTimeNames_AreServed) {
  EXPECT_EQ(get(live("v32/init-1.mp4")).body, "the init segment");
  EXPECT_EQ(get(live("v32/t-180000.m4s")).body, LiveWindow::segment_bytes(1));
  EXPECT_EQ(get(live("v32/t-180001.m4s")).status, 404);
  EXPECT_EQ(get(live("v32/init-2.mp4")).status, 404);
}

TEST_F(Http, SegmentThatLeftTheWindow_IsServedWhileItsFileIsThere) {
  window_.apply(manifest::WindowMoved{.first = 1});
  EXPECT_EQ(get(live("v32/seg-00000000.m4s")).status, 200);
  EXPECT_EQ(get(live("v32/t-0.m4s")).status, 200);
  EXPECT_EQ(get(live("v32/index.m3u8")).body.find("seg-00000000"), std::string::npos);
}

TEST_F(Http, RangeOfASegment_IsCutOut) {
  const std::string whole = LiveWindow::segment_bytes(1);
  const HttpReply part = get(live("v32/seg-00000001.m4s"), "Range: bytes=995-1004\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, whole.substr(995, 10));
  EXPECT_EQ(part.header("Content-Range"), "bytes 995-1004/2000");
  const HttpReply tail = get(live("v32/seg-00000001.m4s"), "Range: bytes=-5\r\n");
  EXPECT_EQ(tail.status, 206);
  EXPECT_EQ(tail.body, whole.substr(1995));
  const HttpReply beyond = get(live("v32/seg-00000001.m4s"), "Range: bytes=2000-\r\n");
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.header("Content-Range"), "bytes */2000");
  const HttpReply several = get(live("v32/seg-00000001.m4s"), "Range: bytes=0-0,5-9,-1\r\n");
  EXPECT_EQ(several.status, 200);
  EXPECT_EQ(several.body, whole);
}

TEST_F(Http, IfRangeOfAnotherFile_SendsTheWhole) {
  EXPECT_EQ(get(live("v32/seg-00000001.m4s"), "Range: bytes=0-1\r\nIf-Range: \"x\"\r\n").status,
            200);
  const std::string etag = get(live("v32/seg-00000001.m4s")).header("ETag");
  EXPECT_EQ(
      get(live("v32/seg-00000001.m4s"), "Range: bytes=0-1\r\nIf-Range: " + etag + "\r\n").status,
      206);
}

TEST_F(Http, Head_HasTheLengthAndNoBody) {
  const auto connection = client();
  connection->request("HEAD", live("v32/seg-00000001.m4s"));
  const HttpReply head = connection->reply();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), "2000");
  EXPECT_EQ(head.body, "");
  // Had a body followed, the next answer would not be readable.
  EXPECT_EQ(connection->get("/healthz").body, "ok\n");
}

TEST_F(Http, KnownEtag_GetsNotModified) {
  for (const std::string &target : {live("v32/seg-00000001.m4s"), live("master.m3u8"),
                                    live("v32/index.m3u8"), std::string("/assets/player.js")}) {
    const std::string etag = get(target).header("ETag");
    ASSERT_FALSE(etag.empty()) << target;
    const HttpReply again = get(target, "If-None-Match: " + etag + "\r\n");
    EXPECT_EQ(again.status, 304) << target;
    EXPECT_EQ(again.body, "") << target;
    EXPECT_EQ(get(target, "If-None-Match: \"other\"\r\n").status, 200) << target;
  }
}

TEST_F(Http, ChunkOfTheOpenSegment_IsReadFromTheGrowingFile) {
  window_.add_chunk(3, 0);
  EXPECT_EQ(get(live("v32/seg-00000003.0.m4s")).body, LiveWindow::chunk_bytes(3, 0));
  EXPECT_EQ(get(live("v32/seg-00000003.m4s")).status, 404);
  window_.add_chunk(3, 1);
  EXPECT_EQ(get(live("v32/seg-00000003.1.m4s")).body, LiveWindow::chunk_bytes(3, 1));
  window_.finish_segment(3);
  EXPECT_EQ(get(live("v32/seg-00000003.0.m4s")).body, LiveWindow::chunk_bytes(3, 0));
  EXPECT_EQ(get(live("v32/seg-00000003.m4s")).body, LiveWindow::segment_bytes(3));
}

TEST_F(Http, HintedChunk_IsHeldUntilItExists) {
  window_.add_chunk(3, 0);
  const auto connection = client();
  connection->request("GET", live("v32/seg-00000003.1.m4s"));
  settle();
  EXPECT_FALSE(connection->has_bytes());
  window_.add_chunk(3, 1);
  EXPECT_EQ(connection->reply().body, LiveWindow::chunk_bytes(3, 1));
}

TEST_F(Http, HintedChunkOfTheNextSegment_IsHeldUntilItExists) {
  const auto connection = client();
  connection->request("GET", live("v32/seg-00000003.0.m4s"));
  settle();
  EXPECT_FALSE(connection->has_bytes());
  window_.add_chunk(3, 0);
  EXPECT_EQ(connection->reply().body, LiveWindow::chunk_bytes(3, 0));
}

TEST_F(Http, HintedChunkThatTheSegmentNeverGets_IsRefused) {
  window_.add_chunk(3, 0);
  window_.add_chunk(3, 1);
  const auto connection = client();
  connection->request("GET", live("v32/seg-00000003.2.m4s"));
  settle();
  EXPECT_FALSE(connection->has_bytes());
  window_.finish_segment(3);
  EXPECT_EQ(connection->reply().status, 404);
}

TEST_F(Http, SegmentByTime_CannotBeFetchedBeforeItIsListed) {
  const int64_t start = 3 * 2 * test::kSecondTicks;
  const std::string next = live("v32/t-" + std::to_string(start) + ".m4s");
  test::write_file(window_.path("t-" + std::to_string(start) + ".m4s"), "on disk, not listed");
  EXPECT_EQ(get(next).status, 404);
  std::filesystem::remove(window_.path("t-" + std::to_string(start) + ".m4s"));
  window_.add_segment(3);
  EXPECT_EQ(get(next).body, LiveWindow::segment_bytes(3));
}

TEST_F(Http, TimeThatNoSegmentStartsAt_IsRefusedAtOnce) {
  EXPECT_EQ(get(live("v32/t-1.m4s")).status, 404);
  EXPECT_EQ(get(live("v32/t-99000000000.m4s")).status, 404);
}

TEST_F(Http, ChunkFurtherAhead_IsRefusedAtOnce) {
  window_.add_chunk(3, 0);
  EXPECT_EQ(get(live("v32/seg-00000003.2.m4s")).status, 404);
  EXPECT_EQ(get(live("v32/seg-00000004.1.m4s")).status, 404);
  EXPECT_EQ(get(live("v32/seg-00000099.0.m4s")).status, 404);
}

// Playlists

TEST_F(Http, Master_IsAPlaylistForEveryOrigin) {
  const HttpReply reply = get(live("master.m3u8"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Type"), "application/vnd.apple.mpegurl");
  EXPECT_EQ(reply.header("Cache-Control"), "no-cache");
  EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(reply.header("Klive-Latency"), "normal");
  EXPECT_EQ(reply.header("Klive-Window"), "7200");
  EXPECT_NE(reply.body.find("v32/index.m3u8"), std::string::npos);
}

TEST_F(Http, MasterOfABroadcastThatBegins_SaysSoToThePage) {
  LiveWindow begins(registry_, "1_begins00");
  begins.go_on_air();
  begins.add_segment(0);
  begins.add_segment(1);
  EXPECT_EQ(get("/live/1_begins00/master.m3u8").header("Klive-Latency"), "starting");
}

TEST_F(Http, MediaPlaylist_IsLowLatency) {
  window_.add_chunk(3, 0);
  const std::string body = get(live("v32/index.m3u8")).body;
  EXPECT_NE(body.find("CAN-BLOCK-RELOAD=YES"), std::string::npos);
  EXPECT_NE(body.find("seg-00000003.0.m4s"), std::string::npos);
  EXPECT_NE(body.find("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"seg-00000003.1.m4s\""),
            std::string::npos);
}

TEST_F(Http, BlockingReload_IsAnsweredByTheSegmentThatItWaitsFor) {
  const auto connection = client();
  connection->request("GET", live("v32/index.m3u8?_HLS_msn=3"));
  settle();
  EXPECT_FALSE(connection->has_bytes());
  window_.add_chunk(3, 0);
  settle();
  EXPECT_FALSE(connection->has_bytes());
  window_.add_chunk(3, 1);
  window_.finish_segment(3);
  const HttpReply reply = connection->reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.body.find("seg-00000003.m4s"), std::string::npos);
}

TEST_F(Http, BlockingReloadOfAPart_IsAnsweredByTheChunk) {
  const auto connection = client();
  connection->request("GET", live("v32/index.m3u8?_HLS_msn=3&_HLS_part=0"));
  settle();
  EXPECT_FALSE(connection->has_bytes());
  window_.add_chunk(3, 0);
  EXPECT_NE(connection->reply().body.find("seg-00000003.0.m4s"), std::string::npos);
}

TEST_F(Http, ManyWaitForTheSamePart_AllAreAnsweredWithTheSameBytes) {
  std::vector<std::unique_ptr<test::HttpClient>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(client());
    clients.back()->request("GET", live("v32/index.m3u8?_HLS_msn=3&_HLS_part=0"));
  }
  settle();
  window_.add_chunk(3, 0);
  const std::string first = clients.front()->reply().body;
  EXPECT_NE(first.find("seg-00000003.0.m4s"), std::string::npos);
  for (size_t i = 1; i < clients.size(); ++i) EXPECT_EQ(clients[i]->reply().body, first);
}

TEST_F(Http, ReloadOfWhatIsThere_IsAnsweredAtOnce) {
  EXPECT_EQ(get(live("v32/index.m3u8?_HLS_msn=2")).status, 200);
  EXPECT_EQ(get(live("v32/index.m3u8?_HLS_msn=0&_HLS_part=1")).status, 200);
}

TEST_F(Http, ReloadOfTheFarFuture_IsRefused) {
  EXPECT_EQ(get(live("v32/index.m3u8?_HLS_msn=6")).status, 400);
  EXPECT_EQ(get(live("v32/index.m3u8?_HLS_msn=18446744073709551615")).status, 400);
}

TEST_F(Http, BadDirectives_AreRefused) {
  for (const char *query :
       {"_HLS_msn=x", "_HLS_part=1", "_HLS_msn=-1", "_HLS_msn=", "_HLS_msn=1&_HLS_msn=2"})
    EXPECT_EQ(get(live("v32/index.m3u8?") + query).status, 400) << query;
}

TEST_F(Http, WaitingViewerGoesAway_NothingIsLeftBehind) {
  {
    const auto connection = client();
    connection->request("GET", live("v32/index.m3u8?_HLS_msn=3"));
    settle();
    EXPECT_NE(get("/metrics").body.find("klive_http_held_requests 1\n"), std::string::npos);
  }
  window_.add_segment(3);
  EXPECT_TRUE(test::run_until([&] {
    settle();
    return get("/metrics").body.find("klive_http_held_requests 0\n") != std::string::npos;
  }));
}

TEST_F(Http, SessionEndsWhileViewersWait_TheyGetTheEndMark) {
  const auto connection = client();
  connection->request("GET", live("v32/index.m3u8?_HLS_msn=3"));
  settle();
  window_.apply(manifest::SessionEnded{});
  EXPECT_NE(connection->reply().body.find("#EXT-X-ENDLIST"), std::string::npos);
}

TEST_F(Http, EntryIsRemovedWhileViewersWait_TheyAreToldSo) {
  const auto connection = client();
  connection->request("GET", live("v32/index.m3u8?_HLS_msn=3"));
  settle();
  registry_.remove(test::kEntry);
  EXPECT_EQ(connection->reply().status, 404);
}

TEST_F(Http, ServerIsTakenDownWhileViewersWait_NothingBreaks) {
  const auto connection = client();
  connection->request("GET", live("v32/index.m3u8?_HLS_msn=3"));
  settle();
  server_.reset();
  EXPECT_TRUE(test::run_until([&] { return connection->is_closed(); }));
  window_.add_segment(3);
}

TEST_F(Http, NothingComesForThreeTargets_WaitingViewersAreTold) {
  const auto playlist = client(), chunk = client();
  playlist->request("GET", live("v32/index.m3u8?_HLS_msn=3"));
  chunk->request("GET", live("v32/seg-00000003.0.m4s"));
  EXPECT_EQ(playlist->reply(20).status, 503);
  EXPECT_EQ(chunk->reply(20).status, 404);
}

TEST_F(Http, EntryIsRemovedAndMadeAgain_ItsOldBytesAreNotServed) {
  EXPECT_EQ(get(live("v32/seg-00000000.m4s")).status, 200);
  registry_.remove(test::kEntry);
  std::filesystem::remove_all(registry_.live_root() + "/" + test::kEntry);
  EXPECT_EQ(get(live("v32/seg-00000000.m4s")).status, 404);
  window_.go_on_air();
  EXPECT_EQ(get(live("v32/seg-00000000.m4s")).status, 404);
  EXPECT_EQ(get(live("master.m3u8")).status, 404);
}

TEST_F(Http, DeltaUpdate_SkipsWhatThePlayerKnows) {
  for (uint32_t number = 3; number < 20; ++number) window_.add_segment(number);
  const std::string delta = get(live("v32/index.m3u8?_HLS_skip=YES")).body;
  EXPECT_NE(delta.find("#EXT-X-SKIP:SKIPPED-SEGMENTS="), std::string::npos);
  EXPECT_LT(delta.size(), get(live("v32/index.m3u8")).body.size());
}

TEST_F(Http, PlaylistChanged_NextAnswerShowsIt) {
  const HttpReply before = get(live("v32/index.m3u8"));
  EXPECT_EQ(get(live("v32/index.m3u8")).header("ETag"), before.header("ETag"));
  window_.add_segment(3);
  const HttpReply after = get(live("v32/index.m3u8"));
  EXPECT_NE(after.header("ETag"), before.header("ETag"));
  EXPECT_NE(after.body.find("seg-00000003.m4s"), std::string::npos);
}

TEST_F(Http, GzipAccepted_PlaylistIsCompressed) {
  for (uint32_t number = 3; number < 40; ++number) window_.add_segment(number);
  const HttpReply plain = get(live("v32/index.m3u8"));
  const HttpReply packed = get(live("v32/index.m3u8"), "Accept-Encoding: br, gzip\r\n");
  EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
  EXPECT_EQ(packed.header("Vary"), "Accept-Encoding");
  EXPECT_EQ(plain.header("Vary"), "Accept-Encoding");
  EXPECT_NE(packed.header("ETag"), plain.header("ETag"));
  EXPECT_LT(packed.body.size(), plain.body.size() / 2);
  EXPECT_EQ(gunzip(packed.body), plain.body);
}

TEST_F(Http, OfflineEntry_MasterSaysSoInJson) {
  window_.apply(manifest::SessionEnded{});
  for (const std::string &target :
       {live("master.m3u8"), std::string("/live/1_zzzz0000/master.m3u8")}) {
    const HttpReply reply = get(target);
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.header("Content-Type"), "application/json");
    EXPECT_EQ(reply.header("Cache-Control"), "max-age=1");
    EXPECT_NE(reply.body.find("\"error\":\"not_on_air\""), std::string::npos);
    EXPECT_NE(reply.body.find("is not on air."), std::string::npos);
  }
  // Who was watching reads on to the end.
  EXPECT_EQ(get(live("v32/index.m3u8")).status, 200);
}

TEST_F(Http, Dash_IsRenderedWithTheClockOfThisServer) {
  const HttpReply reply = get(live("manifest.mpd"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Type"), "application/dash+xml");
  EXPECT_NE(reply.body.find("value=\"/time\""), std::string::npos);
  const HttpReply time = get("/time");
  EXPECT_EQ(time.status, 200);
  GDateTime *parsed = g_date_time_new_from_iso8601(time.body.c_str(), nullptr);
  ASSERT_NE(parsed, nullptr) << time.body;
  EXPECT_NEAR(static_cast<double>(g_date_time_to_unix(parsed)),
              static_cast<double>(g_get_real_time()) / 1e6, 5);
  g_date_time_unref(parsed);
  EXPECT_EQ(time.header("Cache-Control"), "no-store");
}

}  // namespace
}  // namespace klive::app
