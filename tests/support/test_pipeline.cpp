// SPDX-License-Identifier: LGPL-2.1-or-later
// TestPipeline: a launch line whose sink is watched.
#include "test_pipeline.h"

#include <glib/gstdio.h>

namespace klive::test {
namespace {

std::chrono::steady_clock::time_point deadline() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(10);
}

}  // namespace

TestPipeline::TestPipeline(const std::string &launch_line)
    : pipeline_(gst::adopt_floating(gst_parse_launch(launch_line.c_str(), nullptr))) {
  const gst::Ptr<GstElement> out = element("out");
  const auto pad = gst::Ptr<GstPad>::take(gst_element_get_static_pad(out.get(), "sink"));
  gst_pad_add_probe(
      pad.get(),
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
      record, this, nullptr);
}

TestPipeline::~TestPipeline() { stop(); }

bool TestPipeline::play() {
  return gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

void TestPipeline::stop() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

gst::Ptr<GstElement> TestPipeline::element(const char *name) const {
  return gst::Ptr<GstElement>::take(gst_bin_get_by_name(GST_BIN(pipeline_.get()), name));
}

StructurePtr TestPipeline::wait_for_message(const char *structure_name, GstClockTime patience) {
  for (;;) {
    const gst::Ptr<GstMessage> message = wait_for(GST_MESSAGE_ELEMENT, patience);
    if (!message) return nullptr;
    if (gst_message_has_name(message.get(), structure_name))
      return StructurePtr(gst_structure_copy(gst_message_get_structure(message.get())));
  }
}

gst::Ptr<GstMessage> TestPipeline::wait_for(GstMessageType types, GstClockTime patience) {
  const auto bus = gst::Ptr<GstBus>::take(gst_element_get_bus(pipeline_.get()));
  return gst::Ptr<GstMessage>::take(gst_bus_timed_pop_filtered(bus.get(), patience, types));
}

bool TestPipeline::wait_for_bytes(size_t count) {
  auto arrived = arrived_.lock();
  return arrived_.wait_until(arrived, deadline(),
                             [&](const Arrived &now) { return now.bytes.size() >= count; });
}

bool TestPipeline::wait_for_buffers(size_t count) {
  auto arrived = arrived_.lock();
  return arrived_.wait_until(arrived, deadline(),
                             [&](const Arrived &now) { return now.sizes.size() >= count; });
}

base::Bytes TestPipeline::bytes() { return arrived_.lock()->bytes; }
std::vector<size_t> TestPipeline::buffer_sizes() { return arrived_.lock()->sizes; }
std::vector<std::string> TestPipeline::stream_ids() { return arrived_.lock()->stream_ids; }

GstPadProbeReturn TestPipeline::record(GstPad *, GstPadProbeInfo *info, gpointer self) {
  auto &arrived = static_cast<TestPipeline *>(self)->arrived_;
  if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) {
    GstMapInfo map;
    gst_buffer_map(GST_PAD_PROBE_INFO_BUFFER(info), &map, GST_MAP_READ);
    {
      auto state = arrived.lock();
      base::append(state->bytes, {map.data, map.size});
      state->sizes.push_back(map.size);
    }
    gst_buffer_unmap(GST_PAD_PROBE_INFO_BUFFER(info), &map);
  } else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_STREAM_START) {
    const gchar *id = nullptr;
    gst_event_parse_stream_start(GST_PAD_PROBE_INFO_EVENT(info), &id);
    arrived.lock()->stream_ids.emplace_back(id);
  }
  arrived.notify();
  return GST_PAD_PROBE_OK;
}

TempFile::TempFile(const std::string &name, const std::string &content) {
  gst::CharPtr folder(g_dir_make_tmp("klive-test-XXXXXX", nullptr));
  folder_ = folder.get();
  path_ = folder_ + "/" + name;
  g_file_set_contents(path_.c_str(), content.c_str(), static_cast<gssize>(content.size()), nullptr);
}

TempFile::~TempFile() {
  g_unlink(path_.c_str());
  g_rmdir(folder_.c_str());
}

}  // namespace klive::test
