// SPDX-License-Identifier: LGPL-2.1-or-later
// The log category of what can be played, for its source files alone.
#pragma once

#include <gst/gst.h>

namespace klive::app::live {

inline GstDebugCategory *log_category() {
  static GstDebugCategory *const category =
      _gst_debug_category_new("klive-live", 0, "what can be played");
  return category;
}

}  // namespace klive::app::live

#define GST_CAT_DEFAULT ::klive::app::live::log_category()
