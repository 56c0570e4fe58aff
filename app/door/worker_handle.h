// SPDX-License-Identifier: LGPL-2.1-or-later
// WorkerHandle: the door's end of one worker, a process or (isolation=thread) a thread of this
// process. The control channel is the same for both: worker/control.h.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/bytes.h"
#include "base/result.h"
#include "door/worker_processes.h"
#include "klive/ptr.h"
#include "socket_poller.h"
#include "worker/control_channel.h"

namespace klive::app {

/// Called on the main context.
struct WorkerCallbacks {
  std::function<void(const std::string &line)> event;  ///< one manifest::Event
  std::function<void(const std::string &name, const std::string &reason)> publication_ended;
  std::function<void(const std::string &text)> warning;
  std::function<void(uint64_t ms)> disk_wait;  ///< the answer to ask(): 0 = it does not wait
  /// The worker is no more; `why` is empty when it stopped as it was told. Nothing is called
  /// afterwards.
  std::function<void(const std::string &why)> gone;
};

/// Thread-bound (main context). The destructor kills a process that still runs, and waits for a
/// thread.
class WorkerHandle {
 public:
  /// `memory`: bytes of private data that a process may have; 0 = unlimited.
  /// `poller` must outlive the handle. Without `processes`, which must outlive it too, the worker
  /// is a thread.
  [[nodiscard]] static base::Result<std::unique_ptr<WorkerHandle>> spawn(SocketPoller &poller,
                                                                         WorkerProcesses *processes,
                                                                         uint64_t memory);
  ~WorkerHandle();
  WorkerHandle(const WorkerHandle &) = delete;
  WorkerHandle &operator=(const WorkerHandle &) = delete;

  void set_callbacks(WorkerCallbacks callbacks) { callbacks_ = std::move(callbacks); }
  void start(const std::string &description_json);
  /// `fd` is duplicated: the caller keeps its own.
  void add_publication(const std::string &name, base::ByteView header, int fd);
  void remove_publication(const std::string &name);
  /// Why does nothing come? `disk_wait` follows, unless the worker hangs altogether.
  void ask();
  void stop(bool end_session);
  /// Ends a process at once (it hangs). A thread cannot be ended: false.
  bool kill();
  [[nodiscard]] bool is_gone() const { return gone_; }

 private:
  WorkerHandle() = default;
  void take(const control::Message &message);
  void channel_closed();
  void exited(int status);
  void report_gone(const std::string &why);

  WorkerCallbacks callbacks_;
  WorkerProcesses *processes_ = nullptr;
  uint64_t process_ = 0;  // its number there
  std::thread thread_;
  std::unique_ptr<ControlChannel> channel_;
  bool stopping_ = false, gone_ = false;
};

}  // namespace klive::app
