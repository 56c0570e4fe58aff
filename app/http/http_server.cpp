// SPDX-License-Identifier: LGPL-2.1-or-later
// HttpServer: everything that klive serves over HTTP.
#include "http/http_server.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <libsoup/soup.h>

#include <algorithm>

#include "http/api_handler.h"
#include "http/connections.h"
#include "http/dash_handler.h"
#include "http/exchange.h"
#include "http/health_handler.h"
#include "http/held_requests.h"
#include "http/media_files.h"
#include "http/media_handler.h"
#include "http/page_handler.h"
#include "http/playlist_handler.h"
#include "http/rendered_texts.h"
#include "http/route.h"

namespace klive::app {
namespace {

using http::Exchange;
using http::Method;
using http::RouteKind;

constexpr goffset kMaxApiBody = 1 << 20;
constexpr goffset kMaxOtherBody = 4096;
constexpr goffset kMaxDiscardedBody = 16 << 20;
constexpr unsigned kForgetFilesEvery = 5;  // seconds

goffset body_limit(SoupServerMessage *message) {
  const char *path = g_uri_get_path(soup_server_message_get_uri(message));
  return http::parse_route(path).kind == RouteKind::kApi ? kMaxApiBody : kMaxOtherBody;
}

// libsoup keeps connections alive only while it has a listener of its own. Ours are in Connections,
// so it gets one that nobody can reach: a Unix socket whose name is gone before it listens.
base::Result<void> give_idle_listener(SoupServer *server) {
  GError *raw = nullptr;
  const gst::CharPtr folder(g_dir_make_tmp("klive-http-XXXXXX", &raw));
  const gst::CharPtr path(folder ? g_build_filename(folder.get(), "idle", nullptr) : nullptr);
  if (path) {
    const auto address = gst::Ptr<GSocketAddress>::take(g_unix_socket_address_new(path.get()));
    const auto socket = gst::Ptr<GSocket>::take(
        g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &raw));
    const bool is_bound = socket && g_socket_bind(socket.get(), address.get(), FALSE, &raw);
    g_unlink(path.get());
    if (is_bound && g_socket_listen(socket.get(), &raw))
      soup_server_listen_socket(server, socket.get(), SoupServerListenOptions{}, &raw);
  }
  if (folder) g_rmdir(folder.get());
  const gst::ErrorPtr error(raw);
  if (error) return base::fail(base::ErrorCode::kIo, std::string("HTTP server: ") + error->message);
  return {};
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

// Members in the order of their needs; torn down the other way round, after the server let go of
// every connection.
struct HttpServer::State {
  State(const Config &config, Parts given)
      : parts(std::move(given)),
        files(parts.registry.live_root()),
        held(parts.registry, config.http.max_connections),
        media(parts.registry, files, held),
        playlists(parts.registry, texts, held),
        dash(parts.registry, texts),
        pages(config.http.web, parts.entry_name),
        health(parts.metrics, parts.is_ready),
        api(parts.registry, parts.answer_api, config.http.public_url),
        connections(
            limits(config),
            [this](GIOStream *stream, GSocketAddress *local, GSocketAddress *remote) {
              soup_server_accept_iostream(server.get(), stream, local, remote, nullptr);
            },
            [this](const char *reason) {
              parts.metrics.count("klive_http_refused_connections_total",
                                  std::string("reason=\"") + reason + '"');
            }),
        // Paths stay as they were sent: nothing of them is ever unescaped.
        server(gst::Ptr<SoupServer>::take(soup_server_new("raw-paths", TRUE, nullptr))) {
    soup_server_add_early_handler(server.get(), nullptr, &State::on_head, this, nullptr);
    soup_server_add_handler(server.get(), nullptr, &State::on_request, this, nullptr);
    g_signal_connect(server.get(), "request-started", G_CALLBACK(&State::on_awaited), this);
    g_signal_connect(server.get(), "request-finished", G_CALLBACK(&State::on_finished), this);
    g_signal_connect(server.get(), "request-read", G_CALLBACK(&State::on_read), this);
    forgetting = parts.registry.subscribe([this](const LiveEntry &entry) {
      if (!parts.registry.find(entry.id)) texts.forget(entry.id);
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
    soup_server_disconnect(server.get());
    g_signal_handlers_disconnect_by_data(server.get(), this);
  }

  static http::ConnectionLimits limits(const Config &config) {
    http::ConnectionLimits limits;
    limits.most = config.http.max_connections;
    limits.most_per_address = std::max(64u, config.http.max_connections / 8);
    return limits;
  }

  void dispatch(const Exchange &exchange) {
    switch (exchange.route().kind) {
      case RouteKind::kMaster:
        return playlists.handle_master(exchange);
      case RouteKind::kMediaPlaylist:
        return playlists.handle_media(exchange);
      case RouteKind::kDash:
        return dash.handle(exchange);
      case RouteKind::kInit:
      case RouteKind::kSegment:
      case RouteKind::kTimeSegment:
      case RouteKind::kChunk:
        return media.handle(exchange);
      case RouteKind::kPlayManifest:
        return api.handle_play_manifest(exchange);
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

  void answer_options(const Exchange &exchange) {
    exchange.add_header("Allow", "GET, HEAD, POST, OPTIONS");
    exchange.add_header("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS");
    exchange.add_header("Access-Control-Allow-Headers",
                        "Range, If-None-Match, If-Range, Content-Type, Cache-Control");
    exchange.add_header("Access-Control-Max-Age", "86400");
    http::Answer answer;
    answer.status = 204;
    exchange.answer(answer);
  }

  void handle(SoupServerMessage *message) {
    const Exchange exchange(message,
                            http::parse_route(g_uri_get_path(soup_server_message_get_uri(message))),
                            parts.metrics);
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
    exchange.add_header("Allow", is_api ? "GET, HEAD, POST, OPTIONS" : "GET, HEAD, OPTIONS");
    exchange.refuse(405, "method_not_allowed", "This address is only read.");
  }

  // The head of a request was read: decide whether its body may come.
  static void on_head(SoupServer *, SoupServerMessage *message, const char *, GHashTable *,
                      void *state) {
    auto *self = static_cast<State *>(state);
    self->connections.body_awaited(soup_server_message_get_remote_address(message));
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    const SoupEncoding encoding = soup_message_headers_get_encoding(headers);
    if (encoding == SOUP_ENCODING_NONE) return;
    const goffset limit = body_limit(message);
    if (encoding == SOUP_ENCODING_CONTENT_LENGTH &&
        soup_message_headers_get_content_length(headers) <= limit)
      return;
    if (encoding == SOUP_ENCODING_CONTENT_LENGTH) return self->refuse_body(message);
    g_signal_connect(message, "got-chunk", G_CALLBACK(&State::on_chunk), self);
  }

  // A body of unknown length is counted as it comes.
  static void on_chunk(SoupServerMessage *message, GBytes *, void *state) {
    const SoupMessageBody *body = soup_server_message_get_request_body(message);
    if (body->length > body_limit(message)) static_cast<State *>(state)->refuse_body(message);
  }

  // libsoup reads a body to its end even when it is not wanted. A moderate one is read away so that
  // its sender sees the answer; with more the connection is cut.
  void refuse_body(SoupServerMessage *message) {
    soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    if (soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CONTENT_LENGTH &&
        soup_message_headers_get_content_length(headers) <= kMaxDiscardedBody) {
      const Exchange exchange(message, {}, parts.metrics);
      exchange.add_header("Connection", "close");
      return exchange.refuse(413, "too_large", "The request's body is larger than is taken here.");
    }
    parts.metrics.count("klive_http_refused_connections_total", "reason=\"body\"");
    connections.cut(soup_server_message_get_remote_address(message));
  }

  static void on_request(SoupServer *, SoupServerMessage *message, const char *, GHashTable *,
                         void *state) {
    static_cast<State *>(state)->handle(message);
  }
  static void on_awaited(SoupServer *, SoupServerMessage *message, void *state) {
    static_cast<State *>(state)->connections.head_awaited(
        soup_server_message_get_remote_address(message));
  }
  static void on_finished(SoupServer *, SoupServerMessage *message, void *state) {
    static_cast<State *>(state)->connections.request_finished(
        soup_server_message_get_remote_address(message));
  }
  static void on_read(SoupServer *, SoupServerMessage *message, void *state) {
    static_cast<State *>(state)->connections.request_read(
        soup_server_message_get_remote_address(message));
  }

  Parts parts;
  http::MediaFiles files;
  http::RenderedTexts texts;
  http::HeldRequests held;
  http::MediaHandler media;
  http::PlaylistHandler playlists;
  http::DashHandler dash;
  http::PageHandler pages;
  http::HealthHandler health;
  http::ApiHandler api;
  http::Connections connections;
  gst::Ptr<SoupServer> server;
  uint64_t forgetting = 0;
  GSource *sweep = nullptr;
  uint16_t port = 0;
};

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() = default;

base::Result<std::unique_ptr<HttpServer>> HttpServer::start(const Config &config, Parts parts) {
  auto state = std::make_unique<State>(config, std::move(parts));
  if (auto ready = give_idle_listener(state->server.get()); !ready)
    return base::fail(std::move(ready).error());
  const auto port = state->connections.listen(config.http.address, config.http.port);
  if (!port) return base::fail(port.error());
  state->port = *port;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

uint16_t HttpServer::port() const { return state_->port; }

}  // namespace klive::app
