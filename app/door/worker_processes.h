// SPDX-License-Identifier: LGPL-2.1-or-later
// WorkerProcesses: the door's end of the fork server (worker/fork_server.h), which it keeps
// running.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <gio/gio.h>

#include "base/result.h"
#include "klive/ptr.h"
#include "klive/unique_fd.h"
#include "socket_poller.h"
#include "worker/control_channel.h"

namespace klive::app {

/// Thread-bound (main context).
class WorkerProcesses {
 public:
  /// How a process ended: a status of waitpid(2).
  using Exited = std::function<void(int status)>;

  /// `description` (JSON) is what workers will build: it is loaded ahead. `poller` must outlive
  /// this.
  WorkerProcesses(SocketPoller &poller, std::string description)
      : poller_(poller), description_(std::move(description)) {}
  ~WorkerProcesses();
  WorkerProcesses(const WorkerProcesses &) = delete;
  WorkerProcesses &operator=(const WorkerProcesses &) = delete;

  /// Starts a worker with `control` as its end of the control channel, and `memory` bytes of
  /// private data at most (0 = unlimited). Returns its number. `exited` is called once, unless
  /// forget() comes first; when the fork server dies, which takes all workers with it, as if by
  /// SIGKILL.
  [[nodiscard]] base::Result<uint64_t> start(gst::UniqueFd control, uint64_t memory, Exited exited);
  void kill(uint64_t worker);
  void forget(uint64_t worker) { workers_.erase(worker); }

 private:
  [[nodiscard]] base::Result<void> start_server();
  void take(const control::Message &message);
  void server_gone(const std::string &why);

  SocketPoller &poller_;
  const std::string description_;
  gst::Ptr<GSubprocess> server_;
  std::unique_ptr<ControlChannel> channel_;
  std::map<uint64_t, Exited> workers_;
  uint64_t next_ = 1;
  // Owners: this and the posted burial of a server.
  std::shared_ptr<WorkerProcesses *> alive_ = std::make_shared<WorkerProcesses *>(this);
};

}  // namespace klive::app
