// SPDX-License-Identifier: LGPL-2.1-or-later
// Description: pipelines/*.json, what to build for an entry. Format and rules: pipelines/README.md.
//
//   file ── extends, merge patch ──► Description ── ${…} filled in ──► resolved Description ── door
//   → worker ──► pipeline
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace klive::app {

/// A launch line and the properties set on its named elements: ("demux.epoch", "${entry.epoch}").
struct Stage {
  std::string bin;
  std::vector<std::pair<std::string, std::string>> set;
};

/// An output behind the package stage; `when` is "${…}" or empty (always).
struct Output {
  std::string when;
  Stage stage;
};

/// What happens to the flavors an encoder publishes: "*" is every one of them.
struct FlavorPlan {
  std::string video, audio;  ///< "copy"
};

/// Plain value.
struct Description {
  std::string description;
  Stage source;   ///< built once per publication; holds elements named `publication` and `demux`
  Stage package;  ///< built once; holds an element named `package`
  std::map<std::string, FlavorPlan> flavors;
  std::map<std::string, Output> outputs;  ///< each holds an element named as its key
};

/// Names and values for ${…}: "entry.id" → "1_abcd1234".
using Variables = std::map<std::string, std::string, std::less<>>;

/// Reads a file with all that it extends (paths are relative to the file, plain names only). Every
/// mistake is reported at once, each with file and JSON path.
[[nodiscard]] base::Result<Description> load_description(const std::string &path);
/// Reads one JSON text without `extends`; `origin` is named in errors.
[[nodiscard]] base::Result<Description> parse_description(std::string_view json,
                                                          const std::string &origin);

/// Fills in every ${name}; drops outputs whose `when` is "false", "0" or empty after filling in.
/// Unknown names are errors.
[[nodiscard]] base::Result<Description> resolve(const Description &description,
                                                const Variables &variables);

[[nodiscard]] std::string to_json(const Description &description);
/// One equivalent gst-launch-1.0 line, for people.
[[nodiscard]] std::string to_launch_line(const Description &resolved);

/// "6s", "500ms", "2h", "2500k" as the plain number that a property takes (ns or units); other text
/// unchanged.
[[nodiscard]] std::string plain_number(const std::string &value);

}  // namespace klive::app
