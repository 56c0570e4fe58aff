// SPDX-License-Identifier: LGPL-2.1-or-later
// ElementRig: pads that push, pads that collect.
#include "element_rig.h"

namespace klive::test {
namespace {

/// What a collecting pad's functions need.
struct Collector {
  base::Locked<std::map<std::string, Output>> *outputs;
  std::string name;
};

Collector *collector_of(GstPad *pad) {
  return static_cast<Collector *>(gst_pad_get_element_private(pad));
}

GstFlowReturn collect_buffer(GstPad *pad, GstObject *, GstBuffer *buffer) {
  auto *collector = collector_of(pad);
  auto outputs = collector->outputs->lock();
  size_t place = 0;
  for (const auto &[name, output] : *outputs) place += output.buffers.size();
  Output &output = (*outputs)[collector->name];
  output.buffers.push_back(gst::Ptr<GstBuffer>::take(buffer));
  output.places.push_back(place);
  return GST_FLOW_OK;
}

gboolean collect_event(GstPad *pad, GstObject *, GstEvent *event) {
  auto *collector = collector_of(pad);
  auto outputs = collector->outputs->lock();
  Output &output = (*outputs)[collector->name];
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_STREAM_START: {
      const char *id = nullptr;
      gst_event_parse_stream_start(event, &id);
      output.stream_ids.emplace_back(id);
      break;
    }
    case GST_EVENT_CAPS: {
      GstCaps *caps = nullptr;
      gst_event_parse_caps(event, &caps);
      output.caps.emplace_back(gst::CharPtr(gst_caps_to_string(caps)).get());
      break;
    }
    case GST_EVENT_SEGMENT:
      ++output.segments;
      break;
    case GST_EVENT_EOS:
      output.ended = true;
      break;
    default:
      break;
  }
  gst_event_unref(event);
  return TRUE;
}

}  // namespace

ElementRig::ElementRig(const char *factory)
    : element_(gst::adopt_floating(gst_element_factory_make(factory, nullptr))),
      bus_(gst::Ptr<GstBus>::take(gst_bus_new())),
      clock_(GST_TEST_CLOCK(gst_test_clock_new_with_start_time(100 * GST_SECOND))) {
  // What GLib and GStreamer call a warning is a mistake of the element.
  g_log_set_always_fatal(
      static_cast<GLogLevelFlags>(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING));
  gst_element_set_bus(element_.get(), bus_.get());
  gst_element_set_clock(element_.get(), GST_CLOCK(clock_));
  const auto on_pad = +[](GstElement *, GstPad *pad, gpointer self) {
    if (GST_PAD_IS_SRC(pad)) static_cast<ElementRig *>(self)->collect(pad);
  };
  g_signal_connect(element_.get(), "pad-added", G_CALLBACK(on_pad), this);
  const auto on_last =
      +[](GstElement *, gpointer self) { static_cast<ElementRig *>(self)->no_more_pads_ = true; };
  g_signal_connect(element_.get(), "no-more-pads", G_CALLBACK(on_last), this);
  if (GstPad *source = gst_element_get_static_pad(element_.get(), "src")) {
    collect(source);
    gst_object_unref(source);
  }
}

ElementRig::~ElementRig() {
  stop();
  g_signal_handlers_disconnect_by_data(element_.get(), this);
  while (!inputs_.empty()) disconnect(inputs_.begin()->first);
  gst_element_set_bus(element_.get(), nullptr);
  element_.reset();
  for (const auto &pad : collectors_) {
    gst_pad_set_active(pad.get(), FALSE);
    delete collector_of(pad.get());
    gst_pad_set_element_private(pad.get(), nullptr);
  }
  gst_object_unref(clock_);
}

void ElementRig::start() { gst_element_set_state(element_.get(), GST_STATE_PLAYING); }
void ElementRig::stop() { gst_element_set_state(element_.get(), GST_STATE_NULL); }

void ElementRig::collect(GstPad *source) {
  // With a template: a pad without one takes no other caps than its first.
  static GstStaticPadTemplate any =
      GST_STATIC_PAD_TEMPLATE("collector", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
  auto pad = gst::adopt_floating(gst_pad_new_from_static_template(&any, nullptr));
  gst_pad_set_element_private(pad.get(), new Collector{&outputs_, GST_PAD_NAME(source)});
  gst_pad_set_chain_function(pad.get(), collect_buffer);
  gst_pad_set_event_function(pad.get(), collect_event);
  gst_pad_set_active(pad.get(), TRUE);
  gst_pad_link_full(source, pad.get(), GST_PAD_LINK_CHECK_NOTHING);
  collectors_.push_back(std::move(pad));
}

void ElementRig::connect(const std::string &sink, const std::string &stream_id,
                         const std::string &caps) {
  if (!inputs_.contains(sink)) {
    GstPad *peer = gst_element_get_static_pad(element_.get(), sink.c_str());
    if (!peer) peer = gst_element_request_pad_simple(element_.get(), sink.c_str());
    auto pad = gst::adopt_floating(gst_pad_new(nullptr, GST_PAD_SRC));
    gst_pad_set_active(pad.get(), TRUE);
    gst_pad_link_full(pad.get(), peer, GST_PAD_LINK_CHECK_NOTHING);
    gst_object_unref(peer);
    inputs_.emplace(sink, std::move(pad));
  }
  send(sink, gst_event_new_stream_start(stream_id.c_str()));
  if (!caps.empty()) {
    const auto parsed = gst::Ptr<GstCaps>::take(gst_caps_from_string(caps.c_str()));
    send(sink, gst_event_new_caps(parsed.get()));
  }
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  send(sink, gst_event_new_segment(&segment));
}

void ElementRig::disconnect(const std::string &sink) {
  const auto found = inputs_.find(sink);
  if (found == inputs_.end()) return;
  const auto peer = gst::Ptr<GstPad>::take(gst_pad_get_peer(found->second.get()));
  gst_pad_set_active(found->second.get(), FALSE);
  if (peer) {
    gst_pad_unlink(found->second.get(), peer.get());
    const auto pad_template = gst_pad_get_pad_template(peer.get());
    if (pad_template && GST_PAD_TEMPLATE_PRESENCE(pad_template) == GST_PAD_REQUEST) {
      gst_element_release_request_pad(element_.get(), peer.get());
    }
    if (pad_template) gst_object_unref(pad_template);
  }
  inputs_.erase(found);
}

bool ElementRig::send(const std::string &sink, GstEvent *event) {
  return gst_pad_push_event(inputs_.at(sink).get(), event);
}

GstFlowReturn ElementRig::push(const std::string &sink, gst::Ptr<GstBuffer> buffer) {
  return gst_pad_push(inputs_.at(sink).get(), buffer.release());
}

Output ElementRig::output(const std::string &source) {
  auto outputs = outputs_.lock();
  const auto found = outputs->find(source);
  return found == outputs->end() ? Output() : found->second;
}

size_t ElementRig::output_count() { return outputs_.lock()->size(); }

std::vector<std::string> ElementRig::messages() {
  std::vector<std::string> names;
  while (GstMessage *message = gst_bus_pop_filtered(
             bus_.get(), static_cast<GstMessageType>(GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR |
                                                     GST_MESSAGE_WARNING))) {
    names.emplace_back(GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT
                           ? gst_structure_get_name(gst_message_get_structure(message))
                           : GST_MESSAGE_TYPE_NAME(message));
    gst_message_unref(message);
  }
  return names;
}

guint64 ElementRig::stat(const char *name) const {
  GstStructure *stats = nullptr;
  g_object_get(element_.get(), "stats", &stats, nullptr);
  guint64 value = 0;
  guint small = 0;
  if (!gst_structure_get_uint64(stats, name, &value) &&
      gst_structure_get_uint(stats, name, &small)) {
    value = small;
  }
  gst_structure_free(stats);
  return value;
}

}  // namespace klive::test
