// SPDX-License-Identifier: LGPL-2.1-or-later
// kliveflvdemux: FLV with Enhanced RTMP → one pad per track, on the entry's timeline.

/**
 * SECTION:element-kliveflvdemux
 * @title: kliveflvdemux
 * @short_description: Takes live FLV apart
 *
 * Takes FLV bytes, cut anywhere, with or without a file header, and gives every track a pad:
 * H.264, HEVC, AV1, VP9, VP8, AAC, MP3, Opus, AC-3 and E-AC-3, legacy and Enhanced RTMP, several
 * tracks of a kind included. A pad appears with its track's sequence header, or with the first
 * frame where a codec has none. Its stream-id is the upstream one followed by the pad's name.
 *
 * Timestamps are unwrapped to 64 bits and anchored once: with #GstKliveFlvDemux:epoch set, buffer
 * times are nanoseconds since that Unix time. An encoder that publishes several flavors numbers
 * them alike: #GstKliveFlvDemux:anchor, read from the first one's demuxer and set on the others',
 * gives them the same times. Timestamps that jump (by an hour, or back by 40 ms) are anchored
 * again, so that no frame lies over another, and the next buffer of each track has
 * %GST_BUFFER_FLAG_DISCONT. A gap during which nothing arrived is no jump. Audio frames are laid
 * end to end as long as they stay within 50 ms of the times sent.
 *
 * A publication whose video brings no key frame for a minute, or that brings more than 100 errors
 * within 10 s, is given up in the same way as one that is no FLV. Key frames more than 12 s apart
 * are told once, in the element message `klive-warning`.
 *
 * Frames share the memory of the buffers that came in. Tags that cannot be read are skipped and
 * counted in #GstKliveFlvDemux:stats. When the bytes do not follow FLV's structure, the element
 * message `klive-demux-error` (field `reason`) is posted and the flow ends with an error.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=90 ! x264enc key-int-max=30 ! flvmux streamable=true !
 * kliveflvdemux name=d d.video_0 ! h264parse ! fakesink
 * ]|
 * Makes three seconds of H.264 in FLV and takes them apart again.
 */

#include <gst/gst.h>

#include "flv_demuxer.h"

GST_DEBUG_CATEGORY(klive_flvdemux_debug);
#define GST_CAT_DEFAULT klive_flvdemux_debug

gboolean gst_klive_register_flvdemux(GstPlugin *plugin);

using klive::base::MediaTime;
using klive::flvdemux::FlvDemuxer;

// GObject shell

G_DECLARE_FINAL_TYPE(GstKliveFlvDemux, gst_klive_flv_demux, GST_KLIVE, FLV_DEMUX, GstElement)
struct _GstKliveFlvDemux {
  GstElement parent;
  FlvDemuxer *demuxer;
};
G_DEFINE_TYPE(GstKliveFlvDemux, gst_klive_flv_demux, GST_TYPE_ELEMENT)

enum { PROP_0, PROP_EPOCH, PROP_ANCHOR, PROP_STATS };

#define VIDEO_CAPS                                                        \
  "video/x-h264, stream-format=(string)avc, alignment=(string)au; "       \
  "video/x-h265, stream-format=(string)hvc1, alignment=(string)au; "      \
  "video/x-av1, stream-format=(string)obu-stream, alignment=(string)tu; " \
  "video/x-vp9; video/x-vp8"
#define AUDIO_CAPS                                                                    \
  "audio/mpeg, mpegversion=(int)4, stream-format=(string)raw, framed=(boolean)true; " \
  "audio/mpeg, mpegversion=(int)1, layer=(int)3; audio/x-opus; "                      \
  "audio/x-ac3, framed=(boolean)true; audio/x-eac3, framed=(boolean)true"

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-flv"));
static GstStaticPadTemplate video_template = GST_STATIC_PAD_TEMPLATE(
    "video_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS(VIDEO_CAPS));
static GstStaticPadTemplate audio_template = GST_STATIC_PAD_TEMPLATE(
    "audio_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS(AUDIO_CAPS));

static void gst_klive_flv_demux_init(GstKliveFlvDemux *self) {
  self->demuxer = new FlvDemuxer(GST_ELEMENT(self));
  GstPad *sink = gst_pad_new_from_static_template(&sink_template, "sink");
  gst_pad_set_chain_function(sink, [](GstPad *, GstObject *parent, GstBuffer *buffer) {
    return GST_KLIVE_FLV_DEMUX(parent)->demuxer->chain(klive::gst::Ptr<GstBuffer>::take(buffer));
  });
  gst_pad_set_event_function(sink, [](GstPad *pad, GstObject *parent, GstEvent *event) -> gboolean {
    const auto owned = klive::gst::Ptr<GstEvent>::take(event);
    if (GST_KLIVE_FLV_DEMUX(parent)->demuxer->handle_event(pad, event)) return TRUE;
    return gst_pad_event_default(pad, parent, gst_event_ref(event));
  });
  gst_element_add_pad(GST_ELEMENT(self), sink);
}

static void gst_klive_flv_demux_finalize(GObject *object) {
  delete GST_KLIVE_FLV_DEMUX(object)->demuxer;
  G_OBJECT_CLASS(gst_klive_flv_demux_parent_class)->finalize(object);
}

static void gst_klive_flv_demux_set_property(GObject *object, guint id, const GValue *value,
                                             GParamSpec *pspec) {
  FlvDemuxer *demuxer = GST_KLIVE_FLV_DEMUX(object)->demuxer;
  if (id == PROP_EPOCH) {
    demuxer->set_epoch(g_value_get_uint64(value));
  } else if (id == PROP_ANCHOR) {
    const gint64 anchor = g_value_get_int64(value);
    demuxer->set_anchor(anchor == G_MININT64 ? std::nullopt : std::optional(MediaTime{anchor}));
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_klive_flv_demux_get_property(GObject *object, guint id, GValue *value,
                                             GParamSpec *pspec) {
  FlvDemuxer *demuxer = GST_KLIVE_FLV_DEMUX(object)->demuxer;
  if (id == PROP_EPOCH) {
    g_value_set_uint64(value, demuxer->epoch());
  } else if (id == PROP_ANCHOR) {
    const auto anchor = demuxer->anchor();
    g_value_set_int64(value, anchor ? anchor->ns : G_MININT64);
  } else if (id == PROP_STATS) {
    const auto stats = demuxer->stats();
    g_value_take_boxed(
        value, gst_structure_new("application/x-kliveflvdemux-stats",                //
                                 "bytes", G_TYPE_UINT64, stats.bytes,                //
                                 "tags", G_TYPE_UINT64, stats.tags,                  //
                                 "video-frames", G_TYPE_UINT64, stats.video_frames,  //
                                 "audio-frames", G_TYPE_UINT64, stats.audio_frames,  //
                                 "errors", G_TYPE_UINT64, stats.errors,              //
                                 "skipped", G_TYPE_UINT64, stats.skipped,            //
                                 "dropped", G_TYPE_UINT64, stats.dropped,            //
                                 "jumps", G_TYPE_UINT64, stats.jumps,                //
                                 "audio-resyncs", G_TYPE_UINT64, stats.audio_resyncs, nullptr));
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static GstStateChangeReturn gst_klive_flv_demux_change_state(GstElement *element,
                                                             GstStateChange transition) {
  FlvDemuxer *demuxer = GST_KLIVE_FLV_DEMUX(element)->demuxer;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) demuxer->start();
  const GstStateChangeReturn result =
      GST_ELEMENT_CLASS(gst_klive_flv_demux_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) demuxer->stop();
  return result;
}

static void gst_klive_flv_demux_class_init(GstKliveFlvDemuxClass *klass) {
  auto *object_class = G_OBJECT_CLASS(klass);
  auto *element_class = GST_ELEMENT_CLASS(klass);
  object_class->finalize = gst_klive_flv_demux_finalize;
  object_class->set_property = gst_klive_flv_demux_set_property;
  object_class->get_property = gst_klive_flv_demux_get_property;
  element_class->change_state = gst_klive_flv_demux_change_state;

  const auto flags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                              GST_PARAM_MUTABLE_READY);
  const auto read_only = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property(
      object_class, PROP_EPOCH,
      g_param_spec_uint64("epoch", "Epoch",
                          "Unix time, in nanoseconds, of buffer time zero. 0: the first frame is "
                          "time zero.",
                          0, G_MAXINT64, 0, flags));
  g_object_class_install_property(
      object_class, PROP_ANCHOR,
      g_param_spec_int64("anchor", "Anchor",
                         "Buffer time of timestamp zero, in nanoseconds. Set from another "
                         "publication of the same encoder, both get the same times if the first "
                         "frame is within 3 s of where that puts it. Read, the one in use; the "
                         "minimum: none.",
                         G_MININT64, G_MAXINT64, G_MININT64, flags));
  g_object_class_install_property(
      object_class, PROP_STATS,
      g_param_spec_boxed("stats", "Statistics",
                         "Structure application/x-kliveflvdemux-stats with what was read, skipped "
                         "and repaired since the element started.",
                         GST_TYPE_STRUCTURE, read_only));

  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_add_static_pad_template(element_class, &video_template);
  gst_element_class_add_static_pad_template(element_class, &audio_template);
  gst_element_class_set_static_metadata(
      element_class, "Live FLV demuxer", "Codec/Demuxer",
      "Takes FLV and Enhanced RTMP apart, on one continuous timeline", "klive");
}

gboolean gst_klive_register_flvdemux(GstPlugin *plugin) {
  GST_DEBUG_CATEGORY_INIT(klive_flvdemux_debug, "kliveflvdemux", 0, "Live FLV demuxer");
  return gst_element_register(plugin, "kliveflvdemux", GST_RANK_NONE,
                              gst_klive_flv_demux_get_type());
}
