// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of verbs and its help.
#include "cli/cli.h"

#include <clocale>
#include <cstdio>
#include <string_view>

namespace klive::app {
namespace {

struct Verb {
  std::string_view name;
  const char *summary;  ///< null = internal, not listed
  int (*run)(const Arguments &arguments);
};

constexpr Verb kVerbs[] = {
    {"serve", "run the service", serve_command},
    {"entry", "add, list, show, update and delete entries, renew their tokens", entry_command},
    {"ks", "make a session for the API", ks_command},
    {"publish", "publish a test picture or a file to an entry", publish_command},
    {"describe", "print what is built for an entry", describe_command},
    {"check", "check pipeline descriptions", check_command},
    {"worker", nullptr, worker_command},
};

void print_help(FILE *to) {
  std::fputs("Usage: klive VERB [OPTION…]\n\nVerbs\n", to);
  for (const Verb &verb : kVerbs)
    if (verb.summary)
      std::fprintf(to, "  %-10s %s\n", std::string(verb.name).c_str(), verb.summary);
  std::fputs(
      "\n\"klive VERB --help\" describes a verb. Exit status: 0 done, 1 failed, 2 misused.\n", to);
}

}  // namespace

void complain(const std::string &sentence) {
  std::fprintf(stderr, "klive: %s\n", sentence.c_str());
}

int run_cli(int argc, char **argv) {
  std::setlocale(LC_CTYPE, "");
  const Arguments all(argv + 1, argv + (argc > 0 ? argc : 1));
  if (all.empty()) {
    print_help(stderr);
    return kExitMisused;
  }
  const std::string &name = all.front();
  if (name == "--help" || name == "-h" || name == "help") {
    print_help(stdout);
    return kExitDone;
  }
  if (name == "--version") {
    std::puts("klive " KLIVE_VERSION);
    return kExitDone;
  }
  for (const Verb &verb : kVerbs)
    if (verb.name == name) return verb.run({all.begin() + 1, all.end()});
  complain("no verb \"" + name + "\"; \"klive --help\" lists them");
  return kExitMisused;
}

}  // namespace klive::app
