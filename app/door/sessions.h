// SPDX-License-Identifier: LGPL-2.1-or-later
// Sessions: which entries are on air, who publishes to them, and the worker of each. Decides about
// duplicates, takeovers, the resume window, and what happens when a worker dies.
//
//   publication admitted ─► session (worker started, or the waiting one taken) ─► … ─► last
//   publication gone
//        ▲                         │ worker dies: another continues the window           │ resume
//        window └── a returning encoder ──┴─────────────────────────────────────────────────────┴─►
//        session ends
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "app_context.h"
#include "backend/backend.h"
#include "config/config.h"
#include "door/ingest.h"
#include "door/session.h"
#include "door/worker_handle.h"
#include "door/worker_processes.h"
#include "live/live_registry.h"
#include "live/metrics.h"
#include "live/public_windows.h"
#include "socket_poller.h"
#include "worker/description.h"

namespace klive::app {

/// Thread-bound (main context).
class Sessions {
 public:
  Sessions(const Config &config, Backend &backend, LiveRegistry &registry,
           PublicWindows &public_windows, Metrics &metrics);
  ~Sessions();
  Sessions(const Sessions &) = delete;
  Sessions &operator=(const Sessions &) = delete;

  /// Reads the descriptions, starts the first worker. To be called once, before anything else.
  [[nodiscard]] base::Result<void> start();
  [[nodiscard]] AdmissionAnswer admit(const AdmissionRequest &request);
  /// The ingest is over; forgets its publication if it still has one.
  void ended(const Ingest &ingest, const std::string &reason);
  /// The entry's token, or the entry itself, changed: publications with another token are
  /// disconnected.
  void entry_changed(const std::string &entry);
  /// Ends the entry's publications; its window stays.
  void entry_revoked(const std::string &entry, const std::string &reason);
  /// Ends all workers; sessions are not ended but continued by the next start within the resume
  /// window.
  void shut_down();
  [[nodiscard]] size_t publications() const;
  [[nodiscard]] uint64_t bytes_received() const;
  /// Since an encoder on that side last sent something; the largest number when none is connected.
  [[nodiscard]] uint64_t silence_ns(const std::string &entry, std::string_view side) const;

 private:
  using Clock = std::chrono::steady_clock;

  void tick();
  base::Result<Session *> find_or_start(const std::string &entry, bool must_resume = false);
  /// `must_resume`: continue the window however old it is (only to end it).
  [[nodiscard]] base::Result<void> give_worker(Session &session, bool must_resume = false);
  [[nodiscard]] base::Result<std::string> describe(const Entry &entry, bool resume);
  void worker_gone(const std::string &entry, const std::string &why);
  void drop(Session &session, const std::string &name, bool taken_over = false);
  void move_to_worker(const std::string &entry, const std::string &name, Publication &publication);
  void check_progress(Session &session);
  void heard_disk_wait(Session &session, std::chrono::milliseconds disk_wait);
  void end_stale_sessions();
  void remove_window(const std::string &entry);
  void refill_spare();
  void publish_info(const Session &session);
  [[nodiscard]] AdmissionAnswer refuse(const AdmissionRequest &request, const char *metric,
                                       AdmissionRefusal refusal);

  const Config &config_;
  Backend &backend_;
  LiveRegistry &registry_;
  PublicWindows &public_windows_;
  Metrics &metrics_;
  Description description_;
  SocketPoller poller_;                         // of all workers' control channels
  std::unique_ptr<WorkerProcesses> processes_;  // none: workers are threads
  std::map<std::string, std::unique_ptr<Session>> sessions_;
  std::unique_ptr<WorkerHandle>
      spare_;  // started ahead, so that going on air does not wait for a process
  std::unique_ptr<Ticker> ticker_;  // one for all sessions
  uint64_t finished_bytes_ = 0;
  Clock::time_point started_ = Clock::now();
  bool stale_checked_ = false, shutting_down_ = false;
  std::shared_ptr<Sessions *> alive_ =
      std::make_shared<Sessions *>(this);  // owners: this and posted work
};

}  // namespace klive::app
