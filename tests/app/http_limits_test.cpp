// SPDX-License-Identifier: LGPL-2.1-or-later
// HttpServer: pages, API, health, odd requests, and what keeps clients from costing too much.
#include <gtest/gtest.h>

#include "http/connections.h"
#include "http/exchange.h"
#include "http_fixture.h"

namespace klive::app {
namespace {

using test::HttpFixture;
using test::HttpReply;
using test::settle;

class HttpLimits : public HttpFixture {};

TEST_F(HttpLimits, Health_TellsAliveAndReadyApart) {
  start();
  EXPECT_EQ(get("/healthz").body, "ok\n");
  EXPECT_EQ(get("/readyz").status, 200);
  is_ready_ = false;
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(HttpLimits, Metrics_CountRequestsByKindAndClass) {
  window_.go_on_air();
  window_.add_segment(0);
  window_.add_segment(1);
  start();
  get(live("v32/seg-00000000.m4s"));
  get(live("v32/seg-00000009.m4s"));
  get(live("master.m3u8"));
  const HttpReply reply = get("/metrics");
  EXPECT_EQ(reply.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  for (const char *line : {"klive_http_requests_total{kind=\"segment\",code=\"2xx\"} 1\n",
                           "klive_http_requests_total{kind=\"segment\",code=\"4xx\"} 1\n",
                           "klive_http_requests_total{kind=\"master\",code=\"2xx\"} 1\n"})
    EXPECT_NE(reply.body.find(line), std::string::npos) << line << reply.body;
}

TEST_F(HttpLimits, WatchPage_CarriesTheEscapedNameAndAPolicy) {
  start();
  const HttpReply reply = get("/watch/1_abcd1234");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "<title>Tom &amp; &lt;Jerry&gt;</title><a id=\"1_abcd1234\">@X@</a>");
  const std::string policy = reply.header("Content-Security-Policy");
  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_NE(policy.find("frame-ancestors 'self'"), std::string::npos);
  EXPECT_EQ(reply.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(get("/watch/1_zzzz0000").body.substr(0, 25), "<title>1_zzzz0000</title>");
}

TEST_F(HttpLimits, EmbedPage_MayBeFramedAnywhere) {
  start();
  EXPECT_NE(get("/embed/1_abcd1234").header("Content-Security-Policy").find("frame-ancestors *"),
            std::string::npos);
  EXPECT_EQ(get("/").body, "klive 0.1.0");
}

TEST_F(HttpLimits, Assets_OnlyWhatBelongsToPages) {
  start();
  const HttpReply script = get("/assets/player.js", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(script.status, 200);
  EXPECT_EQ(script.header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(script.header("Content-Encoding"), "gzip");
  EXPECT_EQ(get("/assets/secret.conf").status, 404);
  EXPECT_EQ(get("/assets/watch.html").status, 404);
  EXPECT_EQ(get("/assets/../secret.conf").status, 404);
}

TEST_F(HttpLimits, NoPagesInstalled_EverythingElseWorks) {
  config_.http.web = "/nonexistent";
  start();
  EXPECT_EQ(get("/watch/1_abcd1234").status, 404);
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(HttpLimits, ApiCall_ReachesTheApiAsItCame) {
  start();
  const auto connection = client();
  connection->request("POST", "/api_v3/service/session/action/start?format=1&x=%2F",
                      "Content-Type: application/json\r\n", "{\"a\":1}");
  const HttpReply reply = connection->reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "{\"ok\":true}");
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  EXPECT_EQ(api_path_, "/api_v3/service/session/action/start");
  EXPECT_EQ(api_query_, "format=1&x=%2F");
  EXPECT_EQ(api_body_, "{\"a\":1}");
  EXPECT_EQ(api_type_, "application/json");
  EXPECT_EQ(api_host_, "127.0.0.1");
  EXPECT_EQ(api_origin_, "http://127.0.0.1");
  EXPECT_EQ(api_remote_, "127.0.0.1");
}

TEST_F(HttpLimits, ApiCallThroughTheFront_HasTheClientsAddressAndOrigin) {
  start();
  get("/api_v3/x",
      "X-Forwarded-For: 6.6.6.6, 192.0.2.7\r\nX-Forwarded-Proto: https\r\n"
      "X-Forwarded-Host: live.example.org\r\n");
  EXPECT_EQ(api_remote_, "192.0.2.7");
  EXPECT_EQ(api_origin_, "https://live.example.org");
  get("/api_v3/x", "X-Forwarded-For: nonsense\r\nX-Forwarded-Host: \"><script>\r\n");
  EXPECT_EQ(api_remote_, "127.0.0.1");
  EXPECT_EQ(api_origin_, "");
}

TEST_F(HttpLimits, PublicUrl_IsWhatTheApiIsTold) {
  config_.http.public_url = "https://live.example.org/";
  start();
  get("/api_v3/x");
  EXPECT_EQ(api_origin_, "https://live.example.org");
}

TEST_F(HttpLimits, BodyTooLarge_IsRefusedAndNeverReachesTheApi) {
  start();
  const auto connection = client();
  connection->request("POST", "/api_v3/x", "", std::string((1 << 20) + 1, 'x'));
  EXPECT_EQ(connection->reply().status, 413);
  EXPECT_EQ(api_path_, "");
  const auto other = client();
  other->request("GET", "/healthz", "", std::string(5000, 'x'));
  EXPECT_EQ(other->reply().status, 413);
  const auto announced = client();
  announced->request("POST", "/api_v3/x", "Content-Length: 99999999999\r\n");
  EXPECT_EQ(announced->reply().status, 413);
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(HttpLimits, BodyInChunks_IsRefused) {
  start();
  const auto connection = client();
  connection->request("POST", "/api_v3/x", "Transfer-Encoding: chunked\r\n");
  EXPECT_EQ(connection->reply().status, 411);
  EXPECT_EQ(api_path_, "");
}

TEST_F(HttpLimits, BodyThatAwaitsContinue_IsToldTo) {
  start();
  const auto connection = client();
  connection->send(
      "POST /api_v3/x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(connection->reply().status, 100);
  connection->send("abc");
  EXPECT_EQ(connection->reply().status, 200);
  EXPECT_EQ(api_body_, "abc");
}

TEST_F(HttpLimits, HeadWithoutEnd_IsRefused) {
  start();
  const auto connection = client();
  connection->send("GET / HTTP/1.1\r\nHost: x\r\n");
  const std::string line = "X-Filler: " + std::string(8000, 'x') + "\r\n";
  for (int i = 0; i < 3; ++i) connection->send(line);
  EXPECT_EQ(connection->reply().status, 431);
}

TEST_F(HttpLimits, RequestsInARow_AreAnsweredInOrder) {
  start();
  const auto connection = client();
  std::string text;
  for (int i = 0; i < 50; ++i)
    text +=
        "GET " + std::string(i % 2 == 0 ? "/healthz" : "/nothing") + " HTTP/1.1\r\nHost: x\r\n\r\n";
  connection->send(text);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(connection->reply().status, i % 2 == 0 ? 200 : 404);
}

TEST_F(HttpLimits, RequestBehindAHeldOne_WaitsForItsTurn) {
  window_.go_on_air();
  window_.add_segment(0);
  start();
  const auto connection = client();
  connection->request("GET", live("v32/index.m3u8?_HLS_msn=1"));
  connection->request("GET", live("v32/index.m3u8?_HLS_msn=1&_HLS_part=1"));
  connection->request("GET", "/healthz");
  settle();
  EXPECT_FALSE(connection->has_bytes());
  window_.add_segment(1);
  EXPECT_EQ(connection->reply().status, 200);
  EXPECT_EQ(connection->reply().status, 200);
  EXPECT_EQ(connection->reply().body, "ok\n");
}

TEST_F(HttpLimits, RequestByteByByte_IsReadAllTheSame) {
  start();
  const auto connection = client();
  const std::string text = "POST /api_v3/x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab";
  for (const char byte : text) {
    connection->send(std::string(1, byte));
    settle();
  }
  EXPECT_EQ(connection->reply().status, 200);
  EXPECT_EQ(api_body_, "ab");
}

TEST_F(HttpLimits, ConnectionCloseAsked_IsClosedAfterTheAnswer) {
  start();
  const auto connection = client();
  const HttpReply reply = connection->get("/healthz", "Connection: close\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_TRUE(test::run_until([&] { return connection->is_closed(); }));
}

TEST_F(HttpLimits, OldHttp_IsClosedAfterTheAnswer) {
  start();
  const auto connection = client();
  connection->send("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_EQ(connection->reply().body, "ok\n");
  EXPECT_TRUE(test::run_until([&] { return connection->is_closed(); }));
}

TEST_F(HttpLimits, ClientGoesBetweenRequests_ItsConnectionIsGone) {
  start();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(get("/healthz").status, 200);
  const auto observer = client();
  EXPECT_TRUE(test::run_until([&] {
    settle();
    return observer->get("/metrics").body.find("klive_http_connections 1\n") != std::string::npos;
  }));
}

TEST_F(HttpLimits, OddRequests_AreAnsweredAndTheServerLivesOn) {
  window_.go_on_air();
  window_.add_segment(0);
  start();
  for (const std::string &target :
       {std::string("/live/../../../etc/passwd"), std::string("/live/%2e%2e/%2e%2e/etc/passwd"),
        live("../1_abcd1234/master.m3u8"), live("v32/%2e%2e/index.m3u8"),
        live("v32/seg-00000000.m4s%00.jpg"), live("v32/..%2f..%2fsegments.log"),
        live("segments.log"), live("v32/seg-00000000.m4s.part"), std::string("/nothing"),
        std::string("//etc/passwd"), "/" + std::string(20000, 'a')}) {
    const HttpReply reply = get(target);
    EXPECT_TRUE(reply.status == 404 || reply.status == 431) << target.substr(0, 60) << reply.status;
    EXPECT_EQ(reply.body.find("root:"), std::string::npos) << target;
  }
  EXPECT_EQ(get("/" + std::string(200000, 'a')).status, 431);
  for (const std::string &bytes :
       {std::string("\0\0\0\0", 4), std::string("GET\r\n\r\n"),
        std::string("GET / HTTP/9.9\r\n\r\n"), std::string("\x16\x03\x01\x02"),
        std::string("PRI * HTTP/2.0\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n")}) {
    const auto connection = client();
    connection->send(bytes);
    const int status = connection->reply().status;
    EXPECT_TRUE(status == 400 || status == 505) << bytes << status;
    EXPECT_TRUE(test::run_until([&] { return connection->is_closed(); })) << bytes;
  }
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(HttpLimits, UnknownAddress_SaysSoInJson) {
  start();
  const HttpReply reply = get("/nothing");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.header("Content-Type"), "application/json");
  EXPECT_EQ(reply.body,
            "{\"error\":\"not_found\",\"message\":\"There is nothing at this address.\"}\n");
}

TEST_F(HttpLimits, Options_AnswersThePreflight) {
  start();
  const auto connection = client();
  connection->request("OPTIONS", live("v32/index.m3u8"),
                      "Origin: https://example.org\r\nAccess-Control-Request-Method: GET\r\n");
  const HttpReply reply = connection->reply();
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "*");
  EXPECT_NE(reply.header("Access-Control-Allow-Headers").find("Range"), std::string::npos);
}

TEST_F(HttpLimits, OtherMethods_AreRefused) {
  start();
  for (const char *method : {"PUT", "DELETE", "POST", "TRACE", "BREW"}) {
    const auto connection = client();
    connection->request(method, live("master.m3u8"));
    EXPECT_EQ(connection->reply().status, 405) << method;
  }
}

TEST_F(HttpLimits, ClientThatDoesNotGetOn_IsCut) {
  http::ConnectionLimits limits;
  limits.times.head = limits.times.idle = limits.times.body = 1000;
  http::Connection::Hooks hooks;
  hooks.body_limit = [](const http::RequestHead &) { return 100; };
  hooks.on_request = [this](const std::shared_ptr<http::Connection> &connection) {
    http::Exchange(connection, {}, metrics_).refuse(404, "not_found", "Nothing.");
  };
  int refused = 0;
  http::Connections connections(limits, hooks, [&](const char *) { ++refused; });
  const auto port = connections.listen("127.0.0.1", 0);
  ASSERT_TRUE(port.has_value());
  test::HttpClient silent(*port), dribbling(*port), bodiless(*port), idle(*port);
  dribbling.send("GET / HT");
  bodiless.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab");
  EXPECT_EQ(idle.get("/").status, 404);
  EXPECT_TRUE(test::run_until([&] { return connections.count() == 0; }));
  EXPECT_TRUE(test::run_until([&] {
    return silent.is_closed() && dribbling.is_closed() && bodiless.is_closed() && idle.is_closed();
  }));
  EXPECT_EQ(refused, 2);  // who sent nothing at all is no trouble
}

TEST_F(HttpLimits, MoreConnectionsThanAllowed_WhoNeverAskedMakesRoom) {
  config_.http.max_connections = 3;
  start();
  const auto viewer = client(), silent = client(), other = client();
  EXPECT_EQ(viewer->get("/healthz").status, 200);
  EXPECT_EQ(other->get("/healthz").status, 200);
  silent->send("GET /healthz HT");
  settle();
  const auto newcomer = client();
  EXPECT_EQ(newcomer->get("/healthz").status, 200);
  EXPECT_TRUE(test::run_until([&] { return silent->is_closed(); }));
  EXPECT_EQ(viewer->get("/healthz").status, 200);
  EXPECT_EQ(other->get("/healthz").status, 200);
  // Now everybody has asked: who is quiet longest makes room.
  EXPECT_EQ(client()->get("/healthz").status, 200);
  EXPECT_TRUE(test::run_until([&] { return newcomer->is_closed(); }));
  EXPECT_EQ(viewer->get("/healthz").status, 200);
}

TEST_F(HttpLimits, EverybodyWaitsForAnAnswer_NewcomersAreClosed) {
  config_.http.max_connections = 2;
  window_.go_on_air();
  window_.add_segment(0);
  start();
  const auto one = client(), two = client();
  one->request("GET", live("v32/index.m3u8?_HLS_msn=1"));
  two->request("GET", live("v32/index.m3u8?_HLS_msn=1"));
  settle();
  const auto newcomer = client();
  EXPECT_TRUE(test::run_until([&] { return newcomer->is_closed(); }));
  window_.add_segment(1);
  EXPECT_EQ(one->reply().status, 200);
  EXPECT_EQ(two->reply().status, 200);
  EXPECT_EQ(client()->get("/healthz").status, 200);
}

TEST_F(HttpLimits, SlowReaderOfALargeFile_CostsNoMemory) {
  window_.go_on_air();
  window_.add_segment(0);
  constexpr size_t kSize = 64u << 20;
  test::write_file(window_.path("seg-00000001.m4s"), std::string(kSize, 'x'));
  start();
  const auto resident = [] {
    char *text = nullptr;
    g_file_get_contents("/proc/self/status", &text, nullptr, nullptr);
    const gst::CharPtr owner(text);
    long kilobytes = 0;
    if (const char *at = strstr(text, "RssAnon:")) kilobytes = strtol(at + 8, nullptr, 10);
    return kilobytes;
  };
  const long before = resident();
  std::vector<gst::Ptr<GSocketConnection>> readers;
  for (int i = 0; i < 8; ++i) {
    const auto maker = gst::Ptr<GSocketClient>::take(g_socket_client_new());
    readers.push_back(gst::Ptr<GSocketConnection>::take(g_socket_client_connect_to_host(
        maker.get(), "127.0.0.1", server_->port(), nullptr, nullptr)));
    const std::string request =
        "GET " + live("v32/seg-00000001.m4s") + " HTTP/1.1\r\nHost: x\r\n\r\n";
    ASSERT_GT(g_socket_send(g_socket_connection_get_socket(readers.back().get()), request.data(),
                            request.size(), nullptr, nullptr),
              0);
  }
  for (int i = 0; i < 100; ++i) settle();
  EXPECT_LT(resident() - before, 16 * 1024);
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(HttpLimits, PortTaken_IsAnErrorThatNamesIt) {
  start();
  config_.http.port = server_->port();
  const auto second = HttpServer::start(config_, {registry_, metrics_, {}, {}, {}});
  ASSERT_FALSE(second.has_value());
  EXPECT_NE(second.error().message.find(std::to_string(server_->port())), std::string::npos);
}

TEST_F(HttpLimits, AddressThatIsNone_IsAnError) {
  config_.http.address = "localhost:80";
  EXPECT_FALSE(HttpServer::start(config_, {registry_, metrics_, {}, {}, {}}).has_value());
}

TEST_F(HttpLimits, EveryAddress_ServesIpv4Too) {
  config_.http.address = "::";
  start();
  EXPECT_EQ(get("/healthz").status, 200);
}

}  // namespace
}  // namespace klive::app
