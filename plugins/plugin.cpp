// SPDX-License-Identifier: LGPL-2.1-or-later
// The klive plugin: registers every element. Each element's file defines its own
// gst_klive_register_… function.
#include <gst/gst.h>

gboolean gst_klive_register_auth(GstPlugin *plugin);
gboolean gst_klive_register_dvrsink(GstPlugin *plugin);
gboolean gst_klive_register_flavormap(GstPlugin *plugin);
gboolean gst_klive_register_flvdemux(GstPlugin *plugin);
gboolean gst_klive_register_rtmpsrc(GstPlugin *plugin);
gboolean gst_klive_register_segmenter(GstPlugin *plugin);

static gboolean plugin_init(GstPlugin *plugin) {
  return gst_klive_register_auth(plugin) && gst_klive_register_flavormap(plugin) &&
         gst_klive_register_rtmpsrc(plugin) && gst_klive_register_flvdemux(plugin) &&
         gst_klive_register_segmenter(plugin) && gst_klive_register_dvrsink(plugin);
}

#define PACKAGE "klive"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, klive, "Live streaming the Kaltura way",
                  plugin_init, KLIVE_VERSION, "LGPL", "klive", "klive")
