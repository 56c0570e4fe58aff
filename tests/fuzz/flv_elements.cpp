// SPDX-License-Identifier: LGPL-2.1-or-later
// FLV bytes through kliveflvdemux and klivesegmenter, as a worker does with what encoders send.
#include <gst/gst.h>

#include <cstdlib>

#include "audio_config.h"
#include "klive/chunk_meta.h"
#include "klive/ptr.h"

gboolean gst_klive_register_flvdemux(GstPlugin *plugin);
gboolean gst_klive_register_segmenter(GstPlugin *plugin);

namespace {

using klive::gst::Ptr;

void link_track(GstElement *, GstPad *pad, gpointer segmenter) {
  const klive::gst::CharPtr name(gst_pad_get_name(pad));
  const char *wanted = name.get()[0] == 'v' ? "video_%u" : "audio_%u";
  GstPad *sink = gst_element_request_pad_simple(GST_ELEMENT(segmenter), wanted);
  if (GST_PAD_LINK_FAILED(gst_pad_link_full(pad, sink, GST_PAD_LINK_CHECK_CAPS))) {
    gst_element_release_request_pad(GST_ELEMENT(segmenter), sink);
  }
  gst_object_unref(sink);
}

GstFlowReturn check(GstPad *, GstObject *, GstBuffer *buffer) {
  if (!klive::gst::chunk_info(buffer)) std::abort();
  gst_buffer_unref(buffer);
  return GST_FLOW_OK;
}

void initialise() {
  g_setenv("GST_REGISTRY_DISABLE", "yes", TRUE);
  g_setenv("GST_PLUGIN_SYSTEM_PATH_1_0", "", TRUE);
  gst_init(nullptr, nullptr);
  gst_debug_set_default_threshold(GST_LEVEL_NONE);
  if (!gst_klive_register_flvdemux(nullptr) || !gst_klive_register_segmenter(nullptr)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const bool ready = (initialise(), true);
  if (!ready) return 1;
  const klive::base::ByteView input(data, size);
  (void)klive::flvdemux::read_audio_specific_config(input);
  (void)klive::flvdemux::read_opus_head(input);
  (void)klive::flvdemux::opus_packet_samples(input);
  (void)klive::flvdemux::read_ac3_frame(input);

  auto demuxer = klive::gst::adopt_floating(gst_element_factory_make("kliveflvdemux", nullptr));
  auto segmenter = klive::gst::adopt_floating(gst_element_factory_make("klivesegmenter", nullptr));
  g_signal_connect(demuxer.get(), "pad-added", G_CALLBACK(link_track), segmenter.get());
  auto in = klive::gst::adopt_floating(gst_pad_new("in", GST_PAD_SRC));
  auto out = klive::gst::adopt_floating(gst_pad_new("out", GST_PAD_SINK));
  gst_pad_set_chain_function(out.get(), check);
  const auto sink = Ptr<GstPad>::take(gst_element_get_static_pad(demuxer.get(), "sink"));
  const auto source = Ptr<GstPad>::take(gst_element_get_static_pad(segmenter.get(), "src"));
  gst_pad_link_full(in.get(), sink.get(), GST_PAD_LINK_CHECK_NOTHING);
  gst_pad_link_full(source.get(), out.get(), GST_PAD_LINK_CHECK_NOTHING);
  gst_pad_set_active(in.get(), TRUE);
  gst_pad_set_active(out.get(), TRUE);
  gst_element_set_state(segmenter.get(), GST_STATE_PLAYING);
  gst_element_set_state(demuxer.get(), GST_STATE_PLAYING);

  gst_pad_push_event(in.get(), gst_event_new_stream_start("1_abcd1234/primary/32"));
  const auto caps = Ptr<GstCaps>::take(gst_caps_new_empty_simple("video/x-flv"));
  gst_pad_push_event(in.get(), gst_event_new_caps(caps.get()));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_BYTES);
  gst_pad_push_event(in.get(), gst_event_new_segment(&segment));
  for (const auto piece : {input.first(size / 2), input.subspan(size / 2)}) {
    if (piece.empty()) continue;
    if (gst_pad_push(in.get(), gst_buffer_new_memdup(piece.data(), piece.size())) != GST_FLOW_OK) {
      break;
    }
  }
  gst_pad_push_event(in.get(), gst_event_new_eos());
  gst_element_set_state(demuxer.get(), GST_STATE_NULL);
  gst_element_set_state(segmenter.get(), GST_STATE_NULL);
  gst_pad_set_active(out.get(), FALSE);
  gst_pad_set_active(in.get(), FALSE);
  return 0;
}
