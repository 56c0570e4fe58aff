// SPDX-License-Identifier: LGPL-2.1-or-later
// Somebody else's program: knows GStreamer and nothing of klive. Runs a launch line to its end.
#include <gst/gst.h>

static void add(GstElement *, GstPad *, gpointer count) { ++*static_cast<int *>(count); }

static void print_stats(GstElement *pipeline, const char *name) {
  GstElement *element = gst_bin_get_by_name(GST_BIN(pipeline), name);
  if (!element) return;
  GstStructure *stats = nullptr;
  g_object_get(element, "stats", &stats, nullptr);
  char *text = gst_structure_to_string(stats);
  g_print("%s\n", text);
  g_free(text);
  gst_structure_free(stats);
  gst_object_unref(element);
}

int main(int argc, char **argv) {
  gst_init(&argc, &argv);
  if (argc != 2) {
    g_printerr("usage: %s LAUNCH-LINE\n", argv[0]);
    return 2;
  }
  GError *error = nullptr;
  GstElement *pipeline =
      gst_parse_launch_full(argv[1], nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  if (!pipeline) {
    g_printerr("%s\n", error->message);
    return 1;
  }
  // The elements tell foreign code what they do by pads and properties.
  int pads = 0;
  GstElement *demuxer = gst_bin_get_by_name(GST_BIN(pipeline), "d");
  if (demuxer) g_signal_connect(demuxer, "pad-added", G_CALLBACK(add), &pads);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstBus *bus = gst_element_get_bus(pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered(
      bus, 30 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  const bool good = message && GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
  if (message && !good) {
    gst_message_parse_error(message, &error, nullptr);
    g_printerr("%s\n", error->message);
  } else if (!message) {
    g_printerr("no end within 30 s\n");
  }
  if (demuxer) {
    g_print("%d pads\n", pads);
    gst_object_unref(demuxer);
  }
  print_stats(pipeline, "d");
  print_stats(pipeline, "s");
  gst_element_set_state(pipeline, GST_STATE_NULL);
  if (message) gst_message_unref(message);
  g_clear_error(&error);
  gst_object_unref(bus);
  gst_object_unref(pipeline);
  return good ? 0 : 1;
}
