// SPDX-License-Identifier: LGPL-2.1-or-later
// The figures of this process: memory, descriptors, threads, CPU time.
#include "live/process_metrics.h"

#include <dirent.h>
#include <glib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <memory>
#include <string_view>

namespace klive::app {
namespace {

struct CloseDir {
  void operator()(DIR *folder) const { closedir(folder); }
};

// A field of /proc/self/status, "VmRSS:	  1234 kB"; 0 where there is none.
double status_field(std::string_view name) {
  char *raw = nullptr;
  gsize size = 0;
  if (!g_file_get_contents("/proc/self/status", &raw, &size, nullptr)) return 0;
  const std::unique_ptr<char, decltype(&g_free)> owner(raw, g_free);
  const std::string_view text(raw, size);
  size_t at = text.find(name);
  if (at == std::string_view::npos) return 0;
  at = text.find_first_of("0123456789", at + name.size());
  if (at == std::string_view::npos) return 0;
  double value = 0;
  std::from_chars(text.data() + at, text.data() + text.size(), value);
  return value;
}

double open_descriptors() {
  const std::unique_ptr<DIR, CloseDir> folder(opendir("/proc/self/fd"));
  if (!folder) return 0;
  double count = 0;
  while (const dirent *item = readdir(folder.get()))
    if (item->d_name[0] != '.') ++count;
  return count - 1;  // the folder's own
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval &time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

void add_process_metrics(Metrics &metrics) {
  const auto add = [&metrics](const char *name, const char *type, const char *help,
                              std::function<double()> read) {
    metrics.describe(name, type, help);
    metrics.gauge(name, {}, std::move(read));
  };
  add("klive_process_resident_memory_bytes", "gauge", "Resident memory of the door.",
      [] { return status_field("VmRSS:") * 1024; });
  add("klive_process_open_fds", "gauge", "Open descriptors of the door.", open_descriptors);
  add("klive_process_threads", "gauge", "Threads of the door.",
      [] { return status_field("Threads:"); });
  add("klive_process_cpu_seconds_total", "counter", "User and system CPU time of the door.",
      cpu_seconds);
  const double started = static_cast<double>(g_get_real_time()) / 1e6;
  add("klive_process_start_time_seconds", "gauge", "Unix time at which the door started.",
      [started] { return started; });
}

}  // namespace klive::app
