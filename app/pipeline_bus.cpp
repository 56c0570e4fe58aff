// SPDX-License-Identifier: LGPL-2.1-or-later
// A bus without a poll, in the place of the pipeline's own.
#include "pipeline_bus.h"

#include "klive/ptr.h"

namespace klive::app {

void hear_messages(GstElement *pipeline, GstBusSyncHandler handler, gpointer data) {
  const auto bus =
      gst::Ptr<GstBus>::take(GST_BUS(g_object_new(GST_TYPE_BUS, "enable-async", FALSE, nullptr)));
  gst_bus_set_sync_handler(bus.get(), handler, data, nullptr);
  gst_element_set_bus(pipeline, bus.get());
}

void stop_hearing(GstElement *pipeline) {
  const auto bus = gst::Ptr<GstBus>::take(gst_element_get_bus(pipeline));
  gst_bus_set_sync_handler(bus.get(), nullptr, nullptr, nullptr);
}

}  // namespace klive::app
