// SPDX-License-Identifier: LGPL-2.1-or-later
// WorkerHandle: the door's end of one worker, a process or (isolation=thread) a thread of this
// process. The control channel is the same for both: worker/control.h.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gio/gio.h>

#include "base/bytes.h"
#include "base/result.h"
#include "config/config.h"
#include "klive/ptr.h"

namespace klive::app {

/// Called on the main context.
struct WorkerCallbacks {
  std::function<void(const std::string &line)> event;  ///< one manifest::Event
  std::function<void(const std::string &name, const std::string &reason)> publication_ended;
  std::function<void(const std::string &text)> warning;
  /// The worker is no more; `why` is empty when it stopped as it was told. Nothing is called
  /// afterwards.
  std::function<void(const std::string &why)> gone;
};

/// Thread-bound (main context). Calls made before the channel stands are kept and made in order.
/// The destructor kills a process that still runs, and waits for a thread.
class WorkerHandle {
 public:
  /// `memory`: bytes of private data that a process may have; 0 = unlimited.
  [[nodiscard]] static base::Result<std::unique_ptr<WorkerHandle>> spawn(Isolation isolation,
                                                                         uint64_t memory);
  ~WorkerHandle();
  WorkerHandle(const WorkerHandle &) = delete;
  WorkerHandle &operator=(const WorkerHandle &) = delete;

  void set_callbacks(WorkerCallbacks callbacks) { callbacks_ = std::move(callbacks); }
  void start(const std::string &description_json);
  /// `fd` is duplicated: the caller keeps its own.
  void add_publication(const std::string &name, base::ByteView header, int fd);
  void remove_publication(const std::string &name);
  void stop(bool end_session);
  /// Ends a process at once (it hangs). A thread cannot be ended: false.
  bool kill();
  [[nodiscard]] bool is_gone() const { return gone_; }

 private:
  WorkerHandle() = default;
  base::Result<void> open_channel(int fd);
  void connected(gst::Ptr<GDBusConnection> connection);
  void call(const char *method, gst::Ptr<GVariant> arguments, gst::Ptr<GUnixFDList> fds = {});
  void on_signal(const std::string &name, GVariant *arguments);
  void channel_closed();
  void report_gone(const std::string &why);

  struct PendingCall {
    std::string method;
    gst::Ptr<GVariant> arguments;
    gst::Ptr<GUnixFDList> fds;
  };

  WorkerCallbacks callbacks_;
  gst::Ptr<GSubprocess> process_;
  std::thread thread_;
  gst::Ptr<GCancellable> cancel_ = gst::Ptr<GCancellable>::take(g_cancellable_new());
  gst::Ptr<GDBusConnection> connection_;
  guint subscription_ = 0;
  std::vector<PendingCall> pending_;
  bool stopping_ = false, gone_ = false;
  // Replies and exits arrive after the handle may be gone. Owners: this and the calls under way.
  std::shared_ptr<WorkerHandle *> alive_ = std::make_shared<WorkerHandle *>(this);
};

}  // namespace klive::app
