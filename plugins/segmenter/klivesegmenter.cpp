// SPDX-License-Identifier: LGPL-2.1-or-later
// klivesegmenter: encoded tracks → CMAF chunks on one grid.

/**
 * SECTION:element-klivesegmenter
 * @title: klivesegmenter
 * @short_description: Cuts tracks into CMAF segments and chunks
 *
 * Every track (H.264, HEVC, AV1, AAC, AC-3) gets a pad; the CMAF chunks of all of them leave on
 * one. Each buffer that leaves has a GstKliveChunkMeta, which says what it is: an init segment, a
 * chunk of a segment, or (without bytes) the end of a segment or of a track.
 *
 * Segments begin at key frames, at or after #GstKliveSegmenter:segment-duration, on one grid for
 * all tracks: a number means the same stretch of time everywhere. Buffer times (running time)
 * become the tracks' media time.
 *
 * A stream-id of the form `<entry>/<side>/<flavor>/…/<kind>_<n>` names the track (`v32`, `a32b`,
 * `a32-1`); any other is flavor 0, with the pad's number telling several apart. A pad that got EOS
 * or was released ends its track; when one with the same name comes back, the track goes on with a
 * discontinuity. EOS leaves when every pad has it, unless #GstKliveSegmenter:forward-eos is off;
 * with no pad left, the output just waits.
 *
 * Segment numbers count up from #GstKliveSegmenter:first-segment. An init segment has the number of
 * the first segment that needs it, so neither is ever used twice as long as first-segment is beyond
 * every number used before. Likewise, media times never go back over a restart as long as
 * #GstKliveSegmenter:not-before is where the last run ended.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=90 ! x264enc key-int-max=30 ! h264parse ! s.video_0
 * klivesegmenter name=s ! fakesink
 * ]|
 * Makes one video track of three seconds, cut every second.
 */

#include <gst/gst.h>

#include "klive/duration.h"
#include "track_segmenter.h"

GST_DEBUG_CATEGORY(klive_segmenter_debug);
#define GST_CAT_DEFAULT klive_segmenter_debug

gboolean gst_klive_register_segmenter(GstPlugin *plugin);

using klive::cmaf::Kind;
using klive::segmenter::TrackSegmenter;

// GObject shell

G_DECLARE_FINAL_TYPE(GstKliveSegmenter, gst_klive_segmenter, GST_KLIVE, SEGMENTER, GstElement)
struct _GstKliveSegmenter {
  GstElement parent;
  TrackSegmenter *segmenter;
};
G_DEFINE_TYPE(GstKliveSegmenter, gst_klive_segmenter, GST_TYPE_ELEMENT)

enum {
  PROP_0,
  PROP_SEGMENT_DURATION,
  PROP_CHUNK_DURATION,
  PROP_LOW_LATENCY,
  PROP_FIRST_SEGMENT,
  PROP_FAST_START,
  PROP_NOT_BEFORE,
  PROP_EPOCH,
  PROP_FORWARD_EOS,
  PROP_STATS
};

static GstStaticPadTemplate video_template = GST_STATIC_PAD_TEMPLATE(
    "video_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS("video/x-h264, stream-format=(string)avc, alignment=(string)au; "
                    "video/x-h265, stream-format=(string)hvc1, alignment=(string)au; "
                    "video/x-av1, stream-format=(string)obu-stream, alignment=(string)tu"));
static GstStaticPadTemplate audio_template = GST_STATIC_PAD_TEMPLATE(
    "audio_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS("audio/mpeg, mpegversion=(int)4, stream-format=(string)raw; "
                    "audio/x-ac3, framed=(boolean)true, alignment=(string)frame"));
static GstStaticPadTemplate source_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("application/x-klive-cmaf"));

static GstFlowReturn gst_klive_segmenter_chain(GstPad *pad, GstObject *parent, GstBuffer *buffer) {
  return GST_KLIVE_SEGMENTER(parent)->segmenter->chain(pad,
                                                       klive::gst::Ptr<GstBuffer>::take(buffer));
}

static GstFlowReturn gst_klive_segmenter_chain_list(GstPad *pad, GstObject *parent,
                                                    GstBufferList *list) {
  return GST_KLIVE_SEGMENTER(parent)->segmenter->chain(pad,
                                                       klive::gst::Ptr<GstBufferList>::take(list));
}

static gboolean gst_klive_segmenter_sink_event(GstPad *pad, GstObject *parent, GstEvent *event) {
  const auto owned = klive::gst::Ptr<GstEvent>::take(event);
  const auto handled = GST_KLIVE_SEGMENTER(parent)->segmenter->handle_event(pad, event);
  return handled ? *handled : gst_pad_event_default(pad, parent, gst_event_ref(event));
}

static gboolean gst_klive_segmenter_source_query(GstPad *pad, GstObject *parent, GstQuery *query) {
  const gboolean answered = gst_pad_query_default(pad, parent, query);
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY) return answered;
  if (!answered) gst_query_set_latency(query, FALSE, 0, GST_CLOCK_TIME_NONE);
  GST_KLIVE_SEGMENTER(parent)->segmenter->add_latency(query);
  return TRUE;
}

static void gst_klive_segmenter_init(GstKliveSegmenter *self) {
  GstPad *source = gst_pad_new_from_static_template(&source_template, "src");
  self->segmenter = new TrackSegmenter(GST_ELEMENT(self), source);
  gst_pad_use_fixed_caps(source);
  gst_pad_set_query_function(source, gst_klive_segmenter_source_query);
  gst_element_add_pad(GST_ELEMENT(self), source);
}

static void gst_klive_segmenter_finalize(GObject *object) {
  delete GST_KLIVE_SEGMENTER(object)->segmenter;
  G_OBJECT_CLASS(gst_klive_segmenter_parent_class)->finalize(object);
}

static GstPad *gst_klive_segmenter_request_new_pad(GstElement *element,
                                                   GstPadTemplate *pad_template, const gchar *name,
                                                   const GstCaps *) {
  TrackSegmenter *segmenter = GST_KLIVE_SEGMENTER(element)->segmenter;
  const bool is_video = g_str_has_prefix(GST_PAD_TEMPLATE_NAME_TEMPLATE(pad_template), "video");
  const Kind kind = is_video ? Kind::kVideo : Kind::kAudio;
  guint64 number = segmenter->free_number(kind);
  // "video_%u" itself asks for any.
  const char *digits = name ? strrchr(name, '_') : nullptr;
  if (digits) g_ascii_string_to_unsigned(digits + 1, 10, 0, G_MAXUINT, &number, nullptr);
  const klive::gst::CharPtr made(
      g_strdup_printf("%s_%u", is_video ? "video" : "audio", static_cast<guint>(number)));
  GstPad *pad = gst_pad_new_from_template(pad_template, made.get());
  gst_pad_set_chain_function(pad, gst_klive_segmenter_chain);
  gst_pad_set_chain_list_function(pad, gst_klive_segmenter_chain_list);
  gst_pad_set_event_function(pad, gst_klive_segmenter_sink_event);
  segmenter->add_pad(pad, kind, static_cast<unsigned>(number));
  gst_pad_set_active(pad, TRUE);
  if (!gst_element_add_pad(element, pad)) {  // the name is taken, and the pad gone
    segmenter->remove_pad(pad);
    return nullptr;
  }
  return pad;
}

static void gst_klive_segmenter_release_pad(GstElement *element, GstPad *pad) {
  gst_pad_set_active(pad, FALSE);  // returns when its streaming thread is out
  GST_KLIVE_SEGMENTER(element)->segmenter->remove_pad(pad);
  gst_element_remove_pad(element, pad);
}

static GstStateChangeReturn gst_klive_segmenter_change_state(GstElement *element,
                                                             GstStateChange transition) {
  TrackSegmenter *segmenter = GST_KLIVE_SEGMENTER(element)->segmenter;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) segmenter->start();
  const GstStateChangeReturn result =
      GST_ELEMENT_CLASS(gst_klive_segmenter_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) segmenter->stop();
  return result;
}

static void gst_klive_segmenter_set_property(GObject *object, guint id, const GValue *value,
                                             GParamSpec *pspec) {
  TrackSegmenter *segmenter = GST_KLIVE_SEGMENTER(object)->segmenter;
  auto settings = segmenter->settings();
  switch (id) {
    case PROP_SEGMENT_DURATION:
      settings.segment_duration = g_value_get_uint64(value);
      break;
    case PROP_CHUNK_DURATION:
      settings.chunk_duration = g_value_get_uint64(value);
      break;
    case PROP_LOW_LATENCY:
      settings.low_latency = g_value_get_boolean(value);
      break;
    case PROP_FIRST_SEGMENT:
      settings.first_segment = g_value_get_uint(value);
      break;
    case PROP_FAST_START:
      settings.fast_start = g_value_get_uint(value);
      break;
    case PROP_NOT_BEFORE:
      settings.not_before = g_value_get_uint64(value);
      break;
    case PROP_EPOCH:
      settings.epoch = g_value_get_uint64(value);
      break;
    case PROP_FORWARD_EOS:
      settings.forward_eos = g_value_get_boolean(value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
  segmenter->change(settings);
}

static void gst_klive_segmenter_get_property(GObject *object, guint id, GValue *value,
                                             GParamSpec *pspec) {
  TrackSegmenter *segmenter = GST_KLIVE_SEGMENTER(object)->segmenter;
  const auto settings = segmenter->settings();
  switch (id) {
    case PROP_SEGMENT_DURATION:
      g_value_set_uint64(value, settings.segment_duration);
      break;
    case PROP_CHUNK_DURATION:
      g_value_set_uint64(value, settings.chunk_duration);
      break;
    case PROP_LOW_LATENCY:
      g_value_set_boolean(value, settings.low_latency);
      break;
    case PROP_FIRST_SEGMENT:
      g_value_set_uint(value, settings.first_segment);
      break;
    case PROP_FAST_START:
      g_value_set_uint(value, settings.fast_start);
      break;
    case PROP_NOT_BEFORE:
      g_value_set_uint64(value, settings.not_before);
      break;
    case PROP_EPOCH:
      g_value_set_uint64(value, settings.epoch);
      break;
    case PROP_FORWARD_EOS:
      g_value_set_boolean(value, settings.forward_eos);
      break;
    case PROP_STATS: {
      const auto stats = segmenter->stats();
      g_value_take_boxed(value,
                         gst_structure_new("application/x-klivesegmenter-stats",       //
                                           "samples", G_TYPE_UINT64, stats.samples,    //
                                           "dropped", G_TYPE_UINT64, stats.dropped,    //
                                           "chunks", G_TYPE_UINT64, stats.chunks,      //
                                           "segments", G_TYPE_UINT64, stats.segments,  //
                                           "inits", G_TYPE_UINT64, stats.inits,        //
                                           "bytes", G_TYPE_UINT64, stats.bytes,        //
                                           "tracks", G_TYPE_UINT, stats.tracks, nullptr));
      break;
    }
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_klive_segmenter_install_properties(GObjectClass *object_class) {
  const auto flags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                              GST_PARAM_MUTABLE_READY);
  const auto read_only = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  const klive::segmenter::Settings defaults;
  g_object_class_install_property(
      object_class, PROP_SEGMENT_DURATION,
      klive::gst::duration_param_spec(
          "segment-duration", "Segment duration",
          "Target length of a segment in nanoseconds. A segment ends at the first "
          "key frame at or after it.",
          GST_MSECOND, GST_SECOND * 3600, defaults.segment_duration, flags));
  g_object_class_install_property(
      object_class, PROP_CHUNK_DURATION,
      klive::gst::duration_param_spec("chunk-duration", "Chunk duration",
                                      "Greatest length of a chunk in nanoseconds.", GST_MSECOND,
                                      GST_SECOND * 3600, defaults.chunk_duration, flags));
  g_object_class_install_property(
      object_class, PROP_LOW_LATENCY,
      g_param_spec_boolean("low-latency", "Low latency",
                           "Where pictures come at a constant rate, a chunk ends with the one that "
                           "fills it, not when the next one shows how long that was.",
                           defaults.low_latency, flags));
  g_object_class_install_property(
      object_class, PROP_FIRST_SEGMENT,
      g_param_spec_uint("first-segment", "First segment",
                        "Number of the first segment: one past the last ever used.", 0,
                        G_MAXUINT / 2, defaults.first_segment, flags));
  g_object_class_install_property(
      object_class, PROP_FAST_START,
      g_param_spec_uint("fast-start", "Fast start",
                        "So many first segments are cut at every key frame, so that play starts "
                        "early. 0: none.",
                        0, 1000, defaults.fast_start, flags));
  g_object_class_install_property(
      object_class, PROP_NOT_BEFORE,
      g_param_spec_uint64("not-before", "Not before",
                          "Media time, in nanoseconds, at which what an earlier run wrote ends. "
                          "Tracks that would begin before it are moved behind it, all by as much.",
                          0, G_MAXINT64, defaults.not_before, flags));
  g_object_class_install_property(
      object_class, PROP_EPOCH,
      g_param_spec_uint64("epoch", "Epoch",
                          "Unix time, in nanoseconds, of buffer time zero, written to every chunk "
                          "(prft). 0: not known, nothing is written.",
                          0, G_MAXINT64, defaults.epoch, flags));
  g_object_class_install_property(
      object_class, PROP_FORWARD_EOS,
      g_param_spec_boolean("forward-eos", "Forward EOS",
                           "Send EOS on when every pad got it. FALSE: tracks end, and the output "
                           "waits for the next publication.",
                           defaults.forward_eos, flags));
  g_object_class_install_property(
      object_class, PROP_STATS,
      g_param_spec_boxed("stats", "Statistics",
                         "Structure application/x-klivesegmenter-stats with what came in and went "
                         "out since the element started.",
                         GST_TYPE_STRUCTURE, read_only));
}

static void gst_klive_segmenter_class_init(GstKliveSegmenterClass *klass) {
  auto *object_class = G_OBJECT_CLASS(klass);
  auto *element_class = GST_ELEMENT_CLASS(klass);
  object_class->finalize = gst_klive_segmenter_finalize;
  object_class->set_property = gst_klive_segmenter_set_property;
  object_class->get_property = gst_klive_segmenter_get_property;
  element_class->request_new_pad = gst_klive_segmenter_request_new_pad;
  element_class->release_pad = gst_klive_segmenter_release_pad;
  element_class->change_state = gst_klive_segmenter_change_state;
  gst_klive_segmenter_install_properties(object_class);
  gst_element_class_add_static_pad_template(element_class, &video_template);
  gst_element_class_add_static_pad_template(element_class, &audio_template);
  gst_element_class_add_static_pad_template(element_class, &source_template);
  gst_element_class_set_static_metadata(element_class, "CMAF segmenter", "Codec/Muxer",
                                        "Cuts encoded tracks into CMAF segments and chunks, all on "
                                        "one grid",
                                        "klive");
}

gboolean gst_klive_register_segmenter(GstPlugin *plugin) {
  GST_DEBUG_CATEGORY_INIT(klive_segmenter_debug, "klivesegmenter", 0, "CMAF segmenter");
  return gst_element_register(plugin, "klivesegmenter", GST_RANK_NONE,
                              gst_klive_segmenter_get_type());
}
