// SPDX-License-Identifier: LGPL-2.1-or-later
// HttpServer: everything that klive serves over HTTP: media, playlists, pages, API, health.
//
//   socket ─► Connections (limits) ─► Connection ─► Route ─► a handler ─► Exchange::answer
//                                                                │
//                                 HeldRequests ◄── not yet ──────┘   (woken by LiveRegistry)
//
// The protocol is read and written here and not by libsoup's server, which is documented as not
// for untrusted clients and, in 3.2, loses every kept-alive connection that its client closes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/api_server.h"
#include "backend/showing.h"
#include "base/result.h"
#include "config/config.h"
#include "live/live_registry.h"
#include "live/metrics.h"

namespace klive::app {

/// Thread-bound (main context). Everything in Parts must outlive it; it answers on the
/// thread-default context of the thread that started it.
class HttpServer {
 public:
  struct Parts {
    LiveRegistry &registry;
    Metrics &metrics;
    std::function<ApiAnswer(const ApiRequest &)> answer_api;  ///< empty: no API
    std::function<bool()> is_ready;                           ///< of /readyz; empty: always
    /// The name of an entry for its page's title; may be empty.
    std::function<std::optional<std::string>(const std::string &entry)> entry_name;
    /// What playManifest is told of an entry; empty: every entry is there for everybody.
    std::function<Viewing(const std::string &entry, const std::string &ks,
                          std::string_view remote_address, std::string_view path)>
        viewing;
    /// What viewers are shown of an entry; empty: everything.
    std::function<Showing(const std::string &entry)> showing;
    /// What the addresses of previews are signed with when the configuration names no secret.
    std::string preview_secret;
  };

  /// Binds config.http and serves from then on.
  [[nodiscard]] static base::Result<std::unique_ptr<HttpServer>> start(const Config &config,
                                                                       Parts parts);
  ~HttpServer();

  /// The port really bound.
  [[nodiscard]] uint16_t port() const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace klive::app
