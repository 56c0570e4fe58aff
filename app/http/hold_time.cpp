// SPDX-License-Identifier: LGPL-2.1-or-later
// How long a request is held for something that is about to exist.
#include "http/hold_time.h"

#include <algorithm>

namespace klive::app::http {

base::MediaTime hold_time(const LiveEntry &entry) {
  const auto &presentation = entry.presentation;
  const auto target = std::max(presentation.target_duration, presentation.session.segment_target);
  return std::clamp(base::MediaTime{target.ns * 3}, base::MediaTime::from_seconds(3),
                    base::MediaTime::from_seconds(60));
}

void refuse_crowd(const Exchange &exchange) {
  exchange.refuse(503, "busy", "Too many requests wait for this server's next chunk.",
                  {{"Retry-After", "1"}});
}

}  // namespace klive::app::http
