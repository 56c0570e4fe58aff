// SPDX-License-Identifier: LGPL-2.1-or-later
// What the host name of a publish address says: an entry and a side, or nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kaltura/publish_address.h"

namespace klive::kaltura {

/// Plain value.
struct PublishHost {
  std::string entry;         ///< empty: the host names none
  std::optional<Side> side;  ///< absent: the host names none
};

/// `host` without scheme and port, in any case.
[[nodiscard]] PublishHost parse_publish_host(std::string_view host);

/// The host of a URL, without user and port; empty when the text is no URL.
[[nodiscard]] std::string_view host_of(std::string_view url);

}  // namespace klive::kaltura
