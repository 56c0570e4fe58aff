// SPDX-License-Identifier: LGPL-2.1-or-later
// The klive program.
#include <glib.h>

#include <csignal>

#include "cli/cli.h"
#include "config/paths.h"

int main(int argc, char **argv) {
  // A peer that closes its connection is an error code, not a death.
  std::signal(SIGPIPE, SIG_IGN);
  // GStreamer looks here for our elements; workers inherit it.
  const std::string plugins = klive::app::own_paths().plugins;
  if (!g_getenv("GST_PLUGIN_PATH") && !plugins.empty()) {
    g_setenv("GST_PLUGIN_PATH", plugins.c_str(), TRUE);
  }
  return klive::app::run_cli(argc, argv);
}
