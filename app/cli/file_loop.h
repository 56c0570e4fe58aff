// SPDX-License-Identifier: LGPL-2.1-or-later
// FileLoop: plays a file's streams over and over with time that goes on.
#pragma once

#include <gst/gst.h>

#include "base/locked.h"
#include "klive/ptr.h"

namespace klive::app {

/// Watches the source pads of a demuxing element: ends of stream become a seek to the start, whose
/// flush and new segment are kept from downstream, and later rounds are moved behind the first.
/// Thread-safe; outlives the pads' streaming.
class FileLoop {
 public:
  /// `source` is sought in; it outlives the loop.
  explicit FileLoop(GstElement *source) : source_(source) {}
  void watch(GstPad *pad);
  /// Ends every stream at its next frame.
  void finish();

 private:
  struct State {
    unsigned pads = 0, ended = 0;
    bool is_finishing = false;
    GstClockTime shift = 0;  ///< added to the times of this round
    GstClockTime end = 0;    ///< where the latest frame so far ends, shift included
  };
  static GstPadProbeReturn on_data(GstPad *pad, GstPadProbeInfo *info, gpointer data);
  GstPadProbeReturn on_buffer(GstPad *pad, GstPadProbeInfo *info);
  GstPadProbeReturn on_event(GstPad *pad, GstPadProbeInfo *info);
  void restart();

  GstElement *source_;
  base::Locked<State> state_;
};

}  // namespace klive::app
