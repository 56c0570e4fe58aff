// SPDX-License-Identifier: LGPL-2.1-or-later
// `klive serve` and the internal `klive worker`: options in, the door or the worker runs.
#include "door/serve.h"
#include "cli/cli.h"
#include "cli/load_configuration.h"
#include "cli/options.h"
#include "worker/worker.h"

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
  std::optional<int64_t> control_fd, memory;
  Options options("worker", "Runs one entry's media; the service starts it.");
  options.number("control-fd", control_fd, 0, 1'000'000, "Descriptor of the control channel", "N");
  options.number("memory-limit", memory, 0, INT64_MAX,
                 "Private data that it may have; 0 = unlimited", "BYTES");
  if (!options.parse(arguments, 0, 0)) return options.status();
  if (!control_fd) {
    complain("a worker is started by \"klive serve\", with --control-fd");
    return kExitMisused;
  }
  return run_worker_process(static_cast<int>(*control_fd),
                            static_cast<uint64_t>(memory.value_or(0)));
}

}  // namespace klive::app
