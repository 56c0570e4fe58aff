// SPDX-License-Identifier: LGPL-2.1-or-later
// klivertmpsrc: takes in one RTMP publication.
/**
 * SECTION:element-klivertmpsrc
 *
 * Takes in what an RTMP encoder publishes, as an FLV byte stream.
 *
 * Alone it listens on `location` and serves one publication after the other; while one is on air,
 * others are refused with NetStream.Publish.BadName unless it has been silent for 3 s. Given a
 * `connection` (made by a RtmpListener) it serves that one publication and then sends EOS.
 *
 * Before it acknowledges `connect`, and again before `publish`, it sends the query `klive-publish`
 * downstream. A refusal goes to the encoder with its code and sentence. Once a publication is
 * accepted it sends a new stream-start event, then the FLV header, then whole FLV tags: everything
 * that arrived since the last look in one buffer. It looks at most once per read budget.
 *
 * When a publication ends, it posts the element message `klive-publication-ended` with `reason` (a
 * sentence), `code` (the RTMP code when it was refused or disconnected), `published` (whether it
 * was ever accepted), `remote-address` and `bytes`.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 klivertmpsrc location=rtmp://0.0.0.0:1935/kLive unauthenticated=accept ! filesink
 * location=/tmp/klive.flv
 * ]| Writes what encoders publish to rtmp://HOST:1935/kLive into one file.
 * |[
 * gst-launch-1.0 klivertmpsrc location=rtmp://[::]:1935/kLive ! kliveauth entries=entries.json !
 * kliveflavormap ! filesink location=/tmp/klive.flv
 * ]| Takes only publications with a token that entries.json has, over IPv4 and IPv6.
 */
#include <gst/base/gstpushsrc.h>
#include <gst/gst.h>

#include "rtmpsrc.h"

GST_DEBUG_CATEGORY(gst_klive_rtmpsrc_debug);

// GObject shell

using klive::gst::Ptr;
using klive::gst::RtmpSrc;
using klive::gst::RtmpSrcSettings;
using klive::gst::Unauthenticated;

struct GstKliveRtmpSrc {
  GstPushSrc parent;
  RtmpSrc *impl;
};
struct GstKliveRtmpSrcClass {
  GstPushSrcClass parent;
};

#define GST_KLIVE_TYPE_UNAUTHENTICATED (gst_klive_unauthenticated_get_type())
static GType gst_klive_unauthenticated_get_type() {
  static const GEnumValue values[] = {
      {static_cast<gint>(Unauthenticated::kRefuse), "Refuse the publication", "refuse"},
      {static_cast<gint>(Unauthenticated::kAccept), "Accept whatever is published", "accept"},
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstKliveUnauthenticated", values);
  return type;
}

G_DEFINE_TYPE(GstKliveRtmpSrc, gst_klive_rtmp_src, GST_TYPE_PUSH_SRC)

enum {
  PROP_0,
  PROP_LOCATION,
  PROP_PORT,
  PROP_CONNECTION,
  PROP_READ_BUDGET,
  PROP_LOW_LATENCY_READ_BUDGET,
  PROP_EARLY_READ_BUDGET,
  PROP_UNAUTHENTICATED,
  PROP_TIMEOUT,
  PROP_PUBLISH_TIMEOUT,
  PROP_STATS,
  PROP_STREAM_HEADER,
};

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-flv"));

static RtmpSrc &impl_of(gpointer self) { return *static_cast<GstKliveRtmpSrc *>(self)->impl; }

static void gst_klive_rtmp_src_init(GstKliveRtmpSrc *self) {
  self->impl = new RtmpSrc(GST_BASE_SRC(self));
  gst_base_src_set_live(GST_BASE_SRC(self), TRUE);
  gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_BYTES);
}

static void gst_klive_rtmp_src_finalize(GObject *object) {
  delete reinterpret_cast<GstKliveRtmpSrc *>(object)->impl;
  G_OBJECT_CLASS(gst_klive_rtmp_src_parent_class)->finalize(object);
}

static void gst_klive_rtmp_src_set_property(GObject *object, guint id, const GValue *value,
                                            GParamSpec *pspec) {
  auto settings = impl_of(object).settings.lock();
  switch (id) {
    case PROP_LOCATION: {
      const char *location = g_value_get_string(value);
      settings->location = location ? location : "";
      break;
    }
    case PROP_CONNECTION:
      settings->connection =
          Ptr<GstKliveRtmpConnection>::take(GST_KLIVE_RTMP_CONNECTION(g_value_dup_object(value)));
      break;
    case PROP_READ_BUDGET:
      settings->read_budget = g_value_get_uint64(value);
      break;
    case PROP_LOW_LATENCY_READ_BUDGET:
      settings->low_latency_read_budget = g_value_get_uint64(value);
      break;
    case PROP_EARLY_READ_BUDGET:
      settings->early_read_budget = g_value_get_uint64(value);
      break;
    case PROP_UNAUTHENTICATED:
      settings->unauthenticated = static_cast<Unauthenticated>(g_value_get_enum(value));
      break;
    case PROP_TIMEOUT:
      settings->timeout = g_value_get_uint64(value);
      break;
    case PROP_PUBLISH_TIMEOUT:
      settings->publish_timeout = g_value_get_uint64(value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_klive_rtmp_src_get_property(GObject *object, guint id, GValue *value,
                                            GParamSpec *pspec) {
  RtmpSrc &impl = impl_of(object);
  auto settings = impl.settings.lock();
  switch (id) {
    case PROP_LOCATION:
      g_value_set_string(value, settings->location.c_str());
      break;
    case PROP_PORT:
      g_value_set_uint(value, impl.port());
      break;
    case PROP_READ_BUDGET:
      g_value_set_uint64(value, settings->read_budget);
      break;
    case PROP_LOW_LATENCY_READ_BUDGET:
      g_value_set_uint64(value, settings->low_latency_read_budget);
      break;
    case PROP_EARLY_READ_BUDGET:
      g_value_set_uint64(value, settings->early_read_budget);
      break;
    case PROP_UNAUTHENTICATED:
      g_value_set_enum(value, static_cast<gint>(settings->unauthenticated));
      break;
    case PROP_TIMEOUT:
      g_value_set_uint64(value, settings->timeout);
      break;
    case PROP_PUBLISH_TIMEOUT:
      g_value_set_uint64(value, settings->publish_timeout);
      break;
    case PROP_STATS:
      g_value_take_boxed(value, impl.stats());
      break;
    case PROP_STREAM_HEADER:
      g_value_take_boxed(value, impl.stream_header());
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_klive_rtmp_src_install_properties(GObjectClass *object_class) {
  const RtmpSrcSettings defaults;
  const auto flags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                              GST_PARAM_MUTABLE_READY);
  const auto read_only = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  const auto time = [&](guint id, const char *name, const char *nick, const char *blurb,
                        GstClockTime value) {
    // The largest value that still fits the signed clocks of the system.
    g_object_class_install_property(
        object_class, id, g_param_spec_uint64(name, nick, blurb, 0, G_MAXINT64 / 2, value, flags));
  };
  g_object_class_install_property(
      object_class, PROP_LOCATION,
      g_param_spec_string("location", "Location",
                          "Address to listen on, rtmp://ADDRESS:PORT/APP. [::] takes IPv4 as well; "
                          "port 0 picks a free one. Any APP is taken: what may be published is "
                          "decided downstream. Not used when connection is set.",
                          defaults.location.c_str(), flags));
  g_object_class_install_property(
      object_class, PROP_PORT,
      g_param_spec_uint("port", "Port", "TCP port that is listened on; 0 = not listening.", 0,
                        G_MAXUINT16, 0, read_only));
  g_object_class_install_property(
      object_class, PROP_CONNECTION,
      g_param_spec_object("connection", "Connection",
                          "Accepted connection to take over instead of listening. Each serves one "
                          "start.",
                          GST_KLIVE_TYPE_RTMP_CONNECTION,
                          static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS |
                                                   GST_PARAM_MUTABLE_READY)));
  time(PROP_READ_BUDGET, "read-budget", "Read budget",
       "Nanoseconds between two looks at the socket; what arrived meanwhile goes on as one buffer. "
       "0 = every packet is taken at once.",
       defaults.read_budget);
  time(PROP_EARLY_READ_BUDGET, "early-read-budget", "Early read budget",
       "Nanoseconds between two looks at the socket, at most, in the first three seconds of a "
       "publication.",
       defaults.early_read_budget);
  time(PROP_LOW_LATENCY_READ_BUDGET, "low-latency-read-budget", "Low-latency read budget",
       "Nanoseconds between two looks at the socket when the publication was granted low latency. "
       "0 = every packet is taken at once.",
       defaults.low_latency_read_budget);
  g_object_class_install_property(
      object_class, PROP_UNAUTHENTICATED,
      g_param_spec_enum("unauthenticated", "Unauthenticated",
                        "What happens to a publication that no element downstream authorised and "
                        "none refused.",
                        GST_KLIVE_TYPE_UNAUTHENTICATED, static_cast<gint>(defaults.unauthenticated),
                        flags));
  time(PROP_TIMEOUT, "timeout", "Timeout",
       "Nanoseconds without a byte from the encoder after which its publication is ended. 0 = "
       "never.",
       defaults.timeout);
  time(PROP_PUBLISH_TIMEOUT, "publish-timeout", "Publish timeout",
       "Nanoseconds from a connection's start within which it has to publish; it is closed "
       "otherwise. A connection set from outside has its own.",
       defaults.publish_timeout);
  g_object_class_install_property(
      object_class, PROP_STATS,
      g_param_spec_boxed("stats", "Statistics",
                         "Of the publication that is there, or was last: state (waiting, "
                         "connecting, on-air, ended), remote-address, bytes, last-data-age "
                         "(nanoseconds since a byte arrived).",
                         GST_TYPE_STRUCTURE, read_only));
  g_object_class_install_property(
      object_class, PROP_STREAM_HEADER,
      g_param_spec_boxed("stream-header", "Stream header",
                         "FLV file header, newest onMetaData and newest sequence headers: what a "
                         "reader that joins in mid-stream needs first. Null before they came.",
                         G_TYPE_BYTES, read_only));
}

static void gst_klive_rtmp_src_class_init(GstKliveRtmpSrcClass *klass) {
  auto *object_class = G_OBJECT_CLASS(klass);
  auto *element_class = GST_ELEMENT_CLASS(klass);
  auto *base_class = GST_BASE_SRC_CLASS(klass);
  object_class->finalize = gst_klive_rtmp_src_finalize;
  object_class->set_property = gst_klive_rtmp_src_set_property;
  object_class->get_property = gst_klive_rtmp_src_get_property;
  gst_klive_rtmp_src_install_properties(object_class);

  /**
   * GstKliveRtmpSrc::disconnect:
   * @code: an RTMP status code, e.g. NetStream.Publish.BadName
   * @reason: one sentence for the person at the encoder
   *
   * Ends the running publication and tells the encoder why. Action signal, to be emitted from any
   * thread; returns at once.
   */
  g_signal_new_class_handler(
      "disconnect", G_TYPE_FROM_CLASS(klass),
      static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION),
      G_CALLBACK(+[](GstKliveRtmpSrc *self, const char *code, const char *reason) {
        self->impl->disconnect(code ? code : "", reason ? reason : "");
      }),
      nullptr, nullptr, nullptr, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);

  base_class->start = [](GstBaseSrc *src) -> gboolean { return impl_of(src).start(); };
  base_class->stop = [](GstBaseSrc *src) -> gboolean { return impl_of(src).stop(); };
  base_class->is_seekable = [](GstBaseSrc *) -> gboolean { return FALSE; };
  base_class->unlock = [](GstBaseSrc *src) -> gboolean {
    impl_of(src).unlock();
    return TRUE;
  };
  base_class->unlock_stop = [](GstBaseSrc *src) -> gboolean {
    impl_of(src).unlock_stop();
    return TRUE;
  };
  GST_PUSH_SRC_CLASS(klass)->create = [](GstPushSrc *src, GstBuffer **buffer) {
    return impl_of(src).create(buffer);
  };

  gst_element_class_add_static_pad_template(element_class, &src_template);
  gst_element_class_set_static_metadata(element_class, "RTMP publication", "Source/Network",
                                        "Takes in what an RTMP encoder publishes, as FLV", "klive");
  gst_type_mark_as_plugin_api(GST_KLIVE_TYPE_UNAUTHENTICATED, GstPluginAPIFlags(0));
  gst_type_mark_as_plugin_api(GST_KLIVE_TYPE_RTMP_CONNECTION, GstPluginAPIFlags(0));
}

gboolean gst_klive_register_rtmpsrc(GstPlugin *plugin) {
  GST_DEBUG_CATEGORY_INIT(gst_klive_rtmpsrc_debug, "klivertmpsrc", 0, "RTMP publications");
  return gst_element_register(plugin, "klivertmpsrc", GST_RANK_NONE, gst_klive_rtmp_src_get_type());
}
