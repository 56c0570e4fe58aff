// SPDX-License-Identifier: LGPL-2.1-or-later
// Without --config the installation's file is read where there is one, then /etc/klive/klive.conf.
#include "cli/load_configuration.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "config/paths.h"

namespace klive::app {

base::Result<Config> load_configuration(const std::string &file,
                                        const std::vector<std::string> &overrides) {
  std::string path = file;
  for (const std::string &candidate : {own_paths().config, std::string("/etc/klive/klive.conf")}) {
    std::error_code failed;
    if (path.empty() && std::filesystem::exists(candidate, failed)) path = candidate;
  }
  std::vector<std::string> environment;
  for (char **each = environ; *each; ++each) environment.emplace_back(*each);
  return load_config(path, environment, overrides);
}

}  // namespace klive::app
