// SPDX-License-Identifier: LGPL-2.1-or-later
// The conversion profile that a partner's entries have when nobody names one.
#pragma once

#include <cstdint>
#include <optional>

#include "api/actions.h"

namespace klive::app::api {

inline constexpr int64_t kProfileTypeMedia = 1, kProfileTypeLive = 2;

/// What the caller's partner chose; for live entries that klive passes through, before it did.
/// There is none for media, before it did.
[[nodiscard]] std::optional<int64_t> default_profile(const Call &call, int64_t type);
/// A choice is kept by partner and type of profile.
[[nodiscard]] base::Result<void> set_default_profile(const Call &call,
                                                     const kaltura::Value &profile);

}  // namespace klive::app::api
