// SPDX-License-Identifier: LGPL-2.1-or-later
// The command line: `klive VERB …`. One file a family of verbs; the table is in cli.cpp.
#pragma once

#include <string>
#include <vector>

namespace klive::app {

/// What a verb returns to the shell.
constexpr int kExitDone = 0;
constexpr int kExitFailed = 1;   ///< understood, and it did not work
constexpr int kExitMisused = 2;  ///< not understood

/// Arguments after the verb. Plain value.
using Arguments = std::vector<std::string>;

/// Runs the verb that the arguments name; returns the exit status. Call once, from main().
[[nodiscard]] int run_cli(int argc, char **argv);

[[nodiscard]] int serve_command(const Arguments &arguments);
[[nodiscard]] int worker_command(const Arguments &arguments);
[[nodiscard]] int entry_command(const Arguments &arguments);
[[nodiscard]] int ks_command(const Arguments &arguments);
[[nodiscard]] int publish_command(const Arguments &arguments);
[[nodiscard]] int describe_command(const Arguments &arguments);
[[nodiscard]] int check_command(const Arguments &arguments);

/// Prints "klive: SENTENCE" to standard error.
void complain(const std::string &sentence);

}  // namespace klive::app
