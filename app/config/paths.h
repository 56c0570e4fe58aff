// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the program's own files are: installed, or in the tree that it was built in.
#pragma once

#include <string>

namespace klive::app {

/// Absolute paths. Plain value.
struct Paths {
  std::string pipelines;  ///< folder of descriptions
  std::string web;        ///< folder of the built pages
  std::string plugins;    ///< folder of the GStreamer plugin
  std::string config;     ///< the configuration file that is read when none is named
};

/// The build tree's paths while this executable lies in it, else the installed ones.
[[nodiscard]] Paths own_paths();

}  // namespace klive::app
