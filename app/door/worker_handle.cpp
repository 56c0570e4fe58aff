// SPDX-License-Identifier: LGPL-2.1-or-later
// Starting, calling and burying workers.
#include "door/worker_handle.h"

#include <sys/wait.h>

#include <utility>

#include <gst/gst.h>

#include "worker/worker.h"

GST_DEBUG_CATEGORY_STATIC(klive_workers_debug);
#define GST_CAT_DEFAULT klive_workers_debug

namespace klive::app {
base::Result<std::unique_ptr<WorkerHandle>> WorkerHandle::spawn(SocketPoller &poller,
                                                                WorkerProcesses *processes,
                                                                uint64_t memory) {
  GST_DEBUG_CATEGORY_INIT(klive_workers_debug, "klive-workers", 0, "klive workers");
  auto ends = open_packet_pair();
  if (!ends) return base::fail(std::move(ends.error()));
  std::unique_ptr<WorkerHandle> handle(new WorkerHandle);
  WorkerHandle *self = handle.get();
  if (!processes) {
    self->thread_ = std::thread([fd = ends->second.release()] { run_worker(fd); });
  } else {
    auto started = processes->start(std::move(ends->second), memory,
                                    [self](int status) { self->exited(status); });
    if (!started) return base::fail(std::move(started.error()));
    self->processes_ = processes;
    self->process_ = *started;
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
  channel_.reset();  // a worker thread ends by it
  if (processes_ && !gone_) {
    processes_->kill(process_);
    processes_->forget(process_);
  }
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

void WorkerHandle::ask() { channel_->send(control::Ask{}); }

void WorkerHandle::stop(bool end_session) {
  stopping_ = true;
  channel_->send(control::Stop{end_session});
}

bool WorkerHandle::kill() {
  if (!processes_) return false;
  processes_->kill(process_);
  return true;
}

void WorkerHandle::take(const control::Message &message) {
  if (const auto *event = std::get_if<control::Event>(&message)) {
    if (callbacks_.event) callbacks_.event(event->line);
  } else if (const auto *ended = std::get_if<control::PublicationEnded>(&message)) {
    if (callbacks_.publication_ended) callbacks_.publication_ended(ended->name, ended->reason);
  } else if (const auto *warning = std::get_if<control::Warning>(&message)) {
    if (callbacks_.warning) callbacks_.warning(warning->text);
  } else if (const auto *wait = std::get_if<control::DiskWait>(&message)) {
    if (callbacks_.disk_wait) callbacks_.disk_wait(wait->ms);
  }
}

void WorkerHandle::channel_closed() {
  // A process tells by its exit, which also says why; a thread only by closing the channel.
  if (processes_) {
    if (!stopping_) processes_->kill(process_);
    return;
  }
  report_gone(stopping_ ? "" : "it stopped by itself");
}

void WorkerHandle::exited(int status) {
  channel_->drain();
  if (stopping_) {
    report_gone("");
  } else if (WIFSIGNALED(status)) {
    report_gone("ended by signal " + std::to_string(WTERMSIG(status)));
  } else if (const int code = WEXITSTATUS(status); code != 0) {
    report_gone("exit status " + std::to_string(code));
  } else {
    report_gone("it stopped by itself");
  }
}

void WorkerHandle::report_gone(const std::string &why) {
  if (std::exchange(gone_, true)) return;
  // The callback may destroy this handle.
  const auto gone = callbacks_.gone;
  if (gone) gone(why);
}

}  // namespace klive::app
