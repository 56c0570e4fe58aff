// SPDX-License-Identifier: LGPL-2.1-or-later
// Registrar: keeps a Kaltura installation informed of what is on air here. Entries never wait for
// it, and it never waits for itself: each side of an entry has a Registration of its own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "app_context.h"
#include "live/live_registry.h"
#include "remote/api_client.h"
#include "remote/registration.h"
#include "remote/remote_entries.h"

namespace klive::app {

/// Thread-bound (main context).
class Registrar {
 public:
  struct Callbacks {
    /// The installation does not want the entry on air any longer.
    std::function<void(const std::string &entry, const std::string &reason)> revoked;
    /// Since an encoder on that side of an entry last sent something.
    std::function<uint64_t(const std::string &entry, std::string_view side)> silence_ns;
    /// The installation does not know this server.
    std::function<void()> unknown_server;
  };
  /// All of them outlive it, and nothing is answered after it is gone.
  Registrar(ApiClient &client, RemoteEntries &entries, const LiveRegistry &registry,
            std::string server_node, Callbacks callbacks);
  Registrar(const Registrar &) = delete;
  Registrar &operator=(const Registrar &) = delete;

  void start();
  /// Unregisters everything; waits on the main context until it is done, but not long.
  void stop();

 private:
  using Place = std::pair<std::string, int>;  // entry, side: 0 primary, 1 backup
  void tick();
  void look(const Place &place, Registration &registration);
  [[nodiscard]] Registration::Seen seen_at(const Place &place) const;
  void take(const Place &place, Registration::Step step, const kaltura::Value &streams);
  void send_status(const Place &place, Registration::Step step);
  void find_node(const Place &place, const kaltura::Value &streams);
  void send_streams(const Place &place, int64_t node, const kaltura::Value &streams);
  void done(const Place &place, Registration::Step step, Registration::Outcome outcome);
  /// What an answer means for the registration; tells others what concerns them.
  Registration::Outcome outcome_of(const Place &place,
                                   const base::Result<kaltura::Outcome> &answer);
  [[nodiscard]] kaltura::ClientCall call_about(const Place &place, const char *service,
                                               const char *action) const;

  ApiClient &client_;
  RemoteEntries &entries_;
  const LiveRegistry &registry_;
  const std::string server_node_;
  const Callbacks callbacks_;
  std::map<Place, Registration> registrations_;
  std::unique_ptr<Ticker> ticker_;
};

}  // namespace klive::app
