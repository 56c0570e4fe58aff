// SPDX-License-Identifier: LGPL-2.1-or-later
// Door: the parts of a running service, wired together. Data flows one way:
//
//   RtmpListener ─connection─► Gate ─► Ingest ─admission─► Sessions ─► worker ─events─►
//   LiveRegistry ─► HttpServer
#pragma once

#include <memory>
#include <set>

#include "api/api_server.h"
#include "app_context.h"
#include "backend/backend.h"
#include "backend/entry_store.h"
#include "backend/profile_store.h"
#include "backend/secrets.h"
#include "backend/showing.h"
#include "config/config.h"
#include "door/gate.h"
#include "door/ingest.h"
#include "door/service_file.h"
#include "door/sessions.h"
#include "door/unused_memory.h"
#include "http/http_server.h"
#include "klive/rtmp_listener.h"
#include "klive/unique_fd.h"
#include "live/live_registry.h"
#include "live/metrics.h"
#include "live/public_windows.h"

namespace klive::app {

/// Thread-bound (main context).
class Door {
 public:
  /// Opens the data root, binds the ports, writes service.json. Everything listens when it returns.
  [[nodiscard]] static base::Result<std::unique_ptr<Door>> open(const Config &config);
  ~Door();
  Door(const Door &) = delete;
  Door &operator=(const Door &) = delete;

  [[nodiscard]] uint16_t rtmp_port() const { return listener_->port(); }
  [[nodiscard]] uint16_t http_port() const { return http_->port(); }
  /// Whether a connection was accepted since the last call, which made one; the first call has
  /// nothing to judge by. For the watchdog: a main loop that turns says nothing of the listener's
  /// thread.
  [[nodiscard]] bool accepts_connections();

 private:
  explicit Door(Config config)
      : config_(std::move(config)),
        registry_(config_.server.root + "/live"),
        public_windows_(registry_.live_root(), [this](const std::string &entry) {
          return !showing_ || !showing_(entry).is_limited;
        }) {}
  base::Result<void> start();
  [[nodiscard]] base::Result<void> open_embedded();
  [[nodiscard]] base::Result<void> open_remote();
  base::Result<void> open_api();
  void connection(gst::Ptr<GstKliveRtmpConnection> connection);
  void add_metrics();
  [[nodiscard]] LiveInfo live_info(const std::string &entry);
  [[nodiscard]] LiveLimits limits() const;
  /// Quotas first; the sessions decide about the rest.
  [[nodiscard]] AdmissionAnswer admit(const AdmissionRequest &request);
  /// Remembers when broadcasts begin and end.
  void note_broadcast(const LiveEntry &entry);

  Config config_;
  Metrics metrics_;
  LiveRegistry registry_;
  PublicWindows public_windows_;
  std::unique_ptr<ServiceFile> service_file_;
  std::set<std::string> broadcasts_;  // entries that can be watched now
  // Of the embedded backend alone.
  std::unique_ptr<EntryStore> store_;
  std::unique_ptr<ProfileStore> profiles_;
  std::unique_ptr<Showings> showings_;
  std::string preview_secret_;
  decltype(HttpServer::Parts::viewing) viewing_;
  decltype(HttpServer::Parts::showing) showing_;
  std::unique_ptr<Backend> backend_;
  std::function<void()> announce_;  // of a media server
  std::unique_ptr<Sessions> sessions_;
  std::unique_ptr<ApiServer> api_;  // of the embedded backend alone
  std::function<ApiAnswer(const ApiRequest &)> answer_api_;
  std::unique_ptr<HttpServer> http_;
  gst::UniqueFd nowhere_;  // before the ingests, which write to it
  std::set<std::unique_ptr<Ingest>> ingests_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<gst::RtmpListener> listener_;  // after the gate, which its thread calls
  UnusedMemory unused_memory_;
  std::unique_ptr<Ticker> housekeeping_;
  bool ready_ = false;
  gst::UniqueFd probe_;
  uint64_t seen_connections_ = 0;
  std::shared_ptr<Door *> alive_ = std::make_shared<Door *>(this);  // owners: this and posted work
};

}  // namespace klive::app
