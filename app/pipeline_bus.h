// SPDX-License-Identifier: LGPL-2.1-or-later
// The messages of a pipeline, heard on the thread that posts them.
#pragma once

#include <gst/gst.h>

namespace klive::app {

/// From now on `handler` is called with every message of the pipeline, on whatever thread posts it;
/// it must drop them all. The pipeline gets a bus that nobody can wait at: the one it has keeps two
/// descriptors for that. Before the pipeline leaves NULL.
void hear_messages(GstElement *pipeline, GstBusSyncHandler handler, gpointer data);
/// The handler is not called again. After the pipeline came back to NULL.
void stop_hearing(GstElement *pipeline);

}  // namespace klive::app
