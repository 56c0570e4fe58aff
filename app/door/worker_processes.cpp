// SPDX-License-Identifier: LGPL-2.1-or-later
// Starting the fork server, and telling whom it concerns what it says.
#include "door/worker_processes.h"

#include <csignal>
#include <utility>

#include "app_context.h"

GST_DEBUG_CATEGORY_STATIC(klive_worker_processes_debug);
#define GST_CAT_DEFAULT klive_worker_processes_debug

namespace klive::app {
namespace {

constexpr int kOrdersFd = 3;  // in the fork server

}  // namespace

WorkerProcesses::~WorkerProcesses() {
  *alive_ = nullptr;
  channel_.reset();  // the server ends by it, and whatever worker is left with the server
}

base::Result<void> WorkerProcesses::start_server() {
  GST_DEBUG_CATEGORY_INIT(klive_worker_processes_debug, "klive-worker-processes", 0,
                          "klive worker processes");
  auto ends = open_packet_pair();
  if (!ends) return base::fail(std::move(ends.error()));
  const auto launcher =
      gst::Ptr<GSubprocessLauncher>::take(g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE));
  g_subprocess_launcher_take_fd(launcher.get(), ends->second.release(), kOrdersFd);
  GError *raw = nullptr;
  const std::string orders = std::to_string(kOrdersFd);
  server_ = gst::Ptr<GSubprocess>::take(g_subprocess_launcher_spawn(
      launcher.get(), &raw, "/proc/self/exe", "worker", "--orders-fd", orders.c_str(), nullptr));
  const gst::ErrorPtr error(raw);
  if (!server_)
    return base::fail(base::ErrorCode::kIo, std::string("starting workers: ") + error->message);
  channel_ = std::make_unique<ControlChannel>(
      poller_, std::move(ends->first), false,
      ControlCallbacks{
          .message = [this](const control::Message &message, gst::UniqueFd) { take(message); },
          .closed = [this](const std::string &why) { server_gone(why); }});
  channel_->send(control::Warm{description_});
  return {};
}

base::Result<uint64_t> WorkerProcesses::start(gst::UniqueFd control, uint64_t memory,
                                              Exited exited) {
  if (!channel_) {
    if (auto started = start_server(); !started) return base::fail(std::move(started.error()));
  }
  const uint64_t worker = next_++;
  workers_[worker] = std::move(exited);
  channel_->send(control::Fork{worker, memory}, control.get());
  return worker;
}

void WorkerProcesses::kill(uint64_t worker) {
  if (channel_) channel_->send(control::Kill{worker});
}

void WorkerProcesses::take(const control::Message &message) {
  const auto *fact = std::get_if<control::Exited>(&message);
  if (!fact) return;
  const auto found = workers_.find(fact->worker);
  if (found == workers_.end()) return;
  const Exited exited = std::move(found->second);
  workers_.erase(found);
  exited(fact->status);
}

void WorkerProcesses::server_gone(const std::string &why) {
  GST_ERROR("the process that workers are forked from is gone (%s); starting another", why.c_str());
  g_subprocess_force_exit(server_.get());
  server_.reset();
  // Posted: the channel that is calling us is destroyed by it.
  post(nullptr, [alive = alive_] {
    if (!*alive) return;
    WorkerProcesses &self = **alive;
    self.channel_.reset();
    for (const auto &[worker, exited] : std::exchange(self.workers_, {})) exited(SIGKILL);
  });
}

}  // namespace klive::app
