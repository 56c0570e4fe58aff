// SPDX-License-Identifier: LGPL-2.1-or-later
// Starting, calling and burying workers.
#include "door/worker_handle.h"

#include <gio/gunixfdlist.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <gst/gst.h>

#include "worker/control.h"
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

base::Result<std::unique_ptr<WorkerHandle>> WorkerHandle::spawn(Isolation isolation,
                                                                uint64_t memory) {
  GST_DEBUG_CATEGORY_INIT(klive_workers_debug, "klive-workers", 0, "klive workers");
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return base::fail(base::ErrorCode::kIo, std::string("socketpair: ") + std::strerror(errno));
  }
  std::unique_ptr<WorkerHandle> handle(new WorkerHandle);
  WorkerHandle *self = handle.get();
  if (isolation == Isolation::kThread) {
    self->thread_ = std::thread([fd = ends[1]] { run_worker(fd); });
  } else {
    const auto launcher =
        gst::Ptr<GSubprocessLauncher>::take(g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE));
    g_subprocess_launcher_take_fd(launcher.get(), ends[1], kControlFd);
    GError *error = nullptr;
    const std::string control = std::to_string(kControlFd), limit = std::to_string(memory);
    self->process_ = gst::Ptr<GSubprocess>::take(g_subprocess_launcher_spawn(
        launcher.get(), &error, "/proc/self/exe", "worker", "--control-fd", control.c_str(),
        "--memory-limit", limit.c_str(), nullptr));
    if (!self->process_) {
      close(ends[0]);
      const gst::ErrorPtr owned(error);
      return base::fail(base::ErrorCode::kIo, std::string("starting a worker: ") + owned->message);
    }
    g_subprocess_wait_async(
        self->process_.get(), nullptr,
        [](GObject *source, GAsyncResult *result, gpointer data) {
          g_subprocess_wait_finish(G_SUBPROCESS(source), result, nullptr);
          WorkerHandle *alive = take_alive(data);
          if (!alive) return;
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
  if (auto opened = self->open_channel(ends[0]); !opened)
    return base::fail(std::move(opened.error()));
  return handle;
}

base::Result<void> WorkerHandle::open_channel(int fd) {
  GError *error = nullptr;
  const auto socket = gst::Ptr<GSocket>::take(g_socket_new_from_fd(fd, &error));
  if (!socket) {
    const gst::ErrorPtr owned(error);
    close(fd);
    return base::fail(base::ErrorCode::kIo, owned->message);
  }
  const auto stream = gst::Ptr<GSocketConnection>::take(
      g_socket_connection_factory_create_connection(socket.get()));
  const gst::CharPtr guid(g_dbus_generate_guid());
  g_dbus_connection_new(
      G_IO_STREAM(stream.get()), guid.get(),
      static_cast<GDBusConnectionFlags>(G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER |
                                        G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_ALLOW_ANONYMOUS |
                                        G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING),
      nullptr, cancel_.get(),
      [](GObject *, GAsyncResult *result, gpointer data) {
        GError *failed = nullptr;
        auto connection =
            gst::Ptr<GDBusConnection>::take(g_dbus_connection_new_finish(result, &failed));
        const gst::ErrorPtr owned(failed);
        WorkerHandle *self = take_alive(data);
        if (!self) return;
        if (!connection) {
          GST_WARNING("control channel: %s", owned->message);
          self->channel_closed();
          return;
        }
        self->connected(std::move(connection));
      },
      new Alive(alive_));
  return {};
}

void WorkerHandle::connected(gst::Ptr<GDBusConnection> connection) {
  connection_ = std::move(connection);
  g_signal_connect(connection_.get(), "closed",
                   G_CALLBACK(+[](GDBusConnection *, gboolean, GError *, gpointer self) {
                     static_cast<WorkerHandle *>(self)->channel_closed();
                   }),
                   this);
  subscription_ = g_dbus_connection_signal_subscribe(
      connection_.get(), nullptr, control::kInterface, nullptr, control::kObjectPath, nullptr,
      G_DBUS_SIGNAL_FLAGS_NONE,
      [](GDBusConnection *, const gchar *, const gchar *, const gchar *, const gchar *signal,
         GVariant *arguments,
         gpointer self) { static_cast<WorkerHandle *>(self)->on_signal(signal, arguments); },
      this, nullptr);
  g_dbus_connection_start_message_processing(connection_.get());
  auto pending = std::exchange(pending_, {});
  for (auto &waiting : pending) {
    call(waiting.method.c_str(), std::move(waiting.arguments), std::move(waiting.fds));
  }
}

WorkerHandle::~WorkerHandle() {
  *alive_ = nullptr;
  g_cancellable_cancel(cancel_.get());
  if (connection_) {
    g_signal_handlers_disconnect_by_data(connection_.get(), this);
    g_dbus_connection_signal_unsubscribe(connection_.get(), subscription_);
    g_dbus_connection_close_sync(connection_.get(), nullptr,
                                 nullptr);  // a worker thread ends by it
  }
  if (process_ && !gone_) g_subprocess_force_exit(process_.get());
  if (thread_.joinable()) thread_.join();
}

void WorkerHandle::call(const char *method, gst::Ptr<GVariant> arguments,
                        gst::Ptr<GUnixFDList> fds) {
  if (gone_) return;
  if (!connection_) {
    pending_.push_back({method, std::move(arguments), std::move(fds)});
    return;
  }
  g_dbus_connection_call_with_unix_fd_list(
      connection_.get(), nullptr, control::kObjectPath, control::kInterface, method,
      arguments.get(), nullptr, G_DBUS_CALL_FLAGS_NONE, 30'000, fds.get(), cancel_.get(),
      [](GObject *source, GAsyncResult *result, gpointer data) {
        GError *failed = nullptr;
        const auto answer =
            gst::Ptr<GVariant>::take(g_dbus_connection_call_with_unix_fd_list_finish(
                G_DBUS_CONNECTION(source), nullptr, result, &failed));
        const gst::ErrorPtr error(failed);
        WorkerHandle *self = take_alive(data);
        // One that was told to stop closes the channel before its answer is out.
        if (self && error && !self->gone_ && !self->stopping_ && self->callbacks_.warning)
          self->callbacks_.warning(error->message);
      },
      new Alive(alive_));
}

void WorkerHandle::start(const std::string &description_json) {
  call("Start", gst::Ptr<GVariant>::ref(g_variant_new("(s)", description_json.c_str())));
}

void WorkerHandle::add_publication(const std::string &name, base::ByteView header, int fd) {
  auto fds = gst::Ptr<GUnixFDList>::take(g_unix_fd_list_new());
  GError *raw = nullptr;
  const int index = g_unix_fd_list_append(fds.get(), fd, &raw);
  const gst::ErrorPtr error(raw);
  if (index < 0) {
    if (callbacks_.warning) callbacks_.warning(error->message);
    return;
  }
  GVariant *bytes = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, header.data(), header.size(), 1);
  call("AddPublication",
       gst::Ptr<GVariant>::ref(g_variant_new("(s@ayh)", name.c_str(), bytes, index)),
       std::move(fds));
}

void WorkerHandle::remove_publication(const std::string &name) {
  call("RemovePublication", gst::Ptr<GVariant>::ref(g_variant_new("(s)", name.c_str())));
}

void WorkerHandle::stop(bool end_session) {
  stopping_ = true;
  call("Stop", gst::Ptr<GVariant>::ref(g_variant_new("(b)", end_session)));
}

bool WorkerHandle::kill() {
  if (!process_) return false;
  g_subprocess_force_exit(process_.get());
  return true;
}

void WorkerHandle::on_signal(const std::string &name, GVariant *arguments) {
  const char *first = nullptr, *second = nullptr;
  if (name == "Event" && g_variant_is_of_type(arguments, G_VARIANT_TYPE("(s)"))) {
    g_variant_get(arguments, "(&s)", &first);
    if (callbacks_.event) callbacks_.event(first);
  } else if (name == "PublicationEnded" &&
             g_variant_is_of_type(arguments, G_VARIANT_TYPE("(ss)"))) {
    g_variant_get(arguments, "(&s&s)", &first, &second);
    if (callbacks_.publication_ended) callbacks_.publication_ended(first, second);
  } else if (name == "Warning" && g_variant_is_of_type(arguments, G_VARIANT_TYPE("(s)"))) {
    g_variant_get(arguments, "(&s)", &first);
    if (callbacks_.warning) callbacks_.warning(first);
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
