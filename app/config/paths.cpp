// SPDX-License-Identifier: LGPL-2.1-or-later
// Tells a build tree from an installation by the place of the running executable.
#include "config/paths.h"

#include <filesystem>
#include <system_error>

#include "config/build_paths.h"

namespace klive::app {
namespace {

bool runs_from_build_tree() {
  std::error_code failed;
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", failed).string();
  return !failed && executable.starts_with(KLIVE_BUILD_ROOT "/");
}

}  // namespace

Paths own_paths() {
  if (runs_from_build_tree())
    return {.pipelines = KLIVE_SOURCE_ROOT "/pipelines",
            .web = KLIVE_BUILD_ROOT "/data/web",
            .plugins = KLIVE_BUILD_ROOT "/plugins",
            .config = KLIVE_CONFIG_FILE};
  return {.pipelines = KLIVE_DATA_DIR "/pipelines",
          .web = KLIVE_DATA_DIR "/web",
          .plugins = KLIVE_PLUGIN_DIR,
          .config = KLIVE_CONFIG_FILE};
}

}  // namespace klive::app
