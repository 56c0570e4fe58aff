// SPDX-License-Identifier: LGPL-2.1-or-later
// klivedvrsink: CMAF chunks → a window of segments on disk.

/**
 * SECTION:element-klivedvrsink
 * @title: klivedvrsink
 * @short_description: Keeps a live window on disk and writes its playlists
 *
 * Takes what klivesegmenter makes and keeps it in a folder that any web server can serve: init and
 * media segments, HLS playlists (`master.m3u8`, `<track>/index.m3u8`) and a DASH manifest
 * (`manifest.mpd`). Segments older than #GstKliveDvrSink:window are removed.
 *
 * A segment is flushed to disk, renamed and written to the folder's journal (`segments.log`) by a
 * thread of its own, so that the disk never holds the stream. After a crash the journal and the
 * files are brought together when the element starts: what was being written is kept up to its last
 * whole chunk, numbers go on. A disk that is full makes the window shorter; a disk that fails
 * leaves gaps; neither is an error of the pipeline.
 *
 * Buffer times are media times: they count from #GstKliveDvrSink:epoch. A folder that is used again
 * keeps its epoch, so whatever makes the times (kliveflvdemux) must be given the same one; times
 * that begin at zero again belong in a folder of their own.
 *
 * Messages, posted from the streaming thread or the writer's:
 * `klive-event` with the field `line` (string) for everything that changed, in the journal's own
 * format, and `klive-warning` with the field `reason` (string) for what went wrong and was
 * survived.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=300 ! x264enc key-int-max=30 ! h264parse ! s.video_0
 * klivesegmenter name=s segment-duration=2s ! klivedvrsink location=/tmp/klive-dvr
 * segment-duration=2s window=60s
 * ]|
 * Writes ten seconds of a test picture as segments of two seconds to /tmp/klive-dvr.
 */

#include <gst/base/gstbasesink.h>
#include <gst/gst.h>

#include <string>

#include "base/locked.h"
#include "dvr_sink.h"
#include "klive/chunk_meta.h"
#include "klive/duration.h"
#include "klive/ptr.h"

GST_DEBUG_CATEGORY_STATIC(klive_dvr_sink_debug);
#define GST_CAT_DEFAULT klive_dvr_sink_debug

gboolean gst_klive_register_dvrsink(GstPlugin *plugin);

namespace {

using klive::base::MediaTime;
using klive::dvr::DvrSink;
using klive::dvr::Stats;

constexpr guint64 kDefaultWindow = 2 * 3600 * GST_SECOND;
constexpr guint64 kDefaultSegmentDuration = 6 * GST_SECOND;
constexpr guint64 kDefaultChunkDuration = GST_SECOND;

struct Settings {
  std::string location;
  guint64 window = kDefaultWindow;
  guint64 segment_duration = kDefaultSegmentDuration;
  guint64 chunk_duration = kDefaultChunkDuration;
  guint64 epoch = 0;
  guint64 epoch_in_use = 0;  // since the last start
  guint64 window_end = 0;    // at the last start
  bool resume = false;
  bool end_session = false;
};

// The element's behaviour; thread-safe where GStreamer calls from several threads.
class DvrSinkElement {
 public:
  explicit DvrSinkElement(GstElement *element)
      : element_(element),
        sink_({.event = [this](const std::string &line) { post("klive-event", "line", line); },
               .warning = [this](const std::string &reason) { report(reason); }},
              disk_) {}

  gboolean start();
  gboolean stop();
  GstFlowReturn render(GstBuffer *buffer);
  void end_of_stream() { sink_.end_of_stream(); }
  void interrupt(bool on) { sink_.interrupt(on); }
  Stats stats() { return sink_.stats(); }
  guint64 disk_wait() { return static_cast<guint64>(sink_.taking_ns()); }

  klive::base::Locked<Settings> settings;

 private:
  void post(const char *name, const char *field, const std::string &text);
  void report(const std::string &reason);

  GstElement *const element_;  // owns this
  klive::dvr::Disk disk_;
  DvrSink sink_;
};

gboolean DvrSinkElement::start() {
  const Settings now = *settings.lock();
  if (now.location.empty()) {
    GST_ELEMENT_ERROR(element_, RESOURCE, NOT_FOUND,
                      ("No folder to write to; set the property location."), (nullptr));
    return FALSE;
  }
  auto started =
      sink_.start({.folder = now.location,
                   .window = MediaTime{static_cast<int64_t>(now.window)},
                   .segment_target = MediaTime{static_cast<int64_t>(now.segment_duration)},
                   .chunk_target = MediaTime{static_cast<int64_t>(now.chunk_duration)},
                   .epoch_wall = static_cast<int64_t>(now.epoch),
                   .resume = now.resume});
  if (!started) {
    GST_ELEMENT_ERROR(element_, RESOURCE, OPEN_WRITE, ("%s", started.error().message.c_str()),
                      (nullptr));
    return FALSE;
  }
  {
    auto found = settings.lock();
    found->epoch_in_use = static_cast<guint64>(sink_.epoch_wall());
    found->window_end = static_cast<guint64>(sink_.end_at_start().ns);
  }
  GST_INFO_OBJECT(element_, "window in %s opened, next segment %u", now.location.c_str(),
                  sink_.stats().next_segment);
  return TRUE;
}

GstFlowReturn DvrSinkElement::render(GstBuffer *buffer) {
  const klive::gst::ChunkInfo *info = klive::gst::chunk_info(buffer);
  if (!info) {
    GST_LOG_OBJECT(element_, "a buffer that says nothing of itself is left out");
    return GST_FLOW_OK;
  }
  GstMapInfo map = GST_MAP_INFO_INIT;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) {
    report("a chunk's bytes cannot be read");
    return GST_FLOW_OK;
  }
  sink_.take(*info, {map.data, map.size});
  gst_buffer_unmap(buffer, &map);
  return GST_FLOW_OK;
}

gboolean DvrSinkElement::stop() {
  bool ends = false;
  {
    auto now = settings.lock();
    ends = std::exchange(now->end_session, false);
  }
  sink_.stop(ends);
  GST_INFO_OBJECT(element_, "window closed%s", ends ? "; the session is over" : "");
  return TRUE;
}

void DvrSinkElement::post(const char *name, const char *field, const std::string &text) {
  GST_DEBUG_OBJECT(element_, "%s", text.c_str());
  gst_element_post_message(
      element_,
      gst_message_new_element(GST_OBJECT(element_), gst_structure_new(name, field, G_TYPE_STRING,
                                                                      text.c_str(), nullptr)));
}

void DvrSinkElement::report(const std::string &reason) {
  GST_WARNING_OBJECT(element_, "%s", reason.c_str());
  post("klive-warning", "reason", reason);
}

}  // namespace

// GObject shell

G_DECLARE_FINAL_TYPE(GstKliveDvrSink, gst_klive_dvr_sink, GST_KLIVE, DVR_SINK, GstBaseSink)
struct _GstKliveDvrSink {
  GstBaseSink parent;
  DvrSinkElement *sink;
};
G_DEFINE_TYPE(GstKliveDvrSink, gst_klive_dvr_sink, GST_TYPE_BASE_SINK)

enum {
  PROP_0,
  PROP_LOCATION,
  PROP_WINDOW,
  PROP_SEGMENT_DURATION,
  PROP_CHUNK_DURATION,
  PROP_EPOCH,
  PROP_RESUME,
  PROP_END_SESSION,
  PROP_NEXT_SEGMENT,
  PROP_WINDOW_END,
  PROP_DISK_WAIT,
  PROP_STATS
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("application/x-klive-cmaf"));

static void gst_klive_dvr_sink_init(GstKliveDvrSink *self) {
  self->sink = new DvrSinkElement(GST_ELEMENT(self));
  // A buffer is stored when it is there, not when it would be shown.
  gst_base_sink_set_sync(GST_BASE_SINK(self), FALSE);
  gst_base_sink_set_async_enabled(GST_BASE_SINK(self), FALSE);
  gst_base_sink_set_last_sample_enabled(GST_BASE_SINK(self), FALSE);
}

static void gst_klive_dvr_sink_finalize(GObject *object) {
  delete GST_KLIVE_DVR_SINK(object)->sink;
  G_OBJECT_CLASS(gst_klive_dvr_sink_parent_class)->finalize(object);
}

static void gst_klive_dvr_sink_set_property(GObject *object, guint id, const GValue *value,
                                            GParamSpec *pspec) {
  auto settings = GST_KLIVE_DVR_SINK(object)->sink->settings.lock();
  switch (id) {
    case PROP_LOCATION: {
      const gchar *location = g_value_get_string(value);
      settings->location = location ? location : "";
      while (settings->location.size() > 1 && settings->location.back() == '/')
        settings->location.pop_back();
      break;
    }
    case PROP_WINDOW:
      settings->window = g_value_get_uint64(value);
      break;
    case PROP_SEGMENT_DURATION:
      settings->segment_duration = g_value_get_uint64(value);
      break;
    case PROP_CHUNK_DURATION:
      settings->chunk_duration = g_value_get_uint64(value);
      break;
    case PROP_EPOCH:
      settings->epoch = g_value_get_uint64(value);
      settings->epoch_in_use = 0;
      break;
    case PROP_RESUME:
      settings->resume = g_value_get_boolean(value);
      break;
    case PROP_END_SESSION:
      settings->end_session = g_value_get_boolean(value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_klive_dvr_sink_get_property(GObject *object, guint id, GValue *value,
                                            GParamSpec *pspec) {
  DvrSinkElement *sink = GST_KLIVE_DVR_SINK(object)->sink;
  const Settings settings = *sink->settings.lock();
  switch (id) {
    case PROP_LOCATION:
      g_value_set_string(value, settings.location.c_str());
      break;
    case PROP_WINDOW:
      g_value_set_uint64(value, settings.window);
      break;
    case PROP_SEGMENT_DURATION:
      g_value_set_uint64(value, settings.segment_duration);
      break;
    case PROP_CHUNK_DURATION:
      g_value_set_uint64(value, settings.chunk_duration);
      break;
    case PROP_EPOCH:
      g_value_set_uint64(value, settings.epoch_in_use ? settings.epoch_in_use : settings.epoch);
      break;
    case PROP_RESUME:
      g_value_set_boolean(value, settings.resume);
      break;
    case PROP_END_SESSION:
      g_value_set_boolean(value, settings.end_session);
      break;
    case PROP_NEXT_SEGMENT:
      g_value_set_uint(value, sink->stats().next_segment);
      break;
    case PROP_WINDOW_END:
      g_value_set_uint64(value, settings.window_end);
      break;
    case PROP_DISK_WAIT:
      g_value_set_uint64(value, sink->disk_wait());
      break;
    case PROP_STATS: {
      const Stats stats = sink->stats();
      g_value_take_boxed(
          value, gst_structure_new("application/x-klivedvrsink-stats",               //
                                   "chunks", G_TYPE_UINT64, stats.chunks,            //
                                   "bytes", G_TYPE_UINT64, stats.bytes,              //
                                   "dropped", G_TYPE_UINT64, stats.dropped,          //
                                   "segments", G_TYPE_UINT64, stats.segments,        //
                                   "gaps", G_TYPE_UINT64, stats.gaps,                //
                                   "unflushed", G_TYPE_UINT64, stats.unflushed,      //
                                   "disk-errors", G_TYPE_UINT64, stats.disk_errors,  //
                                   "shortened", G_TYPE_UINT64, stats.shortened,      //
                                   "next-segment", G_TYPE_UINT, stats.next_segment, nullptr));
      break;
    }
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_klive_dvr_sink_install_properties(GObjectClass *object_class) {
  const auto flags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                              GST_PARAM_MUTABLE_READY);
  const auto read_only = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property(
      object_class, PROP_LOCATION,
      g_param_spec_string("location", "Location",
                          "Folder of the entry's window. It is made when it is not there.", nullptr,
                          flags));
  g_object_class_install_property(
      object_class, PROP_WINDOW,
      klive::gst::duration_param_spec(
          "window", "Window",
          "How far back viewers may seek, in nanoseconds. 0: DVR is off, only the "
          "live edge is kept.",
          0, 1'000'000 * GST_SECOND, kDefaultWindow, flags));
  g_object_class_install_property(
      object_class, PROP_SEGMENT_DURATION,
      klive::gst::duration_param_spec(
          "segment-duration", "Segment duration",
          "Target length of a segment in nanoseconds, as the segmenter has it.", GST_MSECOND,
          GST_SECOND * 3600, kDefaultSegmentDuration, flags));
  g_object_class_install_property(
      object_class, PROP_CHUNK_DURATION,
      klive::gst::duration_param_spec(
          "chunk-duration", "Chunk duration",
          "Greatest length of a chunk in nanoseconds, as the segmenter has it.", GST_MSECOND,
          GST_SECOND * 3600, kDefaultChunkDuration, flags));
  g_object_class_install_property(
      object_class, PROP_EPOCH,
      g_param_spec_uint64(
          "epoch", "Epoch",
          "Unix time, in nanoseconds, of media time zero. The journal's goes before "
          "it. 0: the journal's, or now. Reads as the one in use after start.",
          0, 4'000'000'000 * GST_SECOND, 0, flags));
  g_object_class_install_property(
      object_class, PROP_RESUME,
      g_param_spec_boolean("resume", "Resume",
                           "TRUE: the session that the journal has on air goes on, as after a "
                           "crash. FALSE: a new session begins with an empty window.",
                           FALSE, flags));
  g_object_class_install_property(
      object_class, PROP_END_SESSION,
      g_param_spec_boolean("end-session", "End session",
                           "TRUE: when the element stops, the session is over for good and "
                           "playlists get their end mark. May be set while playing; falls back to "
                           "FALSE when the element has stopped.",
                           FALSE,
                           static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                    GST_PARAM_MUTABLE_PLAYING)));
  g_object_class_install_property(
      object_class, PROP_NEXT_SEGMENT,
      g_param_spec_uint("next-segment", "Next segment",
                        "One past every segment number ever used in the folder. Known from READY "
                        "on; klivesegmenter's first-segment should be set to it.",
                        0, G_MAXUINT, 0, read_only));
  g_object_class_install_property(
      object_class, PROP_WINDOW_END,
      g_param_spec_uint64("window-end", "Window end",
                          "Media time, in nanoseconds, at which the window ended when the element "
                          "started. klivesegmenter's not-before should be set to it.",
                          0, G_MAXINT64, 0, read_only));
  g_object_class_install_property(
      object_class, PROP_DISK_WAIT,
      g_param_spec_uint64("disk-wait", "Disk wait",
                          "For how long, in nanoseconds, the buffer that is being stored has been "
                          "waiting for the disk. 0: none is.",
                          0, G_MAXINT64, 0, read_only));
  g_object_class_install_property(
      object_class, PROP_STATS,
      g_param_spec_boxed("stats", "Statistics",
                         "Structure application/x-klivedvrsink-stats with what was stored and what "
                         "went wrong since the element started.",
                         GST_TYPE_STRUCTURE, read_only));
}

static void gst_klive_dvr_sink_class_init(GstKliveDvrSinkClass *klass) {
  auto *object_class = G_OBJECT_CLASS(klass);
  auto *element_class = GST_ELEMENT_CLASS(klass);
  auto *sink_class = GST_BASE_SINK_CLASS(klass);
  object_class->finalize = gst_klive_dvr_sink_finalize;
  object_class->set_property = gst_klive_dvr_sink_set_property;
  object_class->get_property = gst_klive_dvr_sink_get_property;
  sink_class->start = [](GstBaseSink *sink) { return GST_KLIVE_DVR_SINK(sink)->sink->start(); };
  sink_class->stop = [](GstBaseSink *sink) { return GST_KLIVE_DVR_SINK(sink)->sink->stop(); };
  sink_class->render = [](GstBaseSink *sink, GstBuffer *buffer) {
    return GST_KLIVE_DVR_SINK(sink)->sink->render(buffer);
  };
  sink_class->event = [](GstBaseSink *sink, GstEvent *event) -> gboolean {
    // EOS is told when everything before it is durable.
    if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) GST_KLIVE_DVR_SINK(sink)->sink->end_of_stream();
    return GST_BASE_SINK_CLASS(gst_klive_dvr_sink_parent_class)->event(sink, event);
  };
  sink_class->unlock = [](GstBaseSink *sink) -> gboolean {
    GST_KLIVE_DVR_SINK(sink)->sink->interrupt(true);
    return TRUE;
  };
  sink_class->unlock_stop = [](GstBaseSink *sink) -> gboolean {
    GST_KLIVE_DVR_SINK(sink)->sink->interrupt(false);
    return TRUE;
  };
  gst_klive_dvr_sink_install_properties(object_class);
  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_set_static_metadata(element_class, "DVR sink", "Sink/File",
                                        "Keeps a window of CMAF segments on disk, with HLS and "
                                        "DASH playlists",
                                        "klive");
}

gboolean gst_klive_register_dvrsink(GstPlugin *plugin) {
  GST_DEBUG_CATEGORY_INIT(klive_dvr_sink_debug, "klivedvrsink", 0, "DVR sink");
  return gst_element_register(plugin, "klivedvrsink", GST_RANK_NONE, gst_klive_dvr_sink_get_type());
}
