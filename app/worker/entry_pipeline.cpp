// SPDX-License-Identifier: LGPL-2.1-or-later
// Building and running an entry's pipeline.
#include "worker/entry_pipeline.h"

#include <unistd.h>

#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

#include "app_context.h"
#include "pipeline_bus.h"

GST_DEBUG_CATEGORY_STATIC(klive_worker_debug);
#define GST_CAT_DEFAULT klive_worker_debug

namespace klive::app {
namespace {

constexpr auto kAnchorPatience = std::chrono::seconds(1);

/// Sets a property from text, refusing what the property does not take.
base::Result<void> set_property(GstElement *element, const std::string &property,
                                const std::string &text) {
  GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), property.c_str());
  const std::string where = std::string(GST_OBJECT_NAME(element)) + "." + property;
  if (!spec) {
    return base::fail(base::ErrorCode::kInvalid, where + ": the element has no such property");
  }
  GValue value = G_VALUE_INIT;
  g_value_init(&value, G_PARAM_SPEC_VALUE_TYPE(spec));
  const bool is_text = G_PARAM_SPEC_VALUE_TYPE(spec) == G_TYPE_STRING;
  bool ok = true;
  if (is_text) {
    g_value_set_string(&value, text.c_str());
  } else {
    ok = gst_value_deserialize_with_pspec(&value, plain_number(text).c_str(), spec);
  }
  // TRUE says that the value had to be changed to fit.
  ok = ok && !g_param_value_validate(spec, &value);
  if (ok) g_object_set_property(G_OBJECT(element), property.c_str(), &value);
  g_value_unset(&value);
  if (!ok) {
    return base::fail(base::ErrorCode::kInvalid,
                      where + ": does not take \"" + text + "\"; " + g_param_spec_get_blurb(spec));
  }
  return {};
}

base::Failure parse_failure(GError *raw, const std::string &line) {
  const gst::ErrorPtr error(raw);
  return base::fail(base::ErrorCode::kInvalid,
                    "\"" + line + "\": " + (error ? error->message : "cannot be built"));
}

bool belongs_to(GstObject *object, GstObject *ancestor) {
  return object == ancestor || gst_object_has_as_ancestor(object, ancestor);
}

}  // namespace

struct EntryPipeline::Publication {
  std::string name;
  uint64_t serial = 0;  // tells a publication from an earlier one of the same name
  int fd = -1;
  base::Bytes header;  // until the first buffer took it
  gst::Ptr<GstElement> bin, demux;
  std::string broken;                          // why the demuxer gave up
  bool has_begun = false, has_anchor = false;  // streaming thread
  EntryPipeline *owner = nullptr;
  std::mutex mutex;
  std::vector<gst::Ptr<GstPad>>
      package_pads;  // guarded by mutex: pads appear on the streaming thread
};

EntryPipeline::EntryPipeline(Description description, PipelineCallbacks callbacks)
    : description_(std::move(description)),
      callbacks_(std::move(callbacks)),
      context_(gst::Ptr<GMainContext>::take(g_main_context_ref_thread_default())),
      alive_(std::make_shared<EntryPipeline *>(this)) {}

base::Result<std::unique_ptr<EntryPipeline>> EntryPipeline::build(const Description &resolved,
                                                                  PipelineCallbacks callbacks) {
  GST_DEBUG_CATEGORY_INIT(klive_worker_debug, "klive-worker", 0, "klive worker");
  std::unique_ptr<EntryPipeline> self(new EntryPipeline(resolved, std::move(callbacks)));
  if (auto started = self->start(); !started) return base::fail(std::move(started.error()));
  return self;
}

base::Result<void> EntryPipeline::start() {
  std::string line = description_.package.bin;
  if (description_.outputs.size() == 1) {
    line += " ! " + description_.outputs.begin()->second.stage.bin;
  } else {
    line += " ! tee name=outputs";
    for (const auto &[name, output] : description_.outputs)
      line += " outputs. ! " + output.stage.bin;
  }
  GError *error = nullptr;
  // More than one element, so what comes back is a pipeline.
  pipeline_ = gst::adopt_floating(
      gst_parse_launch_full(line.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error));
  if (!pipeline_ || error || !GST_IS_PIPELINE(pipeline_.get())) return parse_failure(error, line);
  package_ = gst::Ptr<GstElement>::take(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "package"));
  if (!package_) {
    return base::fail(base::ErrorCode::kInvalid,
                      "$.package.bin: holds no element named \"package\"");
  }
  if (auto set = apply_settings(GST_BIN(pipeline_.get()), description_.package); !set) return set;
  for (const auto &[name, output] : description_.outputs) {
    if (auto set = apply_settings(GST_BIN(pipeline_.get()), output.stage); !set) return set;
  }
  hear_messages(pipeline_.get(), &EntryPipeline::on_message, this);

  gst_element_set_state(pipeline_.get(), GST_STATE_READY);
  // Numbers and times go on behind those that the window's store found on disk.
  const auto dvr = gst::Ptr<GstElement>::take(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "dvr"));
  if (dvr && g_object_class_find_property(G_OBJECT_GET_CLASS(dvr.get()), "next-segment")) {
    guint next = 0;
    guint64 end = 0;
    g_object_get(dvr.get(), "next-segment", &next, "window-end", &end, nullptr);
    g_object_set(package_.get(), "first-segment", next, "not-before", end, nullptr);
  }
  if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    return base::fail(base::ErrorCode::kInternal, "the entry pipeline does not start: " + line);
  }
  return {};
}

EntryPipeline::~EntryPipeline() {
  *alive_ = nullptr;
  if (!pipeline_) return;
  for (auto &[name, publication] : publications_) take_out(*publication);
  publications_.clear();
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  stop_hearing(pipeline_.get());
}

base::Result<void> EntryPipeline::apply_settings(GstBin *bin, const Stage &stage) {
  for (const auto &[key, value] : stage.set) {
    const size_t dot = key.find('.');
    const std::string name = key.substr(0, dot);
    const auto element = gst::Ptr<GstElement>::take(gst_bin_get_by_name(bin, name.c_str()));
    if (!element) {
      return base::fail(base::ErrorCode::kInvalid,
                        key + ": \"" + stage.bin + "\" holds no element named \"" + name + "\"");
    }
    if (auto set = set_property(element.get(), key.substr(dot + 1), value); !set) return set;
  }
  return {};
}

base::Result<void> EntryPipeline::add_publication(const std::string &name, base::ByteView header,
                                                  int fd) {
  remove_publication(name);
  auto publication = std::make_unique<Publication>();
  publication->name = name;
  publication->serial = next_serial_++;
  publication->fd = fd;
  publication->header.assign(header.begin(), header.end());
  publication->owner = this;

  GError *error = nullptr;
  const std::string &line = description_.source.bin;
  publication->bin = gst::adopt_floating(gst_parse_bin_from_description_full(
      line.c_str(), FALSE, nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error));
  if (!publication->bin || error) {
    close(fd);
    return parse_failure(error, line);
  }
  GstBin *bin = GST_BIN(publication->bin.get());
  const auto source = gst::Ptr<GstElement>::take(gst_bin_get_by_name(bin, "publication"));
  const auto demux = gst::Ptr<GstElement>::take(gst_bin_get_by_name(bin, "demux"));
  if (!source || !demux) {
    close(fd);
    return base::fail(base::ErrorCode::kInvalid,
                      "$.source.bin: must hold elements named \"publication\" and \"demux\"");
  }
  if (auto set = apply_settings(bin, description_.source); !set) {
    close(fd);
    return set;
  }
  g_object_set(source.get(), "fd", fd, nullptr);
  publication->demux = demux;

  const auto pad = gst::Ptr<GstPad>::take(gst_element_get_static_pad(source.get(), "src"));
  gst_pad_add_probe(
      pad.get(),
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
      [](GstPad *, GstPadProbeInfo *info, gpointer data) -> GstPadProbeReturn {
        auto *self = static_cast<Publication *>(data);
        if (GST_IS_BUFFER(info->data)) {
          if (!self->has_anchor) self->owner->share_anchor(*self);
          if (self->header.empty()) return GST_PAD_PROBE_OK;
          // A worker that takes over in mid-stream has not seen the sequence headers.
          GstBuffer *first = gst_buffer_new_memdup(self->header.data(), self->header.size());
          self->header.clear();
          info->data = gst_buffer_append(first, GST_BUFFER(info->data));
          return GST_PAD_PROBE_OK;
        }
        GstEvent *event = GST_EVENT(info->data);
        if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START) {
          // Which flavor of which side this is does not cross the file descriptor.
          GstEvent *named = gst_event_new_stream_start(self->name.c_str());
          gst_event_set_group_id(named, gst_util_group_id_next());
          gst_event_unref(event);
          info->data = named;
        } else if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) {
          // Everything before it has gone through: there are no queues. The entry's pipeline goes
          // on without it.
          post(self->owner->context_.get(),
               [alive = self->owner->alive_, name = self->name, serial = self->serial] {
                 if (*alive) (*alive)->publication_finished(name, serial, "the encoder stopped");
               });
          return GST_PAD_PROBE_DROP;
        }
        return GST_PAD_PROBE_OK;
      },
      publication.get(), nullptr);
  g_signal_connect(demux.get(), "pad-added",
                   G_CALLBACK(+[](GstElement *, GstPad *added, gpointer data) {
                     auto *self = static_cast<Publication *>(data);
                     self->owner->link_track(*self, added);
                   }),
                   publication.get());

  Publication &added = *publication;
  publications_.emplace(name, std::move(publication));
  gst_bin_add(GST_BIN(pipeline_.get()), added.bin.get());
  gst_element_sync_state_with_parent(added.bin.get());
  GST_INFO_ID(name.c_str(), "publication added");
  return {};
}

/// An encoder numbers the frames of all its flavors alike. The first publication finds out where
/// its zero lies; the others are told before their first frame, so that a player can change flavor
/// between two frames.
void EntryPipeline::share_anchor(Publication &publication) {
  const bool is_first_buffer = !std::exchange(publication.has_begun, true);
  if (is_first_buffer) {
    std::optional<gint64> known;
    {
      auto anchor = anchor_.lock();
      if (!anchor->found && anchor->finder == 0) {
        anchor->finder = publication.serial;
        return;
      }
      // Those that begin together wait for the one that began first; it knows with its next buffer.
      anchor_.wait_until(anchor, std::chrono::steady_clock::now() + kAnchorPatience,
                         [](const Anchor &now) { return now.found || now.finder == 0; });
      known = anchor->found;
    }
    publication.has_anchor = true;
    if (known) g_object_set(publication.demux.get(), "anchor", *known, nullptr);
    return;
  }
  gint64 found = G_MININT64;
  g_object_get(publication.demux.get(), "anchor", &found, nullptr);
  if (found == G_MININT64) return;
  publication.has_anchor = true;
  anchor_.lock()->found = found;
  anchor_.notify();
}

void EntryPipeline::link_track(Publication &publication, GstPad *pad) {
  const gst::CharPtr pad_name(gst_pad_get_name(pad));
  const std::string name = pad_name.get();
  const std::string request = name.substr(0, name.find('_')) + "_%u";
  auto target =
      gst::Ptr<GstPad>::take(gst_element_request_pad_simple(package_.get(), request.c_str()));
  if (!target) {
    GST_WARNING_ID(publication.name.c_str(), "no place for track %s in the package stage",
                   name.c_str());
    return;
  }
  GstPad *ghost = gst_ghost_pad_new(name.c_str(), pad);
  gst_pad_set_active(ghost, TRUE);
  gst_element_add_pad(publication.bin.get(), ghost);
  const GstPadLinkReturn linked = gst_pad_link(ghost, target.get());
  if (GST_PAD_LINK_FAILED(linked)) {
    const auto caps = gst::Ptr<GstCaps>::take(gst_pad_query_caps(pad, nullptr));
    GST_WARNING_ID(publication.name.c_str(),
                   "track %s is left out: %" GST_PTR_FORMAT " is not carried", name.c_str(),
                   static_cast<void *>(caps.get()));
    gst_element_release_request_pad(package_.get(), target.get());
    return;
  }
  const std::lock_guard lock(publication.mutex);
  publication.package_pads.push_back(std::move(target));
}

void EntryPipeline::take_out(Publication &publication) {
  // NULL joins the streaming thread: afterwards nothing of this publication runs.
  gst_element_set_locked_state(publication.bin.get(), TRUE);
  {
    auto anchor = anchor_.lock();
    if (!anchor->found && anchor->finder == publication.serial) anchor->finder = 0;
  }
  anchor_.notify();
  gst_element_set_state(publication.bin.get(), GST_STATE_NULL);
  for (const auto &pad : publication.package_pads)
    gst_element_release_request_pad(package_.get(), pad.get());
  publication.package_pads.clear();
  gst_bin_remove(GST_BIN(pipeline_.get()), publication.bin.get());
  close(publication.fd);
}

void EntryPipeline::remove_publication(const std::string &name) {
  const auto found = publications_.find(name);
  if (found == publications_.end()) return;
  take_out(*found->second);
  publications_.erase(found);
  // The next encoder counts anew.
  if (publications_.empty()) *anchor_.lock() = {};
  GST_INFO_ID(name.c_str(), "publication removed");
}

void EntryPipeline::publication_finished(const std::string &name, uint64_t serial,
                                         const std::string &reason) {
  const auto found = publications_.find(name);
  if (found == publications_.end() || found->second->serial != serial) return;
  remove_publication(name);
  callbacks_.publication_ended(name, reason);
}

uint64_t EntryPipeline::disk_wait_ms() const {
  const auto dvr = gst::Ptr<GstElement>::take(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "dvr"));
  if (!dvr || !g_object_class_find_property(G_OBJECT_GET_CLASS(dvr.get()), "disk-wait")) return 0;
  guint64 wait = 0;
  g_object_get(dvr.get(), "disk-wait", &wait, nullptr);
  return wait / GST_MSECOND;
}

void EntryPipeline::stop(bool end_session) {
  while (!publications_.empty()) remove_publication(std::string(publications_.begin()->first));
  const auto dvr = gst::Ptr<GstElement>::take(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "dvr"));
  if (dvr && end_session) g_object_set(dvr.get(), "end-session", TRUE, nullptr);
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

GstBusSyncReply EntryPipeline::on_message(GstBus *, GstMessage *message, gpointer data) {
  auto *self = static_cast<EntryPipeline *>(data);
  const gst::Ptr<GstMessage> owned = gst::Ptr<GstMessage>::take(message);  // DROP: it is ours
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ELEMENT: {
      const GstStructure *structure = gst_message_get_structure(message);
      if (gst_structure_has_name(structure, "klive-event")) {
        if (const char *line = gst_structure_get_string(structure, "line"))
          self->callbacks_.event(line);
        break;
      }
      if (gst_structure_has_name(structure, "klive-demux-error")) {
        // The error that follows only says that the flow ended.
        post(self->context_.get(), [alive = self->alive_, owned] {
          if (*alive) (*alive)->note_reason(owned.get());
        });
        break;
      }
      if (gst_structure_has_name(structure, "klive-warning")) {
        const char *reason = gst_structure_get_string(structure, "reason");
        post(self->context_.get(),
             [alive = self->alive_, text = std::string(reason ? reason : "")] {
               if (*alive) (*alive)->callbacks_.warning(text);
             });
      }
      break;
    }
    case GST_MESSAGE_ERROR:
      post(self->context_.get(), [alive = self->alive_, owned] {
        if (*alive) (*alive)->report_error(owned.get());
      });
      break;
    case GST_MESSAGE_WARNING: {
      GError *raw = nullptr;
      gst_message_parse_warning(message, &raw, nullptr);
      const gst::ErrorPtr error(raw);
      GST_WARNING_OBJECT(GST_MESSAGE_SRC(message), "%s", error->message);
      break;
    }
    default:
      break;
  }
  return GST_BUS_DROP;
}

EntryPipeline::Publication *EntryPipeline::publication_of(GstMessage *message) {
  for (const auto &[name, publication] : publications_) {
    if (belongs_to(GST_MESSAGE_SRC(message), GST_OBJECT(publication->bin.get())))
      return publication.get();
  }
  return nullptr;
}

void EntryPipeline::note_reason(GstMessage *message) {
  const char *reason = gst_structure_get_string(gst_message_get_structure(message), "reason");
  if (Publication *publication = publication_of(message); publication && reason) {
    publication->broken = reason;
  }
}

void EntryPipeline::report_error(GstMessage *message) {
  GError *raw = nullptr;
  gchar *raw_debug = nullptr;
  gst_message_parse_error(message, &raw, &raw_debug);
  const gst::ErrorPtr error(raw);
  const gst::CharPtr debug(raw_debug);
  GST_WARNING_OBJECT(GST_MESSAGE_SRC(message), "%s (%s)", error->message, debug ? debug.get() : "");
  if (const Publication *publication = publication_of(message)) {
    publication_finished(std::string(publication->name), publication->serial,
                         publication->broken.empty() ? error->message : publication->broken);
    return;
  }
  callbacks_.failed(error->message);
}

}  // namespace klive::app
