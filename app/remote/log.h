// SPDX-License-Identifier: LGPL-2.1-or-later
// What klive says as media server goes into one debug category. For the .cpp files of this folder,
// behind their other includes.
#pragma once

#include <gst/gst.h>

namespace klive::app {

inline GstDebugCategory *remote_log() {
  static GstDebugCategory *category =
      _gst_debug_category_new("klive-remote", 0, "klive as media server of a Kaltura installation");
  return category;
}

}  // namespace klive::app

#define GST_CAT_DEFAULT ::klive::app::remote_log()
