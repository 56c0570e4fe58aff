// SPDX-License-Identifier: LGPL-2.1-or-later
// RemoteBackend: the Backend over a Kaltura installation whose media server this is.
//
//   encoders ─► RemoteAuthenticator ─► RemoteEntries ─┐
//   LiveRegistry ─────────────────────► Registrar ────┼─► ApiClient ─► the installation's API
//                                       ServerNode ───┘
#pragma once

#include <memory>
#include <string>

#include "api/api_server.h"
#include "backend/backend.h"
#include "config/config.h"
#include "live/live_registry.h"
#include "live/metrics.h"
#include "remote/alerts.h"
#include "remote/api_client.h"
#include "remote/registrar.h"
#include "remote/remote_authenticator.h"
#include "remote/remote_entries.h"
#include "remote/server_node.h"
#include "remote/view_modes.h"

namespace klive::app {

/// Thread-bound (main context).
class RemoteBackend final : public Backend {
 public:
  /// Reads the secret. Registry and metrics outlive it.
  [[nodiscard]] static base::Result<std::unique_ptr<RemoteBackend>> open(const Config &config,
                                                                         LiveRegistry &registry,
                                                                         Metrics &metrics);
  ~RemoteBackend() override;
  RemoteBackend(const RemoteBackend &) = delete;
  RemoteBackend &operator=(const RemoteBackend &) = delete;

  void start(BackendCallbacks callbacks) override;
  void stop() override;
  base::Result<Entry> entry(const std::string &id) override;
  std::shared_ptr<gst::Authenticator> authenticator() override { return authenticator_; }
  /// Tells the installation of this server. To be called when it serves HTTP, with the port that is
  /// really bound.
  void announce(uint16_t http_port);
  /// What viewers are shown of an entry.
  [[nodiscard]] Showing showing(const std::string &entry) const { return view_modes_.of(entry); }

  /// What those are told who call the API here: it is served by the installation.
  [[nodiscard]] ApiAnswer answer_api(const ApiRequest &request) const;

 private:
  RemoteBackend(const Config &config, LiveRegistry &registry, Metrics &metrics,
                const std::string &secret, ViewModes view_modes);
  void learned(const Entry &entry);
  void revoke(const std::string &entry, const std::string &reason);

  const std::string service_url_, public_url_, http_address_;
  LiveRegistry &registry_;
  BackendCallbacks callbacks_;
  ViewModes view_modes_;
  std::unique_ptr<ApiClient> client_;  // ended before those that it answers
  ServerNode node_;
  Alerts alerts_;
  RemoteEntries entries_;
  Registrar registrar_;
  std::shared_ptr<RemoteAuthenticator> authenticator_;  // shared with every ingest pipeline
};

}  // namespace klive::app
