// SPDX-License-Identifier: LGPL-2.1-or-later
// HttpServer: everything that klive serves over HTTP.
#include "http/http_server.h"

#include <algorithm>

#include "backend/random_text.h"
#include "http/api_handler.h"
#include "http/connections.h"
#include "http/dash_handler.h"
#include "http/exchange.h"
#include "http/health_handler.h"
#include "http/held_requests.h"
#include "http/media_files.h"
#include "http/media_handler.h"
#include "http/page_handler.h"
#include "http/play_manifest_handler.h"
#include "http/playlist_handler.h"
#include "http/rendered_texts.h"
#include "http/route.h"
#include "http/shown_entries.h"

namespace klive::app {
namespace {

using http::Exchange;
using http::Method;
using http::RouteKind;

constexpr uint64_t kMaxApiBody = 1 << 20;
constexpr uint64_t kMaxOtherBody = 4096;
constexpr unsigned kForgetFilesEvery = 5;  // seconds

http::ConnectionLimits limits_of(const Config &config) {
  http::ConnectionLimits limits;
  limits.most = config.http.max_connections;
  limits.most_per_address = std::max(64u, config.http.max_connections / 8);
  return limits;
}

http::Signing signing_of(const Config &config, const HttpServer::Parts &parts) {
  http::Signing signing;
  signing.is_needed = !config.packager.secret.empty();
  signing.secret = signing.is_needed ? config.packager.secret : parts.preview_secret;
  // Without a secret nobody could tell a signature from a guess.
  if (signing.secret.empty()) signing.secret = random_hex(32);
  signing.domain = config.packager.signing_domain;
  return signing;
}

void describe_metrics(Metrics &metrics) {
  metrics.describe("klive_http_requests_total", "counter", "HTTP requests by kind and status.");
  metrics.describe("klive_http_response_bytes_total", "counter",
                   "Bytes of bodies that were answered with, by kind.");
  metrics.describe("klive_http_connections", "gauge", "Open HTTP connections.");
  metrics.describe("klive_http_held_requests", "gauge", "Requests that wait for the next chunk.");
  metrics.describe("klive_http_refused_connections_total", "counter",
                   "Connections refused or cut, by reason.");
}

}  // namespace

// Members in the order of their needs; taken down the other way round, connections first.
struct HttpServer::State {
  State(const Config &config, Parts given)
      : parts(std::move(given)),
        public_url(config.http.public_url),
        signing(signing_of(config, parts)),
        shown(parts.registry, parts.showing),
        files(parts.registry.live_root()),
        held(parts.registry, config.http.max_connections),
        media(parts.registry, shown, files, held),
        playlists(shown, texts, held),
        dash(shown, texts),
        pages(config.http.web, parts.entry_name),
        health(parts.metrics, parts.is_ready),
        api(parts.answer_api, config.http.public_url),
        play_manifest(shown, parts.viewing, config.http.public_url, signing),
        connections(limits_of(config), hooks(), [this](const char *reason) {
          parts.metrics.count("klive_http_refused_connections_total",
                              std::string("reason=\"") + reason + '"');
        }) {
    forgetting = parts.registry.subscribe([this](const LiveEntry &entry) {
      if (parts.registry.find(entry.id)) return;
      texts.forget(entry.id);
      shown.forget(entry.id);
      files.forget(entry.id);
    });
    describe_metrics(parts.metrics);
    parts.metrics.gauge("klive_http_connections", {},
                        [this] { return static_cast<double>(connections.count()); });
    parts.metrics.gauge("klive_http_held_requests", {},
                        [this] { return static_cast<double>(held.count()); });
    sweep = g_timeout_source_new_seconds(kForgetFilesEvery);
    g_source_set_callback(
        sweep,
        [](void *state) -> gboolean {
          static_cast<State *>(state)->files.forget_unused();
          return G_SOURCE_CONTINUE;
        },
        this, nullptr);
    g_source_attach(sweep, g_main_context_get_thread_default());
  }

  ~State() {
    g_source_destroy(sweep);
    g_source_unref(sweep);
    parts.registry.unsubscribe(forgetting);
    parts.metrics.gauge("klive_http_connections", {}, [] { return 0.0; });
    parts.metrics.gauge("klive_http_held_requests", {}, [] { return 0.0; });
  }

  http::Connection::Hooks hooks() {
    http::Connection::Hooks hooks;
    hooks.body_limit = [](const http::RequestHead &head) {
      const bool is_api = http::parse_route(head.path).kind == RouteKind::kApi;
      return is_api ? kMaxApiBody : kMaxOtherBody;
    };
    hooks.on_request = [this](const std::shared_ptr<http::Connection> &connection) {
      handle(Exchange(connection, http::parse_route(connection->head().path), parts.metrics));
    };
    hooks.on_bad_request = [this](const std::shared_ptr<http::Connection> &connection,
                                  unsigned status, const char *sentence) {
      constexpr unsigned kTooLarge = 413;  // the only one of which the head is known
      const bool is_api =
          status == kTooLarge && http::parse_route(connection->head().path).kind == RouteKind::kApi;
      const Exchange exchange(connection, {}, parts.metrics);
      if (is_api) return api.refuse(exchange, status, sentence);
      exchange.refuse(status, "bad_request", sentence);
    };
    return hooks;
  }

  void dispatch(const Exchange &exchange) {
    if (!http::is_signed(exchange, signing, public_url))
      return exchange.refuse(403, "not_signed", "The token of this address is not valid.");
    switch (exchange.route().kind) {
      case RouteKind::kMaster:
        return playlists.handle_master(exchange);
      case RouteKind::kMediaPlaylist:
        return playlists.handle_media(exchange);
      case RouteKind::kFlavorPlaylist:
        return playlists.handle_flavor(exchange);
      case RouteKind::kDash:
        return dash.handle(exchange);
      case RouteKind::kInit:
      case RouteKind::kSegment:
      case RouteKind::kTimeSegment:
      case RouteKind::kChunk:
        return media.handle(exchange);
      case RouteKind::kPlayManifest:
        return play_manifest.handle(exchange);
      case RouteKind::kApi:
        return api.handle_api(exchange);
      case RouteKind::kWatch:
      case RouteKind::kEmbed:
      case RouteKind::kConsole:
        return pages.handle_page(exchange);
      case RouteKind::kAsset:
        return pages.handle_asset(exchange);
      case RouteKind::kHealth:
      case RouteKind::kReady:
      case RouteKind::kMetrics:
      case RouteKind::kTime:
        return health.handle(exchange);
      case RouteKind::kUnknown:
        break;
    }
    exchange.refuse(404, "not_found", "There is nothing at this address.");
  }

  static void answer_options(const Exchange &exchange) {
    http::Answer answer;
    answer.status = 204;
    answer.more = {{"Allow", "GET, HEAD, POST, OPTIONS"},
                   {"Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"},
                   {"Access-Control-Allow-Headers",
                    "Range, If-None-Match, If-Range, Content-Type, Cache-Control"},
                   {"Access-Control-Max-Age", "86400"}};
    exchange.answer(answer);
  }

  void handle(const Exchange &exchange) {
    const bool is_api = exchange.route().kind == RouteKind::kApi;
    switch (exchange.method()) {
      case Method::kGet:
      case Method::kHead:
        return dispatch(exchange);
      case Method::kOptions:
        return answer_options(exchange);
      case Method::kPost:
        if (is_api) return dispatch(exchange);
        break;
      case Method::kOther:
        break;
    }
    exchange.refuse(405, "method_not_allowed", "This address is only read.",
                    {{"Allow", is_api ? "GET, HEAD, POST, OPTIONS" : "GET, HEAD, OPTIONS"}});
  }

  Parts parts;
  std::string public_url;
  http::Signing signing;
  http::ShownEntries shown;
  http::MediaFiles files;
  http::RenderedTexts texts;
  http::HeldRequests held;
  http::MediaHandler media;
  http::PlaylistHandler playlists;
  http::DashHandler dash;
  http::PageHandler pages;
  http::HealthHandler health;
  http::ApiHandler api;
  http::PlayManifestHandler play_manifest;
  http::Connections connections;
  uint64_t forgetting = 0;
  GSource *sweep = nullptr;
  uint16_t port = 0;
};

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() = default;

base::Result<std::unique_ptr<HttpServer>> HttpServer::start(const Config &config, Parts parts) {
  auto state = std::make_unique<State>(config, std::move(parts));
  const auto port = state->connections.listen(config.http.address, config.http.port);
  if (!port) return base::fail(port.error());
  state->port = *port;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

uint16_t HttpServer::port() const { return state_->port; }

}  // namespace klive::app
