// SPDX-License-Identifier: LGPL-2.1-or-later
// Values of the configuration as a person writes them: "6s", "10m", "2G", a port.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/media_time.h"
#include "base/result.h"

namespace klive::app {

/// A whole number and a unit: ms, s, m, h. "0" needs none.
[[nodiscard]] base::Result<base::MediaTime> parse_duration(std::string_view text);
[[nodiscard]] std::string format_duration(base::MediaTime value);

/// Bytes, with K, M, G or T for powers of 1024.
[[nodiscard]] base::Result<uint64_t> parse_size(std::string_view text);
[[nodiscard]] std::string format_size(uint64_t value);

/// A whole number of `least` to `most`.
[[nodiscard]] base::Result<uint64_t> parse_number(std::string_view text, uint64_t least,
                                                  uint64_t most);

/// Names with a number of 1 at least: "webcast:5, lowlatency:2".
using Counts = std::map<std::string, int64_t>;
[[nodiscard]] base::Result<Counts> parse_counts(std::string_view text);
[[nodiscard]] std::string format_counts(const Counts &counts);

}  // namespace klive::app
