// SPDX-License-Identifier: LGPL-2.1-or-later
// RemoteBackend: the Backend over a Kaltura installation whose media server this is.
#include "remote/remote_backend.h"

#include <glib.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "kaltura/answer.h"
#include "klive/ptr.h"

namespace klive::app {
namespace {

constexpr int64_t kMediaServer = -5;
constexpr int64_t kMinute = 60'000'000'000;

std::string node_name(const Config &config) {
  if (!config.backend.server_node_name.empty()) return config.backend.server_node_name;
  return g_get_host_name();
}

base::Result<std::string> read_secret(const Config &config) {
  if (!config.backend.admin_secret.empty()) return config.backend.admin_secret;
  const std::string &path = config.backend.admin_secret_file;
  gchar *text = nullptr;
  gsize size = 0;
  GError *failed = nullptr;
  if (!g_file_get_contents(path.c_str(), &text, &size, &failed)) {
    const gst::ErrorPtr error(failed);
    return base::fail(base::ErrorCode::kIo,
                      std::string("backend.admin-secret-file: ") + error->message);
  }
  const gst::CharPtr owned(text);
  std::string secret(text, size);
  secret.resize(std::min(secret.find_first_of("\r\n"), secret.size()));
  if (secret.empty())
    return base::fail(base::ErrorCode::kInvalid,
                      "backend.admin-secret-file: the first line of " + path + " is empty");
  return secret;
}

}  // namespace

base::Result<std::unique_ptr<RemoteBackend>> RemoteBackend::open(const Config &config,
                                                                 LiveRegistry &registry,
                                                                 Metrics &metrics) {
  const auto secret = read_secret(config);
  if (!secret) return base::fail(secret.error());
  auto modes = ViewModes::open(config.server.root + "/view_modes.json");
  if (!modes) return base::fail(std::move(modes).error());
  return std::unique_ptr<RemoteBackend>(
      new RemoteBackend(config, registry, metrics, *secret, *std::move(modes)));
}

RemoteBackend::RemoteBackend(const Config &config, LiveRegistry &registry, Metrics &metrics,
                             const std::string &secret, ViewModes view_modes)
    : service_url_(config.backend.service_url),
      public_url_(config.http.public_url),
      http_address_(config.http.address),
      registry_(registry),
      view_modes_(std::move(view_modes)),
      client_(std::make_unique<ApiClient>(ApiClientSettings{
          .service_url = config.backend.service_url,
          .partner = config.backend.partner_id,
          .secret = secret,
          .client_tag = "MediaServer-" + node_name(config),
          .session_key = "klive-" + node_name(config),
          .timeout = std::chrono::milliseconds(config.backend.timeout.ns / 1'000'000)})),
      node_(*client_, node_name(config)),
      alerts_(*client_),
      entries_(
          *client_,
          {.server_node = node_name(config),
           .impersonates = config.backend.partner_id == kMediaServer},
          {.introduce = [this](std::function<void()> done) { node_.introduce(std::move(done)); },
           .token_replaced =
               [this](const std::string &entry) {
                 authenticator_->forget(entry);
                 if (callbacks_.changed) callbacks_.changed(entry);
               },
           .refused =
               [this](const kaltura::PublishAddress &address, std::optional<int64_t> partner,
                      const std::string &error) {
                 // Nobody looks at entries that never were.
                 const bool is_known =
                     error != "ENTRY_ID_NOT_FOUND" || entries_.find(address.entry) != nullptr;
                 if (is_known) alerts_.refused(address, partner, error, Alerts::Clock::now());
               },
           .learned = [this](const Entry &entry) { learned(entry); }}),
      registrar_(*client_, entries_, registry, node_name(config),
                 {.revoked = [this](const std::string &entry,
                                    const std::string &reason) { revoke(entry, reason); },
                  .silence_ns =
                      [this](const std::string &entry, std::string_view side) {
                        constexpr auto kForever = std::numeric_limits<uint64_t>::max();
                        return callbacks_.silence_ns ? callbacks_.silence_ns(entry, side)
                                                     : kForever;
                      },
                  .unknown_server = [this] { node_.introduce([] {}); }}),
      authenticator_(std::make_shared<RemoteAuthenticator>(RemoteAuthenticator::Parts{
          .ask =
              [this](const kaltura::PublishAddress &address, gst::Authenticator::Answer answer) {
                entries_.authenticate(address, std::move(answer));
              },
          .is_on_air =
              [this](const std::string &entry) {
                const LiveEntry *live = registry_.find(entry);
                return live != nullptr && live->presentation.on_air;
              },
          .count =
              [&metrics](const char *reason) {
                metrics.count("klive_publish_refused_total",
                              std::string("reason=\"") + reason + "\"");
              },
          .wrong_name =
              [this](const kaltura::PublishAddress &address) {
                alerts_.refused(address, entries_.partner_of(address.entry), kWrongStreamName,
                                Alerts::Clock::now());
              }})) {
  metrics.describe("klive_backend_up", "gauge",
                   "1 while the Kaltura installation answers, 0 while it is left alone.");
  metrics.gauge("klive_backend_up", {}, [this] { return client_ && client_->stats().is_up; });
  metrics.describe("klive_backend_name_shared", "gauge",
                   "1 while another server reports by this server's name.");
  metrics.gauge("klive_backend_name_shared", {}, [this] { return node_.is_shared() ? 1.0 : 0.0; });
  metrics.describe("klive_backend_calls_total", "counter", "Calls of the installation's API.");
  metrics.gauge("klive_backend_calls_total", {},
                [this] { return client_ ? static_cast<double>(client_->stats().calls) : 0.0; });
  metrics.describe("klive_backend_failures_total", "counter",
                   "Calls of the installation's API without a usable answer.");
  metrics.gauge("klive_backend_failures_total", {},
                [this] { return client_ ? static_cast<double>(client_->stats().failures) : 0.0; });
}

RemoteBackend::~RemoteBackend() {
  authenticator_->stop();
  client_.reset();
}

void RemoteBackend::start(BackendCallbacks callbacks) {
  callbacks_ = std::move(callbacks);
  registrar_.start();
}

void RemoteBackend::announce(uint16_t http_port) {
  if (!public_url_.empty()) return node_.start(public_url_, true);
  const bool is_any = http_address_ == "::" || http_address_ == "0.0.0.0";
  std::string host = is_any ? g_get_host_name() : http_address_;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  node_.start("http://" + host + ":" + std::to_string(http_port), false);
}

void RemoteBackend::stop() {
  authenticator_->stop();
  callbacks_ = {};
  registrar_.stop();
}

base::Result<Entry> RemoteBackend::entry(const std::string &id) {
  if (const Entry *known = entries_.find(id)) return *known;
  const LiveEntry *live = registry_.find(id);
  if (live == nullptr || !live->presentation.on_air)
    return base::fail(base::ErrorCode::kUnavailable,
                      "Nothing is known of entry " + id + " until somebody publishes to it.");
  // On air before this server was restarted: its window says what it was.
  const manifest::SessionStarted &session = live->presentation.session;
  Entry entry;
  entry.id = id;
  entry.segment_duration_ms = session.segment_target.ns / 1'000'000;
  entry.dvr = session.window.ns > 0;
  if (entry.dvr) entry.dvr_window_minutes = session.window.ns / kMinute;
  if (live->low_latency) entry.admin_tags = "lowlatency";
  return entry;
}

void RemoteBackend::learned(const Entry &entry) {
  const auto has_window = [this](const std::string &id) { return registry_.find(id) != nullptr; };
  const bool is_changed = view_modes_.learn(entry, g_get_real_time() / 1000, has_window);
  if (is_changed && callbacks_.changed) callbacks_.changed(entry.id);
}

void RemoteBackend::revoke(const std::string &entry, const std::string &reason) {
  authenticator_->forget(entry);
  if (callbacks_.revoked) callbacks_.revoked(entry, reason);
}

ApiAnswer RemoteBackend::answer_api(const ApiRequest &request) const {
  const kaltura::Format format =
      kaltura::format_without_request(request.query, request.content_type);
  const kaltura::ApiError error{
      "SERVICE_FORBIDDEN",
      "The API is not served here: this is a media server of " + service_url_ + ".",
      {}};
  return {format == kaltura::Format::kJson ? "application/json; charset=utf-8"
                                           : "text/xml; charset=utf-8",
          kaltura::write_answer(error, format, 0),
          {}};
}

}  // namespace klive::app
