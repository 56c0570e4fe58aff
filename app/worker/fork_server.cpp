// SPDX-License-Identifier: LGPL-2.1-or-later
// Orders in, children out.
#include "worker/fork_server.h"

#include <gst/gst.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "klive/ptr.h"
#include "klive/unique_fd.h"
#include "worker/control.h"
#include "worker/description.h"
#include "worker/packet_socket.h"
#include "worker/sandbox.h"
#include "worker/worker.h"

namespace klive::app {
namespace {

/// Makes and drops what an entry's pipeline is made of. A stage that cannot be built is no matter
/// here: the worker that needs it says so.
void warm(const std::string &json) {
  const auto description = parse_description(json, "description");
  if (!description) return;
  const auto build = [](const std::string &line) {
    (void)gst::adopt_floating(gst_parse_bin_from_description_full(
        line.c_str(), FALSE, nullptr, GST_PARSE_FLAG_FATAL_ERRORS, nullptr));
  };
  build(description->source.bin);
  build(description->package.bin);
  for (const auto &[name, output] : description->outputs) build(output.stage.bin);
}

class ForkServer {
 public:
  explicit ForkServer(int orders) : orders_(orders), children_(watch_children()) {}

  /// Returns in the server when there is nothing more to do, and in each child: its exit code.
  int run();

 private:
  /// What a child was forked for.
  struct Job {
    gst::UniqueFd control;
    uint64_t memory = 0;
  };

  static int watch_children() {
    sigset_t exits;
    sigemptyset(&exits);
    sigaddset(&exits, SIGCHLD);
    sigprocmask(SIG_BLOCK, &exits, nullptr);
    return signalfd(-1, &exits, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  /// False: the door is gone. A job: this is a child now.
  bool take_order(std::optional<Job> &job);
  void fork_worker(const control::Fork &order, gst::UniqueFd control, std::optional<Job> &job);
  void kill_worker(uint64_t worker) const;
  void bury();
  void tell_exit(uint64_t worker, int status) const;
  int become_worker(Job job);

  const pid_t server_ = getpid();
  gst::UniqueFd orders_, children_;
  std::map<pid_t, uint64_t> workers_;
  std::unique_ptr<uint8_t[]> buffer_ =
      std::make_unique_for_overwrite<uint8_t[]>(control::kLargestMessage);
};

int ForkServer::run() {
  for (;;) {
    pollfd watched[] = {{orders_.get(), POLLIN, 0}, {children_.get(), POLLIN, 0}};
    if (poll(watched, 2, -1) < 0) continue;
    if (watched[1].revents != 0) bury();
    std::optional<Job> job;
    if (watched[0].revents != 0 && !take_order(job)) return 0;
    if (job) return become_worker(std::move(*job));
  }
}

bool ForkServer::take_order(std::optional<Job> &job) {
  auto packet = receive_packet(orders_.get(), {buffer_.get(), control::kLargestMessage}, true);
  if (!packet) return false;
  if (!*packet) return true;
  const auto message = control::decode({buffer_.get(), (*packet)->size});
  if (!message) return false;
  if (const auto *order = std::get_if<control::Fork>(&*message)) {
    fork_worker(*order, std::move((*packet)->fd), job);
  } else if (const auto *victim = std::get_if<control::Kill>(&*message)) {
    kill_worker(victim->worker);
  } else if (const auto *asked = std::get_if<control::Warm>(&*message)) {
    warm(asked->description);
  }
  return true;
}

void ForkServer::fork_worker(const control::Fork &order, gst::UniqueFd control,
                             std::optional<Job> &job) {
  const pid_t child = fork();
  if (child == 0) {
    job = Job{std::move(control), order.memory};
  } else if (child > 0) {
    workers_[child] = order.worker;
  } else {
    tell_exit(order.worker, 1 << 8);
  }
}

void ForkServer::kill_worker(uint64_t worker) const {
  // Not buried yet, so the number is still its own.
  for (const auto &[pid, number] : workers_) {
    if (number == worker) kill(pid, SIGKILL);
  }
}

void ForkServer::bury() {
  signalfd_siginfo ignored;
  while (read(children_.get(), &ignored, sizeof ignored) > 0) {
  }
  int status = 0;
  for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    const auto found = workers_.find(pid);
    if (found == workers_.end()) continue;
    tell_exit(found->second, status);
    workers_.erase(found);
  }
}

void ForkServer::tell_exit(uint64_t worker, int status) const {
  const base::Bytes fact = control::encode(control::Exited{worker, status});
  // The socket holds thousands of these. A door that reads none is hung, and so is no loss.
  (void)send_packet(orders_.get(), fact);
}

int ForkServer::become_worker(Job job) {
  orders_.reset();
  children_.reset();
  sigset_t exits;
  sigemptyset(&exits);
  sigaddset(&exits, SIGCHLD);
  sigprocmask(SIG_UNBLOCK, &exits, nullptr);
  prctl(PR_SET_NAME, "klive-worker");  // not "exe", in ps and in logs
  if (auto entered = enter_sandbox(job.memory); !entered) {
    GST_ERROR("sandbox: %s", entered.error().message.c_str());
    return 1;
  }
  // The server may have died before the sandbox asked to be told of it.
  if (getppid() != server_) return 1;
  return run_worker(job.control.release());
}

}  // namespace

int run_fork_server(int orders_fd) {
  prctl(PR_SET_NAME, "klive-workers");
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Before any sandbox: a stale plugin registry is rebuilt by another program.
  gst_init(nullptr, nullptr);
  return ForkServer(orders_fd).run();
}

}  // namespace klive::app
