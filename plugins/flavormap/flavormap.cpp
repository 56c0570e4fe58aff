// SPDX-License-Identifier: LGPL-2.1-or-later
// kliveflavormap: says which flavor a stream name is.
/**
 * SECTION:element-kliveflavormap
 *
 * Maps the name that an encoder publishes to a flavor of the entry's profile, and refuses names
 * that the profile does not have.
 *
 * It answers the query `klive-publish` at stage "publish" with flavor and language, from the
 * flavors that kliveauth wrote into the query, or from its property `profile`. Once a name is
 * mapped, the stream-id of each stream-start event that passes becomes "ENTRY/SIDE/FLAVOR", which
 * demuxers put in front of their pads' own: so entry, side and flavor reach every later element.
 * Buffers pass unchanged.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 klivertmpsrc location=rtmp://0.0.0.0:1935/kLive unauthenticated=accept !
 * kliveflavormap profile="1=32,2=36" ! filesink location=/tmp/klive.flv
 * ]| Takes the stream names 1 and 2 and refuses others with a sentence that lists those two.
 */
#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

#include <string>

#include "base/locked.h"
#include "kaltura/flavor.h"
#include "klive/publish_query.h"
#include "profile.h"

GST_DEBUG_CATEGORY_STATIC(gst_klive_flavor_map_debug);
#define GST_CAT_DEFAULT gst_klive_flavor_map_debug

namespace klive::gst {
namespace {

constexpr char kBadName[] = "NetStream.Publish.BadName";
constexpr char kDefaultProfile[] = "Passthrough_Live";
// Where nobody authenticates, nobody says what the entry is.
constexpr char kNoEntry[] = "unknown";
constexpr char kDefaultSide[] = "primary";

class FlavorMap {
 public:
  explicit FlavorMap(GstBaseTransform *element) : element_(element) {}

  base::Locked<std::string> profile{kDefaultProfile};

  bool start();
  bool query(GstQuery *query);
  [[nodiscard]] Ptr<GstEvent> rewrite(Ptr<GstEvent> stream_start);

 private:
  void map(GstQuery *query);

  GstBaseTransform *const element_;
  std::vector<kaltura::IngestFlavor> default_flavors_;
  base::Locked<std::string> stream_id_;  // empty before a name was mapped
};

bool FlavorMap::start() {
  stream_id_.lock()->clear();
  auto flavors = parse_profile(*profile.lock());
  if (!flavors) {
    GST_ELEMENT_ERROR(element_, LIBRARY, SETTINGS, ("The profile cannot be read."),
                      ("%s in the property profile.", flavors.error().message.c_str()));
    return false;
  }
  default_flavors_ = *std::move(flavors);
  return true;
}

bool FlavorMap::query(GstQuery *query) {
  stream_id_.lock()->clear();
  if (publish_request(query).stage == PublishStage::kPublish) map(query);
  if (publish_answer(query).refused()) return true;
  return gst_pad_peer_query(GST_BASE_TRANSFORM_SRC_PAD(element_), query);
}

void FlavorMap::map(GstQuery *query) {
  PublishAnswer answer = publish_answer(query);
  const std::string name = answer.stream_name.empty()
                               ? std::string(plain_stream_name(publish_request(query).stream_name))
                               : answer.stream_name;
  const std::string entry = answer.entry.empty() ? kNoEntry : answer.entry;
  const auto flavor = kaltura::map_stream_name(
      answer.flavors.empty() ? default_flavors_ : answer.flavors, name, entry);
  if (!flavor) {
    GST_INFO_OBJECT(element_, "%s", flavor.error().message.c_str());
    refuse_publish(query, kBadName, flavor.error().message);
    return;
  }
  answer.flavor = flavor->id;
  answer.language = flavor->language;
  set_publish_answer(query, answer);
  *stream_id_.lock() = entry + '/' + (answer.side.empty() ? kDefaultSide : answer.side) + '/' +
                       std::to_string(flavor->id);
}

Ptr<GstEvent> FlavorMap::rewrite(Ptr<GstEvent> stream_start) {
  const std::string id = *stream_id_.lock();
  if (id.empty()) return stream_start;
  auto renamed = Ptr<GstEvent>::take(gst_event_new_stream_start(id.c_str()));
  GstStreamFlags flags = GST_STREAM_FLAG_NONE;
  gst_event_parse_stream_flags(stream_start.get(), &flags);
  gst_event_set_stream_flags(renamed.get(), flags);
  guint group = 0;
  if (gst_event_parse_group_id(stream_start.get(), &group))
    gst_event_set_group_id(renamed.get(), group);
  gst_event_set_seqnum(renamed.get(), gst_event_get_seqnum(stream_start.get()));
  return renamed;
}

}  // namespace
}  // namespace klive::gst

// GObject shell

using klive::gst::FlavorMap;
using klive::gst::Ptr;

struct GstKliveFlavorMap {
  GstBaseTransform parent;
  FlavorMap *impl;
};
struct GstKliveFlavorMapClass {
  GstBaseTransformClass parent;
};

G_DEFINE_TYPE(GstKliveFlavorMap, gst_klive_flavor_map, GST_TYPE_BASE_TRANSFORM)

enum { PROP_0, PROP_PROFILE };

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static FlavorMap &impl_of(gpointer self) { return *static_cast<GstKliveFlavorMap *>(self)->impl; }

static void gst_klive_flavor_map_init(GstKliveFlavorMap *self) {
  self->impl = new FlavorMap(GST_BASE_TRANSFORM(self));
  gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), TRUE);
}

static void gst_klive_flavor_map_finalize(GObject *object) {
  delete reinterpret_cast<GstKliveFlavorMap *>(object)->impl;
  G_OBJECT_CLASS(gst_klive_flavor_map_parent_class)->finalize(object);
}

static void gst_klive_flavor_map_set_property(GObject *object, guint id, const GValue *value,
                                              GParamSpec *pspec) {
  if (id != PROP_PROFILE) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    return;
  }
  const char *profile = g_value_get_string(value);
  *impl_of(object).profile.lock() = profile ? profile : "";
}

static void gst_klive_flavor_map_get_property(GObject *object, guint id, GValue *value,
                                              GParamSpec *pspec) {
  if (id == PROP_PROFILE) {
    g_value_set_string(value, impl_of(object).profile.lock()->c_str());
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_klive_flavor_map_class_init(GstKliveFlavorMapClass *klass) {
  auto *object_class = G_OBJECT_CLASS(klass);
  auto *element_class = GST_ELEMENT_CLASS(klass);
  auto *transform_class = GST_BASE_TRANSFORM_CLASS(klass);
  object_class->finalize = gst_klive_flavor_map_finalize;
  object_class->set_property = gst_klive_flavor_map_set_property;
  object_class->get_property = gst_klive_flavor_map_get_property;
  g_object_class_install_property(
      object_class, PROP_PROFILE,
      g_param_spec_string("profile", "Profile",
                          "Which stream names are taken and what flavor each is, "
                          "NAME=ID[:LANGUAGE] separated by commas, where no element in front says "
                          "what the entry's profile has. Empty = none.",
                          klive::gst::kDefaultProfile,
                          static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                   GST_PARAM_MUTABLE_READY)));

  transform_class->start = [](GstBaseTransform *self) -> gboolean { return impl_of(self).start(); };
  transform_class->query = [](GstBaseTransform *self, GstPadDirection direction,
                              GstQuery *query) -> gboolean {
    if (direction == GST_PAD_SINK && klive::gst::is_publish_query(query))
      return impl_of(self).query(query);
    return GST_BASE_TRANSFORM_CLASS(gst_klive_flavor_map_parent_class)
        ->query(self, direction, query);
  };
  transform_class->sink_event = [](GstBaseTransform *self, GstEvent *event) -> gboolean {
    auto passed = Ptr<GstEvent>::take(event);
    if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START)
      passed = impl_of(self).rewrite(std::move(passed));
    return GST_BASE_TRANSFORM_CLASS(gst_klive_flavor_map_parent_class)
        ->sink_event(self, passed.release());
  };
  // Passthrough needs no transform, and a base class without one would want to copy.
  transform_class->transform_ip = [](GstBaseTransform *, GstBuffer *) { return GST_FLOW_OK; };
  transform_class->transform_ip_on_passthrough = FALSE;

  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_add_static_pad_template(element_class, &src_template);
  gst_element_class_set_static_metadata(element_class, "Stream name to flavor", "Generic",
                                        "Says which flavor of its entry a publication is", "klive");
}

gboolean gst_klive_register_flavormap(GstPlugin *plugin) {
  GST_DEBUG_CATEGORY_INIT(gst_klive_flavor_map_debug, "kliveflavormap", 0,
                          "stream names and flavors");
  return gst_element_register(plugin, "kliveflavormap", GST_RANK_NONE,
                              gst_klive_flavor_map_get_type());
}
