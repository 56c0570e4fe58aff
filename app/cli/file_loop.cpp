// SPDX-License-Identifier: LGPL-2.1-or-later
// Why not a segment seek: the base of its next round is the start of the last frame of one stream,
// and the other streams would step back in time.
#include "cli/file_loop.h"

#include <algorithm>

namespace klive::app {
namespace {

// What was seen on a pad, as data of the pad.
constexpr char kSaidEnd[] = "klive-said-end";
constexpr char kSawSegment[] = "klive-saw-segment";

void shift_times(GstBuffer *buffer, GstClockTime by) {
  if (GST_BUFFER_PTS_IS_VALID(buffer)) GST_BUFFER_PTS(buffer) += by;
  if (GST_BUFFER_DTS_IS_VALID(buffer)) GST_BUFFER_DTS(buffer) += by;
}

/// The file's segment without its end, behind which later rounds would be clipped. Takes the event.
GstEvent *open_ended(GstEvent *event) {
  GstSegment segment;
  gst_event_copy_segment(event, &segment);
  segment.stop = GST_CLOCK_TIME_NONE;
  gst_event_unref(event);
  return gst_event_new_segment(&segment);
}

}  // namespace

void FileLoop::watch(GstPad *pad) {
  ++state_.lock()->pads;
  gst_pad_add_probe(
      pad,
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                                   GST_PAD_PROBE_TYPE_EVENT_FLUSH),
      on_data, this, nullptr);
}

GstPadProbeReturn FileLoop::on_data(GstPad *pad, GstPadProbeInfo *info, gpointer data) {
  auto *self = static_cast<FileLoop *>(data);
  return info->type & GST_PAD_PROBE_TYPE_BUFFER ? self->on_buffer(pad, info)
                                                : self->on_event(pad, info);
}

void FileLoop::finish() { state_.lock()->is_finishing = true; }

GstPadProbeReturn FileLoop::on_buffer(GstPad *pad, GstPadProbeInfo *info) {
  if (const bool is_finishing = state_.lock()->is_finishing; is_finishing) {
    if (!g_object_get_data(G_OBJECT(pad), kSaidEnd)) gst_pad_push_event(pad, gst_event_new_eos());
    return GST_PAD_PROBE_DROP;
  }
  auto *buffer = gst_buffer_make_writable(gst_pad_probe_info_get_buffer(info));
  info->data = buffer;
  auto state = state_.lock();
  shift_times(buffer, state->shift);
  GstClockTime end = GST_BUFFER_PTS_IS_VALID(buffer) ? GST_BUFFER_PTS(buffer) : 0;
  if (GST_BUFFER_DURATION_IS_VALID(buffer)) end += GST_BUFFER_DURATION(buffer);
  state->end = std::max(state->end, end);
  return GST_PAD_PROBE_OK;
}

GstPadProbeReturn FileLoop::on_event(GstPad *pad, GstPadProbeInfo *info) {
  GstEvent *event = gst_pad_probe_info_get_event(info);
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_FLUSH_START:
    case GST_EVENT_FLUSH_STOP:
      return GST_PAD_PROBE_DROP;
    case GST_EVENT_SEGMENT:
      if (g_object_get_data(G_OBJECT(pad), kSawSegment)) return GST_PAD_PROBE_DROP;
      g_object_set_data(G_OBJECT(pad), kSawSegment, pad);
      info->data = open_ended(event);
      return GST_PAD_PROBE_OK;
    case GST_EVENT_EOS: {
      auto state = state_.lock();
      if (state->is_finishing) {
        g_object_set_data(G_OBJECT(pad), kSaidEnd, pad);
        return GST_PAD_PROBE_OK;
      }
      if (++state->ended < state->pads) return GST_PAD_PROBE_DROP;
      state->ended = 0;
      state->shift = state->end;
      break;
    }
    default:
      return GST_PAD_PROBE_OK;
  }
  restart();
  return GST_PAD_PROBE_DROP;
}

void FileLoop::restart() {
  // Not from the streaming thread, which the seek has to stop.
  gst_element_call_async(
      source_,
      [](GstElement *source, gpointer) {
        gst_element_seek_simple(source, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0);
      },
      nullptr, nullptr);
}

}  // namespace klive::app
