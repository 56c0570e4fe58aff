// SPDX-License-Identifier: LGPL-2.1-or-later
// Options of one verb, over GOption: declared one a line, read into plain variables.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/cli.h"

namespace klive::app {

/// Declare, then parse() once. The variables outlive it. Thread-bound.
class Options {
 public:
  /// `usage` stands behind "klive" ("entry add"), `summary` is a sentence, `operands` names what
  /// follows the options ("ID").
  Options(const char *usage, const char *summary, const char *operands = "");
  ~Options();
  Options(const Options &) = delete;
  Options &operator=(const Options &) = delete;

  void flag(const char *name, bool &to, const char *help);
  void text(const char *name, std::string &to, const char *help, const char *value);
  /// Tells whether it was given.
  void optional_text(const char *name, std::optional<std::string> &to, const char *help,
                     const char *value);
  void texts(const char *name, std::vector<std::string> &to, const char *help, const char *value);
  /// A whole number of `least` to `most`; another one is misuse.
  void number(const char *name, std::optional<int64_t> &to, int64_t least, int64_t most,
              const char *help, const char *value);

  /// The operands, of which there must be `least` to `most`. Nothing when the verb is done already:
  /// status() is then what to return (help was asked for, or something was misused).
  [[nodiscard]] std::optional<Arguments> parse(const Arguments &arguments, size_t least,
                                               size_t most);
  [[nodiscard]] int status() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace klive::app
