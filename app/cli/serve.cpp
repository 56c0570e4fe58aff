// SPDX-License-Identifier: LGPL-2.1-or-later
// `klive serve` and the internal `klive worker`: options in, the door or the worker runs.
#include "door/serve.h"
#include "cli/cli.h"
#include "cli/load_configuration.h"
#include "cli/options.h"
#include "worker/fork_server.h"

namespace klive::app {

int serve_command(const Arguments &arguments) {
  std::string root, config_file;
  std::vector<std::string> settings;
  Options options("serve", "Runs the service until it is told to stop.");
  options.text("root", root, "Data root, as --set server.root=DIR", "DIR");
  options.text("config", config_file, "Configuration file instead of /etc/klive/klive.conf",
               "FILE");
  options.texts("set", settings, "Override one setting; may be given often", "GROUP.KEY=VALUE");
  if (!options.parse(arguments, 0, 0)) return options.status();

  if (!root.empty()) settings.push_back("server.root=" + root);
  const auto config = load_configuration(config_file, settings);
  if (!config) {
    complain(config.error().message);
    return kExitMisused;
  }
  return serve(*config);
}

int worker_command(const Arguments &arguments) {
  std::optional<int64_t> orders_fd;
  Options options("worker", "Runs the entries' media; the service starts it.");
  options.number("orders-fd", orders_fd, 0, 1'000'000, "Descriptor that orders come from", "N");
  if (!options.parse(arguments, 0, 0)) return options.status();
  if (!orders_fd) {
    complain("workers are started by \"klive serve\", with --orders-fd");
    return kExitMisused;
  }
  return run_fork_server(static_cast<int>(*orders_fd));
}

}  // namespace klive::app
