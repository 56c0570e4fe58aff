// SPDX-License-Identifier: LGPL-2.1-or-later
// A part of a presentation: some flavors, one side, or what was shown between two moments.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "manifest/presentation.h"

namespace klive::manifest {

/// Plain value.
struct Excerpt {
  std::vector<uint32_t> flavors;  ///< empty = all
  std::optional<bool> backup;     ///< one side; nothing = both
};

/// What a player shall be offered of it. Sound stays beside the picture, of whichever flavor it is.
/// Nothing when nothing of it is there.
[[nodiscard]] std::optional<Presentation> select(const Presentation &presentation,
                                                 const Excerpt &excerpt);

/// Unix time, ns. `until` 0: still shown.
struct ShownTime {
  int64_t from = 0, until = 0;
  friend bool operator==(const ShownTime &, const ShownTime &) = default;
};

/// The segments that lie in that time as a whole; numbers stay what they are. It has ended when the
/// time has.
[[nodiscard]] Presentation cut(const Presentation &presentation, const ShownTime &shown);

}  // namespace klive::manifest
