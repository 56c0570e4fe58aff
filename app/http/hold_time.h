// SPDX-License-Identifier: LGPL-2.1-or-later
// How long a request is held for something that is about to exist, and what is said when too many
// are.
#pragma once

#include "base/media_time.h"
#include "http/exchange.h"
#include "live/live_registry.h"

namespace klive::app::http {

/// Three target durations (rfc8216bis 6.2.5.2 has a server give up then), at most a minute.
[[nodiscard]] base::MediaTime hold_time(const LiveEntry &entry);
void refuse_crowd(const Exchange &exchange);

}  // namespace klive::app::http
