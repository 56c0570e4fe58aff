// SPDX-License-Identifier: LGPL-2.1-or-later
// The main loop of `klive serve`: signals, readiness, watchdog.
#include "door/serve.h"

#include <glib-unix.h>
#include <gst/gst.h>
#include <malloc.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <thread>

#include "app_context.h"
#include "door/door.h"

namespace klive::app {
namespace {

/// Publications, viewers and files each take a descriptor; the soft limit of most systems is 1024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// Every thread would get a heap of its own, up to eight a core, and each keeps the holes of its
/// busiest moment: hours of encoders that come and go would fill all of them. More than run at once
/// are of no use.
void limit_heaps() {
  mallopt(M_ARENA_MAX, static_cast<int>(std::max(2U, std::thread::hardware_concurrency())));
}

/// The story of every entry goes to standard error unless GST_DEBUG asks for something else.
/// Workers inherit it.
void set_up_logging() {
  g_setenv("GST_DEBUG", "1,klive*:4", FALSE);
  if (!isatty(STDERR_FILENO)) g_setenv("GST_DEBUG_NO_COLOR", "1", FALSE);
}

}  // namespace

int serve(const Config &config) {
  raise_descriptor_limit();
  limit_heaps();  // before there are threads
  set_up_logging();
  gst_init(nullptr, nullptr);
  auto door = Door::open(config);
  if (!door) {
    std::fprintf(stderr, "klive: %s\n", door.error().message.c_str());
    return 1;
  }
  std::printf("klive: ready, RTMP on port %u, HTTP on port %u, data in %s\n", (*door)->rtmp_port(),
              (*door)->http_port(), config.server.root.c_str());
  std::fflush(stdout);
  sd_notify(0, "READY=1");

  const auto loop = gst::Ptr<GMainLoop>::take(g_main_loop_new(nullptr, FALSE));
  const auto quit = [](gpointer data) -> gboolean {
    g_main_loop_quit(static_cast<GMainLoop *>(data));
    return G_SOURCE_CONTINUE;
  };
  const guint interrupted = g_unix_signal_add(SIGINT, quit, loop.get());
  const guint terminated = g_unix_signal_add(SIGTERM, quit, loop.get());
  uint64_t watchdog_us = 0;
  std::unique_ptr<Ticker> watchdog;
  if (sd_watchdog_enabled(0, &watchdog_us) > 0) {
    watchdog = std::make_unique<Ticker>(static_cast<unsigned>(watchdog_us / 3000), [&door] {
      if ((*door)->accepts_connections()) sd_notify(0, "WATCHDOG=1");
    });
  }
  g_main_loop_run(loop.get());
  sd_notify(0, "STOPPING=1");
  // A second signal does not wait for a polite end.
  g_source_remove(interrupted);
  g_source_remove(terminated);
  return 0;
}

}  // namespace klive::app
