// SPDX-License-Identifier: LGPL-2.1-or-later
// Session: one entry that is on air: who publishes to it, and the worker that packages it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "door/ingest.h"
#include "door/media_pipe.h"
#include "door/progress_watch.h"
#include "door/worker_deaths.h"
#include "door/worker_handle.h"
#include "live/live_registry.h"

namespace klive::app {

/// One encoder on air.
struct Publication {
  Ingest *ingest = nullptr;
  std::string side, stream_name, remote_address, token_id;
  unsigned flavor = 0;
  int64_t started_at = 0;           ///< Unix seconds
  std::shared_ptr<MediaPipe> pipe;  ///< shared with the ingest, which writes to it until it is gone
  ProgressWatch progress;           ///< of the worker, on the pipe
};

/// Thread-bound (main context).
struct Session {
  using Clock = std::chrono::steady_clock;

  std::string entry;
  std::unique_ptr<WorkerHandle> worker;
  std::map<std::string, std::unique_ptr<Publication>> publications;  ///< by publication_name()
  bool has_begun = false;     ///< the worker has told something
  bool is_continued = false;  ///< by any worker to come: one has told something
  Clock::time_point empty_since = Clock::now();
  Clock::time_point respawn_at{};  ///< while there is no worker
  WorkerDeaths deaths;
  bool stopping = false;
  bool deleted = false;  ///< the entry; its window goes when the worker is gone

  /// "<entry>/<side>/<flavor>"
  [[nodiscard]] static std::string publication_name(const AdmissionRequest &request);

  /// Looks at what waits for the worker. For how long it has left some of it alone.
  [[nodiscard]] Clock::duration look_at_progress(Clock::time_point now);
  /// There is a good reason for it.
  void forgive();
  void disconnect_all(const AdmissionRefusal &reason);

  [[nodiscard]] std::vector<PublicationInfo> infos() const;
  /// Received from its publications that are there.
  [[nodiscard]] uint64_t bytes() const;
  /// Since an encoder on that side last sent something; the largest number when none is connected.
  [[nodiscard]] uint64_t silence_ns(std::string_view side) const;
};

}  // namespace klive::app
