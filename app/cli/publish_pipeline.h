// SPDX-License-Identifier: LGPL-2.1-or-later
// The built-in encoder: a test picture with sound, or a file over and over, to RTMP targets.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/media_time.h"
#include "base/result.h"

#include "cli/publish_target.h"

namespace klive::app {

/// What to publish and where. Plain value.
struct PublishPlan {
  std::vector<PublishTarget> targets;       ///< several: the test picture gets smaller for each
  std::string file;                         ///< empty: the test picture
  std::optional<base::MediaTime> duration;  ///< until it is interrupted when not set
};

/// Publishes until the duration is over or SIGINT or SIGTERM came; both end the publication the
/// clean way. An error says why the server refused or what broke. Runs the default main context.
[[nodiscard]] base::Result<void> run_publication(const PublishPlan &plan);

}  // namespace klive::app
