// SPDX-License-Identifier: LGPL-2.1-or-later
// The worker's end of the control channel.
#include "worker/worker.h"

#include <gst/gst.h>

#include <memory>
#include <string>
#include <utility>

#include "klive/ptr.h"
#include "klive/unique_fd.h"
#include "socket_poller.h"
#include "worker/control_channel.h"
#include "worker/entry_pipeline.h"

namespace klive::app {
namespace {

/// Thread-bound: the thread whose default context it was made on.
class Worker {
 public:
  Worker(GMainLoop *loop, gst::UniqueFd socket)
      : loop_(loop),
        channel_(poller_, std::move(socket), true,
                 {.message = [this](control::Message message,
                                    gst::UniqueFd fd) { take(std::move(message), std::move(fd)); },
                  // The door is gone, or is done with us.
                  .closed = [this](const std::string &) { g_main_loop_quit(loop_); }}) {}
  Worker(const Worker &) = delete;
  Worker &operator=(const Worker &) = delete;

  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  void take(control::Message message, gst::UniqueFd fd);
  [[nodiscard]] base::Result<void> start(const std::string &description);
  [[nodiscard]] base::Result<void> add(const control::AddPublication &asked, gst::UniqueFd fd);
  /// What was told must have left before the loop ends.
  void quit(int code) {
    exit_code_ = code;
    channel_.flush();
    g_main_loop_quit(loop_);
  }

  GMainLoop *loop_;
  SocketPoller poller_;
  ControlChannel channel_;
  std::unique_ptr<EntryPipeline> pipeline_;  // tells the channel until it is gone
  int exit_code_ = 0;
};

base::Result<void> Worker::start(const std::string &json) {
  if (pipeline_) return base::fail(base::ErrorCode::kConflict, "start came before");
  auto description = parse_description(json, "description");
  if (!description) return base::fail(std::move(description.error()));
  auto pipeline = EntryPipeline::build(
      *description,
      {.event = [this](const std::string &line) { channel_.send(control::Event{line}); },
       .publication_ended =
           [this](const std::string &name, const std::string &reason) {
             channel_.send(control::PublicationEnded{name, reason});
           },
       .warning = [this](const std::string &text) { channel_.send(control::Warning{text}); },
       .failed =
           [this](const std::string &reason) {
             channel_.send(control::Warning{reason});
             quit(1);  // the door starts another, which repairs the window
           }});
  if (!pipeline) return base::fail(std::move(pipeline.error()));
  pipeline_ = std::move(*pipeline);
  return {};
}

base::Result<void> Worker::add(const control::AddPublication &asked, gst::UniqueFd fd) {
  if (!pipeline_) return base::fail(base::ErrorCode::kConflict, "no pipeline was started");
  if (!fd) return base::fail(base::ErrorCode::kInvalid, "its file descriptor is missing");
  return pipeline_->add_publication(asked.name, asked.header, fd.release());
}

void Worker::take(control::Message message, gst::UniqueFd fd) {
  if (const auto *begin = std::get_if<control::Start>(&message)) {
    if (auto started = start(begin->description); !started) {
      channel_.send(control::Warning{started.error().message});
      quit(1);  // of no use to anybody
    }
  } else if (const auto *asked = std::get_if<control::AddPublication>(&message)) {
    if (auto added = add(*asked, std::move(fd)); !added)
      channel_.send(control::PublicationEnded{asked->name, added.error().message});
  } else if (const auto *removed = std::get_if<control::RemovePublication>(&message)) {
    if (pipeline_) pipeline_->remove_publication(removed->name);
  } else if (std::holds_alternative<control::Ask>(message)) {
    channel_.send(control::DiskWait{pipeline_ ? pipeline_->disk_wait_ms() : 0});
  } else if (const auto *stop = std::get_if<control::Stop>(&message)) {
    if (pipeline_) pipeline_->stop(stop->end_session);
    quit(0);
  }
}

}  // namespace

int run_worker(int control_fd) {
  const auto context = gst::Ptr<GMainContext>::take(g_main_context_new());
  g_main_context_push_thread_default(context.get());
  const auto loop = gst::Ptr<GMainLoop>::take(g_main_loop_new(context.get(), FALSE));
  int code = 0;
  {
    Worker worker(loop.get(), gst::UniqueFd(control_fd));
    g_main_loop_run(loop.get());
    code = worker.exit_code();
  }
  g_main_context_pop_thread_default(context.get());
  return code;
}

}  // namespace klive::app
