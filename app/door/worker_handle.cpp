// SPDX-License-Identifier: LGPL-2.1-or-later
// Starting, calling and burying workers.
#include "door/worker_handle.h"

#include <utility>

#include <gst/gst.h>

#include "worker/worker.h"

GST_DEBUG_CATEGORY_STATIC(klive_workers_debug);
#define GST_CAT_DEFAULT klive_workers_debug

namespace klive::app {
namespace {

using Alive = std::shared_ptr<WorkerHandle *>;
constexpr int kControlFd = 3;  // in the worker process

WorkerHandle *take_alive(gpointer data) {
  const std::unique_ptr<Alive> alive(static_cast<Alive *>(data));
  return **alive;
}

}  // namespace

base::Result<std::unique_ptr<WorkerHandle>> WorkerHandle::spawn(SocketPoller &poller,
                                                                Isolation isolation,
                                                                uint64_t memory) {
  GST_DEBUG_CATEGORY_INIT(klive_workers_debug, "klive-workers", 0, "klive workers");
  auto ends = ControlChannel::open_pair();
  if (!ends) return base::fail(std::move(ends.error()));
  std::unique_ptr<WorkerHandle> handle(new WorkerHandle);
  WorkerHandle *self = handle.get();
  if (isolation == Isolation::kThread) {
    self->thread_ = std::thread([fd = ends->second.release()] { run_worker(fd); });
  } else {
    const auto launcher =
        gst::Ptr<GSubprocessLauncher>::take(g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE));
    g_subprocess_launcher_take_fd(launcher.get(), ends->second.release(), kControlFd);
    GError *error = nullptr;
    const std::string control = std::to_string(kControlFd), limit = std::to_string(memory);
    self->process_ = gst::Ptr<GSubprocess>::take(g_subprocess_launcher_spawn(
        launcher.get(), &error, "/proc/self/exe", "worker", "--control-fd", control.c_str(),
        "--memory-limit", limit.c_str(), nullptr));
    if (!self->process_) {
      const gst::ErrorPtr owned(error);
      return base::fail(base::ErrorCode::kIo, std::string("starting a worker: ") + owned->message);
    }
    g_subprocess_wait_async(
        self->process_.get(), nullptr,
        [](GObject *source, GAsyncResult *result, gpointer data) {
          g_subprocess_wait_finish(G_SUBPROCESS(source), result, nullptr);
          WorkerHandle *alive = take_alive(data);
          if (!alive) return;
          alive->channel_->drain();
          GSubprocess *process = G_SUBPROCESS(source);
          if (alive->stopping_) {
            alive->report_gone("");
          } else if (g_subprocess_get_if_signaled(process)) {
            alive->report_gone(std::string("ended by signal ") +
                               std::to_string(g_subprocess_get_term_sig(process)));
          } else if (const int status = g_subprocess_get_exit_status(process); status != 0) {
            alive->report_gone("exit status " + std::to_string(status));
          } else {
            alive->report_gone("it stopped by itself");
          }
        },
        new Alive(self->alive_));
  }
  self->channel_ = std::make_unique<ControlChannel>(
      poller, std::move(ends->first), false,
      ControlCallbacks{.message = [self](const control::Message &message,
                                         gst::UniqueFd) { self->take(message); },
                       .closed =
                           [self](const std::string &why) {
                             GST_DEBUG("control channel: %s", why.c_str());
                             self->channel_closed();
                           }});
  return handle;
}

WorkerHandle::~WorkerHandle() {
  *alive_ = nullptr;
  channel_.reset();  // a worker thread ends by it
  if (process_ && !gone_) g_subprocess_force_exit(process_.get());
  if (thread_.joinable()) thread_.join();
}

void WorkerHandle::start(const std::string &description_json) {
  channel_->send(control::Start{description_json});
}

void WorkerHandle::add_publication(const std::string &name, base::ByteView header, int fd) {
  channel_->send(control::AddPublication{name, {header.begin(), header.end()}}, fd);
}

void WorkerHandle::remove_publication(const std::string &name) {
  channel_->send(control::RemovePublication{name});
}

void WorkerHandle::stop(bool end_session) {
  stopping_ = true;
  channel_->send(control::Stop{end_session});
}

bool WorkerHandle::kill() {
  if (!process_) return false;
  g_subprocess_force_exit(process_.get());
  return true;
}

void WorkerHandle::take(const control::Message &message) {
  if (const auto *event = std::get_if<control::Event>(&message)) {
    if (callbacks_.event) callbacks_.event(event->line);
  } else if (const auto *ended = std::get_if<control::PublicationEnded>(&message)) {
    if (callbacks_.publication_ended) callbacks_.publication_ended(ended->name, ended->reason);
  } else if (const auto *warning = std::get_if<control::Warning>(&message)) {
    if (callbacks_.warning) callbacks_.warning(warning->text);
  }
}

void WorkerHandle::channel_closed() {
  // A process tells by its exit, which also says why; a thread only by closing the channel.
  if (process_) {
    if (!stopping_) g_subprocess_force_exit(process_.get());
    return;
  }
  report_gone(stopping_ ? "" : "it stopped by itself");
}

void WorkerHandle::report_gone(const std::string &why) {
  if (std::exchange(gone_, true)) return;
  // The callback may destroy this handle.
  const auto gone = callbacks_.gone;
  if (gone) gone(why);
}

}  // namespace klive::app
