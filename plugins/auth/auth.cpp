// SPDX-License-Identifier: LGPL-2.1-or-later
// kliveauth: lets a publication through once an Authenticator said yes.
/**
 * SECTION:element-kliveauth
 *
 * The gate behind a source of publications: checks entry and token, lets nothing through before a
 * yes.
 *
 * It answers the query `klive-publish` that sources like klivertmpsrc send. At stage "connect" it
 * refuses contradictions, and wrong tokens when the address holds entry and token already; at stage
 * "publish" it says who it is: entry, side, token-id, low-latency and the flavors of the entry,
 * which kliveflavormap reads. Buffers pass unchanged.
 *
 * The Authenticator comes from a #GstContext of type "klive.authenticator", or is made from the
 * file in `entries`. Without one, every publication is refused.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 klivertmpsrc location=rtmp://0.0.0.0:1935/kLive ! kliveauth entries=entries.json !
 * filesink location=/tmp/klive.flv
 * ]| With {"entries":[{"id":"1_abcd1234", "token":"8f3c"}]} in entries.json, takes what is
 * published to rtmp://HOST:1935/kLive?e=1_abcd1234&t=8f3c with stream name 1, and refuses
 * everything else.
 */
#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "base/locked.h"
#include "kaltura/publish_address.h"
#include "klive/authenticator.h"
#include "klive/publish_query.h"

GST_DEBUG_CATEGORY_STATIC(gst_klive_auth_debug);
#define GST_CAT_DEFAULT gst_klive_auth_debug

namespace klive::gst {
namespace {

// A yes at `connect` counts for the `publish` that follows at once, not for one after the token may
// have been changed.
constexpr int64_t kGrantLife = 2 * G_USEC_PER_SEC;

class Auth {
 public:
  explicit Auth(GstBaseTransform *element) : element_(element) {}

  base::Locked<std::string> entries;

  bool start();
  void set_context(GstContext *context);
  bool query(GstQuery *query);
  GstFlowReturn pass();

 private:
  struct Granted {
    kaltura::PublishAddress address;
    std::string remote_address;
    int64_t at = 0;  // g_get_monotonic_time()
    Grant grant;
  };

  void answer_connect(GstQuery *query, const PublishRequest &request);
  void answer_publish(GstQuery *query, const PublishRequest &request);
  void authenticate(GstQuery *query, const PublishRequest &request,
                    const kaltura::PublishAddress &address, const char *refusal_code);
  [[nodiscard]] std::optional<Grant> granted_before(const PublishRequest &request,
                                                    const kaltura::PublishAddress &address) const;

  GstBaseTransform *const element_;
  // Owners: the application and every kliveauth that it gave the context to; or this alone.
  base::Locked<std::shared_ptr<Authenticator>> from_context_;
  std::shared_ptr<Authenticator> from_file_;
  std::atomic<bool> is_open_ = false;
  std::optional<Granted> granted_;  // streaming thread
};

bool Auth::start() {
  is_open_ = false;
  granted_.reset();
  from_file_.reset();
  const std::string path = *entries.lock();
  if (!path.empty()) {
    auto authenticator = authenticator_from_file(path);
    if (!authenticator) {
      GST_ELEMENT_ERROR(
          element_, RESOURCE, SETTINGS, ("The entries cannot be read."),
          ("%s; correct the file or the property entries.", authenticator.error().message.c_str()));
      return false;
    }
    from_file_ = *std::move(authenticator);
    return true;
  }
  const bool is_known = *from_context_.lock() != nullptr;
  if (!is_known)
    gst_element_post_message(
        GST_ELEMENT(element_),
        gst_message_new_need_context(GST_OBJECT(element_), kAuthenticatorContext));
  return true;
}

void Auth::set_context(GstContext *context) {
  if (auto authenticator = authenticator_of(context))
    *from_context_.lock() = std::move(authenticator);
}

bool Auth::query(GstQuery *query) {
  const PublishRequest request = publish_request(query);
  is_open_ = false;
  if (request.stage == PublishStage::kConnect) {
    granted_.reset();
    answer_connect(query, request);
  } else {
    answer_publish(query, request);
  }
  if (publish_answer(query).refused()) return true;
  // Those behind may refuse; that nobody there knows the query does not undo the answer.
  gst_pad_peer_query(GST_BASE_TRANSFORM_SRC_PAD(element_), query);
  const PublishAnswer answer = publish_answer(query);
  is_open_ = request.stage == PublishStage::kPublish && answer.authorised && !answer.refused();
  return true;
}

void Auth::answer_connect(GstQuery *query, const PublishRequest &request) {
  auto address = kaltura::parse_connect(request.tc_url, request.app);
  if (!address) {
    refuse_publish(query, kRejected, address.error().message);
  } else if (!address->entry.empty() && !address->token.empty()) {
    authenticate(query, request, *address, kRejected);
  }
}

void Auth::answer_publish(GstQuery *query, const PublishRequest &request) {
  auto address = kaltura::parse_publish(request.tc_url, request.app, request.stream_name);
  if (!address) {
    refuse_publish(query, kBadName, address.error().message);
  } else {
    authenticate(query, request, *address, kDenied);
  }
}

void Auth::authenticate(GstQuery *query, const PublishRequest &request,
                        const kaltura::PublishAddress &address, const char *refusal_code) {
  std::optional<Grant> grant = granted_before(request, address);
  if (!grant) {
    const std::shared_ptr<Authenticator> authenticator =
        from_file_ ? from_file_ : *from_context_.lock();
    if (!authenticator) {
      GST_WARNING_OBJECT(element_, "set the property entries or the context %s: nobody can publish",
                         kAuthenticatorContext);
      refuse_publish(query, refusal_code, "This server has no entries that could be published to.");
      return;
    }
    auto asked = authenticator->authenticate(address, request.remote_address);
    if (!asked) {
      GST_INFO_OBJECT(element_, "%s is refused for entry %s: %s", request.remote_address.c_str(),
                      address.entry.c_str(), asked.error().message.c_str());
      refuse_publish(query, refusal_code, asked.error().message);
      return;
    }
    grant = *std::move(asked);
    granted_ = {address, request.remote_address, g_get_monotonic_time(), *grant};
  }
  PublishAnswer answer = publish_answer(query);
  answer.authorised = true;
  answer.entry = grant->entry;
  answer.side = kaltura::side_name(address.side);
  answer.stream_name = address.stream_name;
  answer.token_id = grant->token_id;
  answer.low_latency = grant->low_latency;
  answer.flavors = grant->flavors;
  set_publish_answer(query, answer);
}

std::optional<Grant> Auth::granted_before(const PublishRequest &request,
                                          const kaltura::PublishAddress &address) const {
  if (!granted_ || granted_->remote_address != request.remote_address ||
      granted_->address.entry != address.entry || granted_->address.token != address.token ||
      granted_->address.side != address.side || granted_->address.partner != address.partner ||
      g_get_monotonic_time() - granted_->at > kGrantLife)
    return {};
  return granted_->grant;
}

GstFlowReturn Auth::pass() {
  if (is_open_) return GST_FLOW_OK;
  GST_ELEMENT_ERROR(element_, RESOURCE, NOT_AUTHORIZED,
                    ("Bytes arrived that nobody was authorised to send."),
                    ("Put kliveauth behind a source that asks first, such as klivertmpsrc."));
  return GST_FLOW_ERROR;
}

}  // namespace
}  // namespace klive::gst

// GObject shell

using klive::gst::Auth;

struct GstKliveAuth {
  GstBaseTransform parent;
  Auth *impl;
};
struct GstKliveAuthClass {
  GstBaseTransformClass parent;
};

G_DEFINE_TYPE(GstKliveAuth, gst_klive_auth, GST_TYPE_BASE_TRANSFORM)

enum { PROP_0, PROP_ENTRIES };

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static Auth &impl_of(gpointer self) { return *static_cast<GstKliveAuth *>(self)->impl; }

static void gst_klive_auth_init(GstKliveAuth *self) {
  self->impl = new Auth(GST_BASE_TRANSFORM(self));
  gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), TRUE);
}

static void gst_klive_auth_finalize(GObject *object) {
  delete reinterpret_cast<GstKliveAuth *>(object)->impl;
  G_OBJECT_CLASS(gst_klive_auth_parent_class)->finalize(object);
}

static void gst_klive_auth_set_property(GObject *object, guint id, const GValue *value,
                                        GParamSpec *pspec) {
  if (id != PROP_ENTRIES) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    return;
  }
  const char *path = g_value_get_string(value);
  *impl_of(object).entries.lock() = path ? path : "";
}

static void gst_klive_auth_get_property(GObject *object, guint id, GValue *value,
                                        GParamSpec *pspec) {
  if (id == PROP_ENTRIES) {
    g_value_set_string(value, impl_of(object).entries.lock()->c_str());
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_klive_auth_class_init(GstKliveAuthClass *klass) {
  auto *object_class = G_OBJECT_CLASS(klass);
  auto *element_class = GST_ELEMENT_CLASS(klass);
  auto *transform_class = GST_BASE_TRANSFORM_CLASS(klass);
  object_class->finalize = gst_klive_auth_finalize;
  object_class->set_property = gst_klive_auth_set_property;
  object_class->get_property = gst_klive_auth_get_property;
  g_object_class_install_property(
      object_class, PROP_ENTRIES,
      g_param_spec_string(
          "entries", "Entries",
          "Path of a JSON file with the entries that may be published to: {\"entries\":[{\"id\":…, "
          "\"token\":…}]}. Read once at start. Empty = the context klive.authenticator decides.",
          "",
          static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                   GST_PARAM_MUTABLE_READY)));

  element_class->set_context = [](GstElement *element, GstContext *context) {
    impl_of(element).set_context(context);
    GST_ELEMENT_CLASS(gst_klive_auth_parent_class)->set_context(element, context);
  };
  transform_class->start = [](GstBaseTransform *self) -> gboolean { return impl_of(self).start(); };
  transform_class->query = [](GstBaseTransform *self, GstPadDirection direction,
                              GstQuery *query) -> gboolean {
    if (direction == GST_PAD_SINK && klive::gst::is_publish_query(query))
      return impl_of(self).query(query);
    return GST_BASE_TRANSFORM_CLASS(gst_klive_auth_parent_class)->query(self, direction, query);
  };
  transform_class->transform_ip = [](GstBaseTransform *self, GstBuffer *) {
    return impl_of(self).pass();
  };

  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_add_static_pad_template(element_class, &src_template);
  gst_element_class_set_static_metadata(element_class, "Publication gate", "Generic",
                                        "Lets a publication through when its token is right",
                                        "klive");
}

gboolean gst_klive_register_auth(GstPlugin *plugin) {
  GST_DEBUG_CATEGORY_INIT(gst_klive_auth_debug, "kliveauth", 0, "publication gate");
  return gst_element_register(plugin, "kliveauth", GST_RANK_NONE, gst_klive_auth_get_type());
}
