// SPDX-License-Identifier: LGPL-2.1-or-later
// Opening and closing the door.
#include "door/door.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "backend/broadcast_times.h"
#include "backend/embedded_backend.h"
#include "live/live_metrics.h"
#include "live/process_metrics.h"
#include "live/stream_params.h"
#include "remote/remote_backend.h"

GST_DEBUG_CATEGORY_STATIC(klive_door_debug);
#define GST_CAT_DEFAULT klive_door_debug

namespace klive::app {
namespace {

constexpr unsigned kHousekeepingEvery = 10'000;  // milliseconds

/// The same after every start, and nothing that a session could be signed with.
std::string preview_secret(const Secrets &secrets) {
  const std::string text = "previews of klive " + secrets.admin_secret;
  const gst::CharPtr hash(g_compute_checksum_for_string(G_CHECKSUM_SHA256, text.c_str(),
                                                        static_cast<gssize>(text.size())));
  return hash.get();
}

}  // namespace

base::Result<std::unique_ptr<Door>> Door::open(const Config &config) {
  GST_DEBUG_CATEGORY_INIT(klive_door_debug, "klive-door", 0, "klive door");
  std::unique_ptr<Door> door(new Door(config));
  if (auto started = door->start(); !started) return base::fail(std::move(started.error()));
  return door;
}

base::Result<void> Door::start() {
  const std::string &root = config_.server.root;
  auto file = ServiceFile::lock(root);
  if (!file) return base::fail(std::move(file.error()));
  service_file_ = std::move(*file);
  registry_.load();
  add_metrics();
  const bool is_remote = config_.backend.type == BackendType::kKaltura;
  if (auto opened = is_remote ? open_remote() : open_embedded(); !opened) return opened;
  for (const auto &[id, live] : registry_.entries()) public_windows_.update(id);
  sessions_ = std::make_unique<Sessions>(config_, *backend_, registry_, public_windows_, metrics_);
  if (auto started = sessions_->start(); !started) return started;
  backend_->start(
      {.changed =
           [this](const std::string &entry) {
             public_windows_.update(entry);
             sessions_->entry_changed(entry);
           },
       .revoked = [this](const std::string &entry,
                         const std::string &reason) { sessions_->entry_revoked(entry, reason); },
       .silence_ns = [this](const std::string &entry,
                            std::string_view side) { return sessions_->silence_ns(entry, side); }});

  nowhere_ = gst::UniqueFd(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!nowhere_)
    return base::fail(base::ErrorCode::kIo, std::string("opening /dev/null: ") + strerror(errno));
  gate_ = std::make_unique<Gate>(backend_->authenticator(),
                                 [alive = alive_](gst::Ptr<GstKliveRtmpConnection> passed) {
                                   post(nullptr, [alive, passed] {
                                     if (*alive) (*alive)->connection(passed);
                                   });
                                 });
  // Encoders first: the addresses that the API hands out name the port really bound.
  auto listener = gst::RtmpListener::start(
      {.address = config_.rtmp.address,
       .port = config_.rtmp.port,
       .max_connections = config_.rtmp.max_connections,
       .max_unauthorised = config_.rtmp.max_unauthorised,
       .max_unauthorised_per_address = config_.rtmp.max_unauthorised_per_address,
       .publish_timeout_ns = config_.rtmp.publish_timeout.ns},
      [this](gst::Ptr<GstKliveRtmpConnection> accepted) { gate_->knock(std::move(accepted)); });
  if (!listener) return base::fail(std::move(listener.error()));
  listener_ = std::move(*listener);

  if (!is_remote) {
    if (auto opened = open_api(); !opened) return opened;
  }
  auto http = HttpServer::start(
      config_, {.registry = registry_,
                .metrics = metrics_,
                .answer_api = answer_api_,
                .is_ready = [this] { return ready_; },
                .entry_name = [this](const std::string &entry) -> std::optional<std::string> {
                  const auto stored = backend_->entry(entry);
                  return stored ? std::optional(stored->name) : std::nullopt;
                },
                .viewing = viewing_,
                .showing = showing_,
                .preview_secret = preview_secret_});
  if (!http) return base::fail(std::move(http.error()));
  http_ = std::move(*http);
  if (announce_) announce_();
  if (auto written =
          service_file_->write({.http_address = config_.http.address,
                                .rtmp_address = config_.rtmp.address,
                                .http_port = http_->port(),
                                .rtmp_port = listener_->port(),
                                .installation = is_remote ? config_.backend.service_url : ""});
      !written) {
    return written;
  }
  housekeeping_ = std::make_unique<Ticker>(kHousekeepingEvery, [this] { unused_memory_.look(); });
  ready_ = true;
  return {};
}

base::Result<void> Door::open_embedded() {
  auto store = EntryStore::open(config_.server.root + "/klive.db");
  if (!store) return base::fail(std::move(store.error()));
  store_ = std::move(*store);
  auto profiles = ProfileStore::open(store_->objects(), config_.server.profiles);
  if (!profiles) return base::fail(std::move(profiles.error()));
  profiles_ = std::move(*profiles);
  // What is continued after a restart did not begin anew.
  for (const auto &[id, live] : registry_.entries()) {
    if (live.is_live()) broadcasts_.insert(id);
  }
  registry_.subscribe([this](const LiveEntry &entry) { note_broadcast(entry); });
  showings_ = std::make_unique<Showings>(*store_);
  showing_ = [this](const std::string &entry) { return showings_->of(entry); };
  backend_ = make_embedded_backend(
      *store_, *profiles_,
      [this](const std::string &entry) {
        showings_->forget(entry);
        public_windows_.update(entry);
      },
      [this](const char *reason) {
        metrics_.count("klive_publish_refused_total", std::string("reason=\"") + reason + "\"");
      });
  return {};
}

base::Result<void> Door::open_remote() {
  auto opened = RemoteBackend::open(config_, registry_, metrics_);
  if (!opened) return base::fail(std::move(opened.error()));
  answer_api_ = [remote = opened->get()](const ApiRequest &request) {
    return remote->answer_api(request);
  };
  showing_ = [remote = opened->get()](const std::string &entry) { return remote->showing(entry); };
  announce_ = [this, remote = opened->get()] { remote->announce(http_->port()); };
  backend_ = std::move(*opened);
  return {};
}

base::Result<void> Door::open_api() {
  auto secrets = load_or_make_secrets(config_.server.root);
  if (!secrets) return base::fail(std::move(secrets.error()));
  preview_secret_ = preview_secret(*secrets);
  api_ = std::make_unique<ApiServer>(
      ApiParts{.entries = *store_,
               .profiles = *profiles_,
               .secrets = *std::move(secrets),
               .settings = {.rtmp_host = config_.broadcast.host,
                            .rtmp_port = config_.broadcast.port != 0 ? config_.broadcast.port
                                                                     : listener_->port(),
                            .broadcast_domain = config_.broadcast.domain,
                            .limits = limits()},
               .live = [this](const std::string &entry) { return live_info(entry); },
               .playable =
                   [this] {
                     std::vector<std::string> ids;
                     for (const auto &[id, live] : registry_.entries()) {
                       if (live.is_live()) ids.push_back(id);
                     }
                     return ids;
                   }});
  answer_api_ = [this](const ApiRequest &request) { return api_->answer(request); };
  viewing_ = [this](const std::string &entry, const std::string &ks,
                    std::string_view remote_address, std::string_view path) {
    return api_->viewing(entry, ks, remote_address, path);
  };
  return {};
}

LiveInfo Door::live_info(const std::string &entry) {
  LiveInfo info;
  const LiveEntry *live = registry_.find(entry);
  if (live == nullptr) return info;
  info.is_playable = live->is_live();
  for (const PublicationInfo &publication : live->publications) {
    LiveSide &side = info.sides[publication.side == "backup" ? 1 : 0];
    side.since =
        side.is_publishing ? std::min(side.since, publication.started_at) : publication.started_at;
    side.is_publishing = true;
  }
  auto streams = stream_params(live->presentation);
  for (size_t side = 0; side < streams.size(); ++side)
    info.sides[side].streams = std::move(streams[side]);
  return info;
}

Door::~Door() {
  *alive_ = nullptr;
  ready_ = false;
  listener_.reset();
  gate_.reset();
  // Before the pipelines: those whose encoder waits for an answer could not end.
  if (backend_) backend_->stop();
  if (sessions_) sessions_->shut_down();
  ingests_.clear();
  http_.reset();
}

LiveLimits Door::limits() const {
  return {.inputs = config_.api.max_live_inputs,
          .outputs = config_.api.max_live_outputs,
          .by_admin_tag = config_.api.max_live_by_tag};
}

AdmissionAnswer Door::admit(const AdmissionRequest &request) {
  const LiveLimits limits = this->limits();
  // A Kaltura installation has quotas of its own.
  if (!store_ || limits.are_none()) return sessions_->admit(request);
  const auto entry = store_->get(request.entry);
  std::set<std::string> on_air;
  for (const auto &[id, live] : registry_.entries()) {
    if (!live.publications.empty()) on_air.insert(id);
  }
  const auto error =
      entry ? check_live_quota(*store_, *profiles_, limits, *entry, on_air) : std::nullopt;
  if (!error) return sessions_->admit(request);
  metrics_.count("klive_publish_refused_total", "reason=\"quota\"");
  GST_WARNING_ID(request.entry.c_str(), "publication from %s refused: %s",
                 request.remote_address.c_str(), error->message.c_str());
  return {.pipe = {}, .refusal = {"NetStream.Publish.Rejected", error->message + "."}};
}

void Door::note_broadcast(const LiveEntry &entry) {
  const bool is_live = entry.is_live();
  if (is_live == broadcasts_.contains(entry.id)) return;
  if (is_live) {
    broadcasts_.insert(entry.id);
  } else {
    broadcasts_.erase(entry.id);
  }
  const int64_t now = g_get_real_time() / G_USEC_PER_SEC;
  const auto noted = is_live ? note_broadcast_began(*store_, entry.id, now)
                             : note_broadcast_ended(*store_, entry.id, now);
  if (!noted) GST_ERROR_ID(entry.id.c_str(), "%s", noted.error().message.c_str());
}

void Door::connection(gst::Ptr<GstKliveRtmpConnection> accepted) {
  const std::string from = gst::remote_address(accepted.get());
  auto ingest =
      Ingest::start(std::move(accepted),
                    {.authenticator = backend_->authenticator(),
                     .silence_timeout_ns = static_cast<uint64_t>(config_.rtmp.silence_timeout.ns),
                     .nowhere = nowhere_.get()},
                    {.admit = [this](const AdmissionRequest &request) { return admit(request); },
                     .ended =
                         [this](Ingest &over, const std::string &reason) {
                           sessions_->ended(over, reason);
                           // Its own callback runs: it is destroyed when that has returned.
                           const auto found = std::find_if(
                               ingests_.begin(), ingests_.end(),
                               [&](const auto &owned) { return owned.get() == &over; });
                           if (found == ingests_.end()) return;
                           auto node = std::make_shared<std::unique_ptr<Ingest>>(
                               std::move(ingests_.extract(found).value()));
                           post(nullptr, [node] { node->reset(); });
                         }});
  if (!ingest) {
    GST_ERROR_ID(from.c_str(), "%s", ingest.error().message.c_str());
    return;
  }
  ingests_.insert(std::move(*ingest));
}

bool Door::accepts_connections() {
  const gst::RtmpListenerStats stats = listener_->stats();
  const uint64_t seen = stats.accepted + stats.refused_limit;
  const bool has_moved = !probe_ || seen > seen_connections_;
  seen_connections_ = seen;
  const bool is_any = config_.rtmp.address == "::" || config_.rtmp.address == "0.0.0.0";
  const auto address = gst::Ptr<GSocketAddress>::take(g_inet_socket_address_new_from_string(
      is_any ? "127.0.0.1" : config_.rtmp.address.c_str(), listener_->port()));
  if (!address) return has_moved;
  probe_ = gst::UniqueFd(socket(g_socket_address_get_family(address.get()),
                                SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_storage native{};
  if (probe_ && g_socket_address_to_native(address.get(), &native, sizeof native, nullptr)) {
    // Not waited for: the kernel does its part, the listener's thread the rest.
    (void)connect(probe_.get(), reinterpret_cast<const sockaddr *>(&native),
                  static_cast<socklen_t>(g_socket_address_get_native_size(address.get())));
  }
  return has_moved;
}

void Door::add_metrics() {
  add_process_metrics(metrics_);
  add_live_metrics(metrics_, registry_);
  metrics_.describe("klive_publish_refused_total", "counter", "Publications refused, by reason.");
  metrics_.describe("klive_publications_total", "counter", "Publications accepted.");
  metrics_.describe("klive_segments_total", "counter", "Segments that became durable.");
  metrics_.describe("klive_chunks_total", "counter", "Chunks that could be fetched.");
  metrics_.describe("klive_frames_total", "counter",
                    "Frames of video and audio that could be fetched.");
  metrics_.describe("klive_worker_warnings_total", "counter", "Warnings that workers sent.");
  metrics_.describe("klive_worker_hangs_total", "counter",
                    "Workers ended because they made no progress.");
  metrics_.describe("klive_ingest_bytes_total", "counter", "Bytes received from encoders on air.");
  metrics_.gauge("klive_ingest_bytes_total", {}, [this] {
    return sessions_ ? static_cast<double>(sessions_->bytes_received()) : 0.0;
  });
  const auto listener_figure = [this](const char *name, const char *type, const char *help,
                                      auto read) {
    metrics_.describe(name, type, help);
    metrics_.gauge(name, {}, [this, read] {
      return listener_ ? static_cast<double>(read(listener_->stats())) : 0.0;
    });
  };
  using Stats = gst::RtmpListenerStats;
  listener_figure("klive_rtmp_connections", "gauge", "RTMP connections that are open.",
                  [](const Stats &stats) { return stats.open; });
  listener_figure("klive_rtmp_accepted_total", "counter", "RTMP connections accepted.",
                  [](const Stats &stats) { return stats.accepted; });
  listener_figure("klive_rtmp_refused_limit_total", "counter",
                  "RTMP connections closed because of a limit.",
                  [](const Stats &stats) { return stats.refused_limit; });
  listener_figure("klive_rtmp_timed_out_total", "counter",
                  "RTMP connections that did not publish in time.",
                  [](const Stats &stats) { return stats.timed_out; });
  listener_figure("klive_rtmp_protocol_errors_total", "counter",
                  "RTMP connections that broke the protocol.",
                  [](const Stats &stats) { return stats.protocol_errors; });
}

}  // namespace klive::app
