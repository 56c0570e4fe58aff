// SPDX-License-Identifier: LGPL-2.1-or-later
// Building, asking for and ending one ingest pipeline.
#include "door/ingest.h"

#include <chrono>
#include <utility>

#include "app_context.h"
#include "pipeline_bus.h"

GST_DEBUG_CATEGORY_STATIC(klive_ingest_debug);
#define GST_CAT_DEFAULT klive_ingest_debug

namespace klive::app {
namespace {

constexpr char kLaunch[] =
    "klivertmpsrc name=publication ! kliveauth name=auth ! kliveflavormap ! fdsink name=worker "
    "sync=false async=false";
constexpr auto kAdmissionDeadline = std::chrono::seconds(5);

std::string without_query(const std::string &name) { return name.substr(0, name.find('?')); }

}  // namespace

base::Result<std::unique_ptr<Ingest>> Ingest::start(gst::Ptr<GstKliveRtmpConnection> connection,
                                                    const IngestSettings &settings,
                                                    IngestCallbacks callbacks) {
  GST_DEBUG_CATEGORY_INIT(klive_ingest_debug, "klive-ingest", 0, "klive ingest");
  std::unique_ptr<Ingest> self(new Ingest(std::move(callbacks)));
  GError *raw = nullptr;
  self->pipeline_ = gst::adopt_floating(
      gst_parse_launch_full(kLaunch, nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &raw));
  if (!self->pipeline_ || raw) {
    const gst::ErrorPtr error(raw);
    return base::fail(base::ErrorCode::kInternal,
                      std::string("the ingest pipeline cannot be built: ") +
                          (error ? error->message : "?") +
                          " (is the klive plugin on GST_PLUGIN_PATH?)");
  }
  GstBin *bin = GST_BIN(self->pipeline_.get());
  self->source_ = gst::Ptr<GstElement>::take(gst_bin_get_by_name(bin, "publication"));
  self->sink_ = gst::Ptr<GstElement>::take(gst_bin_get_by_name(bin, "worker"));
  g_object_set(self->source_.get(), "connection", connection.get(), "timeout",
               settings.silence_timeout_ns, nullptr);
  // Until there is a worker. Its own choice is our standard output, where it would seek to the
  // start of a log file.
  g_object_set(self->sink_.get(), "fd", settings.nowhere, nullptr);
  const auto context = gst::new_authenticator_context(settings.authenticator);
  gst_element_set_context(self->pipeline_.get(), context.get());

  const auto pad = gst::Ptr<GstPad>::take(gst_element_get_static_pad(self->sink_.get(), "sink"));
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, &Ingest::on_query, self.get(),
                    nullptr);
  hear_messages(self->pipeline_.get(), &Ingest::on_message, self.get());
  if (gst_element_set_state(self->pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    return base::fail(base::ErrorCode::kInternal, "the ingest pipeline does not start");
  }
  return self;
}

Ingest::~Ingest() {
  {
    auto asked = asked_->lock();
    asked->cancelled = true;
  }
  asked_->notify();
  if (!pipeline_) return;
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  stop_hearing(pipeline_.get());
}

GstPadProbeReturn Ingest::on_query(GstPad *, GstPadProbeInfo *info, gpointer data) {
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY(info);
  if (!gst::is_publish_query(query)) return GST_PAD_PROBE_OK;
  // This probe runs twice for a query, before and after the pad's own handler; the first time
  // answers for good.
  const gst::PublishAnswer answer = gst::publish_answer(query);
  if (gst::publish_request(query).stage == gst::PublishStage::kPublish && answer.authorised &&
      !answer.refused()) {
    static_cast<Ingest *>(data)->ask(query);
  }
  return GST_PAD_PROBE_HANDLED;
}

void Ingest::ask(GstQuery *query) {
  const gst::PublishRequest request = gst::publish_request(query);
  const gst::PublishAnswer answer = gst::publish_answer(query);
  AdmissionRequest admission{.ingest = this,
                             .entry = answer.entry,
                             .side = answer.side,
                             .flavor = answer.flavor,
                             .stream_name = without_query(request.stream_name),
                             .remote_address = request.remote_address,
                             .token_id = answer.token_id};
  post(nullptr, [asked = asked_, admission, this] {
    if (asked->lock()->cancelled) return;  // `this` may be gone
    AdmissionAnswer decided = callbacks_.admit(admission);
    asked->lock()->answer = std::move(decided);
    asked->notify();
  });
  auto asked = asked_->lock();
  asked_->wait_until(asked, std::chrono::steady_clock::now() + kAdmissionDeadline,
                     [](const Asked &state) { return state.cancelled || state.answer; });
  if (asked->cancelled || !asked->answer) {
    gst::refuse_publish(query, "NetStream.Publish.Rejected",
                        "The server is busy or stopping; try again.");
  } else if (!asked->answer->pipe) {
    gst::refuse_publish(query, asked->answer->refusal.code, asked->answer->refusal.reason);
  } else {
    *pipe_.lock() = asked->answer->pipe;
    g_object_set(sink_.get(), "fd", asked->answer->pipe->write_fd(), nullptr);
  }
}

GstBusSyncReply Ingest::on_message(GstBus *, GstMessage *message, gpointer data) {
  auto *self = static_cast<Ingest *>(data);
  const auto owned = gst::Ptr<GstMessage>::take(message);  // DROP: it is ours
  std::string reason;
  bool over = false;
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ELEMENT: {
      const GstStructure *structure = gst_message_get_structure(message);
      if (!gst_structure_has_name(structure, "klive-publication-ended")) return GST_BUS_DROP;
      if (const char *said = gst_structure_get_string(structure, "reason")) reason = said;
      break;
    }
    case GST_MESSAGE_ERROR: {
      GError *raw = nullptr;
      gst_message_parse_error(message, &raw, nullptr);
      const gst::ErrorPtr error(raw);
      reason = error->message;
      over = true;
      break;
    }
    case GST_MESSAGE_EOS:
      over = true;
      break;
    default:
      return GST_BUS_DROP;
  }
  post(nullptr, [asked = self->asked_, self, reason, over] {
    if (!asked->lock()->cancelled) self->heard(reason, over);
  });
  return GST_BUS_DROP;
}

void Ingest::heard(const std::string &reason, bool over) {
  if (reason_.empty()) reason_ = reason;
  if (over && !std::exchange(ended_, true)) callbacks_.ended(*this, reason_);
}

void Ingest::disconnect(const AdmissionRefusal &reason) {
  if (reason_.empty()) reason_ = reason.reason;
  g_signal_emit_by_name(source_.get(), "disconnect", reason.code.c_str(), reason.reason.c_str());
}

uint64_t Ingest::stat(const char *field) const {
  GstStructure *stats = nullptr;
  g_object_get(source_.get(), "stats", &stats, nullptr);
  guint64 value = 0;
  if (stats) {
    gst_structure_get_uint64(stats, field, &value);
    gst_structure_free(stats);
  }
  return value;
}

uint64_t Ingest::bytes() const { return stat("bytes"); }
uint64_t Ingest::silence_ns() const { return stat("last-data-age"); }

void Ingest::redirect(std::shared_ptr<MediaPipe> pipe,
                      std::function<void(base::Bytes header)> done) {
  struct Redirection {
    Ingest *ingest;
    std::shared_ptr<MediaPipe> pipe;
    std::function<void(base::Bytes)> done;
  };
  const auto pad = gst::Ptr<GstPad>::take(gst_element_get_static_pad(sink_.get(), "sink"));
  // Idle: between two buffers, which hold whole tags.
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_IDLE,
      [](GstPad *, GstPadProbeInfo *, gpointer data) -> GstPadProbeReturn {
        const auto *to = static_cast<Redirection *>(data);
        Ingest &self = *to->ingest;
        g_object_set(self.sink_.get(), "fd", to->pipe->write_fd(), nullptr);
        // The old pipe belongs to the main context, and goes away there.
        auto old = std::exchange(*self.pipe_.lock(), to->pipe);
        post(nullptr, [asked = self.asked_, old = std::move(old), tell = to->done,
                       header = self.stream_header()] {
          if (!asked->lock()->cancelled) tell(header);
        });
        return GST_PAD_PROBE_REMOVE;
      },
      new Redirection{this, std::move(pipe), std::move(done)},
      [](gpointer data) { delete static_cast<Redirection *>(data); });
}

base::Bytes Ingest::stream_header() const {
  GBytes *raw = nullptr;
  g_object_get(source_.get(), "stream-header", &raw, nullptr);
  const auto header = gst::Ptr<GBytes>::take(raw);
  if (!header) return {};
  gsize size = 0;
  const auto *bytes = static_cast<const uint8_t *>(g_bytes_get_data(header.get(), &size));
  return {bytes, bytes + size};
}

}  // namespace klive::app
