// SPDX-License-Identifier: LGPL-2.1-or-later
// Duration properties: nanoseconds (guint64) to programs, and also "6s", "500ms", "2h" in launch
// lines and descriptions.
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string_view>

namespace klive::gst {

/// A property whose value type derives from guint64: g_object_set() and g_object_get() take guint64
/// as ever. `fallback` is the default; all in nanoseconds. Transfer full, floating, as every
/// GParamSpec.
[[nodiscard]] GParamSpec *duration_param_spec(const char *name, const char *nick, const char *blurb,
                                              guint64 minimum, guint64 maximum, guint64 fallback,
                                              GParamFlags flags);

/// "6s", "1500ms", "2h", or plain nanoseconds. Nothing for what is none of these, or does not fit.
[[nodiscard]] std::optional<guint64> parse_duration(std::string_view text);

}  // namespace klive::gst
