// SPDX-License-Identifier: LGPL-2.1-or-later
// The configuration of this process: the named file or the machine's, its environment, --set.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace klive::app {

[[nodiscard]] base::Result<Config> load_configuration(const std::string &file,
                                                      const std::vector<std::string> &overrides);

}  // namespace klive::app
