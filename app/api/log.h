// SPDX-License-Identifier: LGPL-2.1-or-later
// The log category of the API, for its source files alone.
#pragma once

#include <gst/gst.h>

namespace klive::app::api {

inline GstDebugCategory *log_category() {
  static GstDebugCategory *const category =
      _gst_debug_category_new("klive-api", 0, "Kaltura API of the embedded backend");
  return category;
}

}  // namespace klive::app::api

#define GST_CAT_DEFAULT ::klive::app::api::log_category()
