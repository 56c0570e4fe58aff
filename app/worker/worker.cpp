// SPDX-License-Identifier: LGPL-2.1-or-later
// The worker's end of the control channel.
#include "worker/worker.h"

#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <gst/gst.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "app_context.h"
#include "base/bytes.h"
#include "klive/ptr.h"
#include "worker/control.h"
#include "worker/entry_pipeline.h"
#include "worker/sandbox.h"

namespace klive::app {
namespace {

/// Thread-bound: the thread whose default context it was made on.
class Worker {
 public:
  explicit Worker(GMainLoop *loop) : loop_(loop) {}
  ~Worker() {
    pipeline_.reset();
    if (connection_ && registration_) {
      g_dbus_connection_unregister_object(connection_.get(), registration_);
    }
    if (connection_) g_signal_handlers_disconnect_by_data(connection_.get(), this);
  }
  Worker(const Worker &) = delete;
  Worker &operator=(const Worker &) = delete;

  bool serve(int fd);
  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  static void on_call(GDBusConnection *, const gchar *, const gchar *, const gchar *,
                      const gchar *method, GVariant *arguments, GDBusMethodInvocation *invocation,
                      gpointer self) {
    static_cast<Worker *>(self)->call(method, arguments, invocation);
  }
  void call(const std::string &method, GVariant *arguments, GDBusMethodInvocation *invocation);
  base::Result<void> start(GVariant *arguments);
  base::Result<void> add_publication(GVariant *arguments, GDBusMethodInvocation *invocation);
  void tell(const char *signal, GVariant *arguments) {
    g_dbus_connection_emit_signal(connection_.get(), nullptr, control::kObjectPath,
                                  control::kInterface, signal, arguments, nullptr);
  }
  /// What was told must have left before the loop ends.
  void quit(int code) {
    exit_code_ = code;
    g_dbus_connection_flush_sync(connection_.get(), nullptr, nullptr);
    g_main_loop_quit(loop_);
  }

  GMainLoop *loop_;
  gst::Ptr<GDBusConnection> connection_;
  guint registration_ = 0;
  std::unique_ptr<EntryPipeline> pipeline_;
  int exit_code_ = 0;
};

bool Worker::serve(int fd) {
  const auto socket = gst::Ptr<GSocket>::take(g_socket_new_from_fd(fd, nullptr));
  if (!socket) {
    close(fd);
    return false;
  }
  const auto stream = gst::Ptr<GSocketConnection>::take(
      g_socket_connection_factory_create_connection(socket.get()));
  GError *error = nullptr;
  connection_ = gst::Ptr<GDBusConnection>::take(g_dbus_connection_new_sync(
      G_IO_STREAM(stream.get()), nullptr,
      static_cast<GDBusConnectionFlags>(G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                        G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING),
      nullptr, nullptr, &error));
  if (!connection_) {
    GST_ERROR("control channel: %s", error->message);
    g_clear_error(&error);
    return false;
  }
  g_signal_connect(connection_.get(), "closed",
                   G_CALLBACK(+[](GDBusConnection *, gboolean, GError *, gpointer self) {
                     auto *worker = static_cast<Worker *>(self);
                     g_main_loop_quit(worker->loop_);  // the door is gone, or is done with us
                   }),
                   this);
  GDBusNodeInfo *node = g_dbus_node_info_new_for_xml(control::kIntrospection, nullptr);
  static constexpr GDBusInterfaceVTable kCalls = {&Worker::on_call, nullptr, nullptr, {}};
  registration_ =
      g_dbus_connection_register_object(connection_.get(), control::kObjectPath,
                                        node->interfaces[0], &kCalls, this, nullptr, nullptr);
  g_dbus_node_info_unref(node);
  g_dbus_connection_start_message_processing(connection_.get());
  return registration_ != 0;
}

base::Result<void> Worker::start(GVariant *arguments) {
  if (pipeline_) return base::fail(base::ErrorCode::kConflict, "Start was called before");
  const char *json = nullptr;
  g_variant_get(arguments, "(&s)", &json);
  auto description = parse_description(json, "description");
  if (!description) return base::fail(std::move(description.error()));
  auto pipeline = EntryPipeline::build(
      *description,
      {.event =
           [this](const std::string &line) { tell("Event", g_variant_new("(s)", line.c_str())); },
       .publication_ended =
           [this](const std::string &name, const std::string &reason) {
             tell("PublicationEnded", g_variant_new("(ss)", name.c_str(), reason.c_str()));
           },
       .warning =
           [this](const std::string &text) { tell("Warning", g_variant_new("(s)", text.c_str())); },
       .failed =
           [this](const std::string &reason) {
             tell("Warning", g_variant_new("(s)", reason.c_str()));
             quit(1);  // the door starts another, which repairs the window
           }});
  if (!pipeline) return base::fail(std::move(pipeline.error()));
  pipeline_ = std::move(*pipeline);
  return {};
}

base::Result<void> Worker::add_publication(GVariant *arguments, GDBusMethodInvocation *invocation) {
  if (!pipeline_) return base::fail(base::ErrorCode::kConflict, "AddPublication before Start");
  const char *name = nullptr;
  GVariant *raw_header = nullptr;
  gint32 index = 0;
  g_variant_get(arguments, "(&s@ayh)", &name, &raw_header, &index);
  const auto header = gst::Ptr<GVariant>::take(raw_header);
  GUnixFDList *fds =
      g_dbus_message_get_unix_fd_list(g_dbus_method_invocation_get_message(invocation));
  GError *raw = nullptr;
  const int fd = fds ? g_unix_fd_list_get(fds, index, &raw) : -1;
  const gst::ErrorPtr error(raw);
  if (fd < 0)
    return base::fail(base::ErrorCode::kInvalid, "AddPublication came without its file descriptor");
  gsize size = 0;
  const void *bytes = g_variant_get_fixed_array(header.get(), &size, 1);
  return pipeline_->add_publication(name, {static_cast<const uint8_t *>(bytes), size}, fd);
}

void Worker::call(const std::string &method, GVariant *arguments,
                  GDBusMethodInvocation *invocation) {
  base::Result<void> result;
  bool stop = false;
  if (method == "Start") {
    result = start(arguments);
  } else if (method == "AddPublication") {
    result = add_publication(arguments, invocation);
  } else if (method == "RemovePublication") {
    const char *name = nullptr;
    g_variant_get(arguments, "(&s)", &name);
    if (pipeline_) pipeline_->remove_publication(name);
  } else {
    gboolean end_session = FALSE;
    g_variant_get(arguments, "(b)", &end_session);
    if (pipeline_) pipeline_->stop(end_session);
    stop = true;
  }
  if (result) {
    g_dbus_method_invocation_return_value(invocation, nullptr);
  } else {
    g_dbus_method_invocation_return_dbus_error(invocation, "org.klive.Error",
                                               result.error().message.c_str());
  }
  if (stop) quit(0);
  if (method == "Start" && !result) quit(1);  // of no use to anybody; the door says why
}

}  // namespace

int run_worker(int control_fd) {
  const auto context = gst::Ptr<GMainContext>::take(g_main_context_new());
  g_main_context_push_thread_default(context.get());
  const auto loop = gst::Ptr<GMainLoop>::take(g_main_loop_new(context.get(), FALSE));
  int code = 1;
  {
    Worker worker(loop.get());
    if (worker.serve(control_fd)) {
      g_main_loop_run(loop.get());
      code = worker.exit_code();
    }
  }
  g_main_context_pop_thread_default(context.get());
  return code;
}

int run_worker_process(int control_fd, uint64_t memory) {
  prctl(PR_SET_NAME, "klive-worker");  // not "exe", in ps and in logs
  // Before the sandbox: a stale plugin registry is rebuilt by another program.
  gst_init(nullptr, nullptr);
  if (auto entered = enter_sandbox(memory); !entered) {
    GST_ERROR("sandbox: %s", entered.error().message.c_str());
    return 1;
  }
  return run_worker(control_fd);
}

}  // namespace klive::app
