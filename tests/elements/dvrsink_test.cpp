// SPDX-License-Identifier: LGPL-2.1-or-later
// klivedvrsink as a black box: properties, messages, states.
#include <gst/check/gstharness.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "dvr_feed.h"
#include "klive/ptr.h"

namespace klive::test {
namespace {

constexpr const char *kCaps = "application/x-klive-cmaf";

// The element with a bus of its own, fed from the test's thread.
class Sink {
 public:
  explicit Sink(const std::string &location)
      : element_(gst::adopt_floating(gst_element_factory_make("klivedvrsink", nullptr))),
        bus_(gst::Ptr<GstBus>::take(gst_bus_new())) {
    gst_element_set_bus(element(), bus_.get());
    g_object_set(element(), "location", location.c_str(), "segment-duration",
                 guint64{2 * GST_SECOND}, nullptr);
  }
  ~Sink() {
    to(GST_STATE_NULL);
    gst_element_set_bus(element(), nullptr);
  }

  [[nodiscard]] GstElement *element() const { return element_.get(); }
  GstStateChangeReturn to(GstState state) { return gst_element_set_state(element(), state); }
  void play() {
    if (!harness_) harness_.reset(gst_harness_new_with_element(element(), "sink", nullptr));
    ASSERT_NE(to(GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
    gst_harness_set_src_caps_str(harness_.get(), kCaps);
  }
  GstFlowReturn push(GstBuffer *buffer) { return gst_harness_push(harness_.get(), buffer); }
  void end() { ASSERT_TRUE(gst_harness_push_event(harness_.get(), gst_event_new_eos())); }

  /// The field of every message of that name since the last call.
  std::vector<std::string> messages(const char *name, const char *field) {
    std::vector<std::string> texts;
    while (auto message = gst::Ptr<GstMessage>::take(gst_bus_pop_filtered(
               bus_.get(), static_cast<GstMessageType>(GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR)))) {
      if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR) {
        ++errors;
        continue;
      }
      const GstStructure *structure = gst_message_get_structure(message.get());
      if (gst_structure_has_name(structure, name))
        texts.emplace_back(gst_structure_get_string(structure, field));
    }
    return texts;
  }
  [[nodiscard]] guint64 stat(const char *name) {
    GstStructure *stats = nullptr;
    g_object_get(element(), "stats", &stats, nullptr);
    guint64 value = 0;
    gst_structure_get_uint64(stats, name, &value);
    gst_structure_free(stats);
    return value;
  }
  [[nodiscard]] guint next_segment() {
    guint next = 0;
    g_object_get(element(), "next-segment", &next, nullptr);
    return next;
  }

  [[nodiscard]] guint64 window_end() {
    guint64 end = 0;
    g_object_get(element(), "window-end", &end, nullptr);
    return end;
  }

  unsigned errors = 0;
  GstFlowReturn flow = GST_FLOW_OK;
  DvrFeed feed{[this](const gst::ChunkInfo &info, const base::Bytes &bytes) {
    GstBuffer *buffer =
        bytes.empty() ? gst_buffer_new() : gst_buffer_new_memdup(bytes.data(), bytes.size());
    gst::add_chunk_meta(buffer, info);
    const GstFlowReturn result = push(buffer);
    if (flow == GST_FLOW_OK) flow = result;
  }};

 private:
  struct Teardown {
    void operator()(GstHarness *harness) const { gst_harness_teardown(harness); }
  };
  gst::Ptr<GstElement> element_;
  gst::Ptr<GstBus> bus_;
  std::unique_ptr<GstHarness, Teardown> harness_;
};

std::string first_word(const std::string &line) { return line.substr(0, line.find(' ')); }

TEST(DvrSinkElement, SegmentsAndEnd_AreOnDiskWhenEosIsThroughAndToldInOrder) {
  const TemporaryFolder folder;
  Sink sink(folder.path() + "/1_abcd1234");
  sink.play();
  sink.feed.init("v32");
  sink.feed.segment("v32", 0, 0, 2);
  sink.feed.end_track("v32");
  sink.end();
  EXPECT_EQ(sink.flow, GST_FLOW_OK);
  EXPECT_TRUE(exists(folder.path() + "/1_abcd1234/v32/seg-00000000.m4s"));
  EXPECT_TRUE(exists(folder.path() + "/1_abcd1234/master.m3u8"));
  std::vector<std::string> words;
  for (const std::string &line : sink.messages("klive-event", "line"))
    words.push_back(first_word(line));
  // The writer tells of the segment when it is durable, which the track's end does not wait for.
  ASSERT_EQ(words.size(), 8u);
  EXPECT_EQ((std::vector<std::string>{words.begin(), words.begin() + 6}),
            (std::vector<std::string>{"epoch", "session", "init", "window", "chunk", "chunk"}));
  EXPECT_EQ(std::count(words.begin(), words.end(), "segment"), 1);
  EXPECT_EQ(std::count(words.begin(), words.end(), "active"), 1);
  EXPECT_EQ(sink.stat("segments"), 1u);
  EXPECT_EQ(sink.stat("chunks"), 2u);
}

TEST(DvrSinkElement, NextSegment_IsKnownFromReadyOn) {
  const TemporaryFolder folder;
  {
    Sink sink(folder.path());
    sink.play();
    sink.feed.init("v32");
    sink.feed.segment("v32", 41, 0, 2);
  }
  Sink sink(folder.path());
  EXPECT_EQ(sink.next_segment(), 0u);
  sink.to(GST_STATE_READY);
  EXPECT_EQ(sink.next_segment(), 42u);
}

TEST(DvrSinkElement, Epoch_IsGivenOrChosenAndThenKept) {
  const TemporaryFolder folder;
  const guint64 given = G_GUINT64_CONSTANT(1'795'168'800'000'000'000);
  {
    Sink sink(folder.path());
    g_object_set(sink.element(), "epoch", given, nullptr);
    sink.to(GST_STATE_READY);
  }
  Sink sink(folder.path());
  sink.to(GST_STATE_READY);
  guint64 epoch = 0;
  g_object_get(sink.element(), "epoch", &epoch, nullptr);
  EXPECT_EQ(epoch, given);
}

TEST(DvrSinkElement, NoLocation_DoesNotStartAndSaysWhatToSet) {
  Sink sink("");
  EXPECT_EQ(sink.to(GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
  (void)sink.messages("none", "none");
  EXPECT_GE(sink.errors, 1u);
}

TEST(DvrSinkElement, LocationCannotBeMade_DoesNotStart) {
  Sink sink("/dev/null/dvr");
  EXPECT_EQ(sink.to(GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
}

TEST(DvrSinkElement, StartedAgain_GoesOn) {
  const TemporaryFolder folder;
  Sink sink(folder.path());
  g_object_set(sink.element(), "resume", TRUE, nullptr);
  for (uint32_t run = 0; run < 3; ++run) {
    sink.play();
    EXPECT_EQ(sink.next_segment(), run);
    EXPECT_EQ(sink.window_end(), run == 0 ? 0 : (run * 10 - 8) * GST_SECOND);
    sink.feed.init("v32");
    sink.feed.segment("v32", run, run * 10, 2);
    sink.to(GST_STATE_NULL);
  }
  EXPECT_EQ(count_files(folder.path() + "/v32", "seg-"), 3u);
  EXPECT_EQ(sink.flow, GST_FLOW_OK);
}

TEST(DvrSinkElement, SessionEnds_OnlyWhenTheOwnerSaysSo) {
  const TemporaryFolder folder;
  Sink sink(folder.path());
  g_object_set(sink.element(), "resume", TRUE, nullptr);
  sink.play();
  sink.feed.init("v32");
  sink.feed.segment("v32", 0, 0, 2);
  sink.to(GST_STATE_NULL);
  const std::string playlist = folder.path() + "/v32/index.m3u8";
  EXPECT_EQ(read_text(playlist).find("#EXT-X-ENDLIST"), std::string::npos);
  sink.play();
  g_object_set(sink.element(), "end-session", TRUE, nullptr);
  sink.to(GST_STATE_NULL);
  EXPECT_NE(read_text(playlist).find("#EXT-X-ENDLIST"), std::string::npos);
}

TEST(DvrSinkElement, FolderVanishes_GapsAndWarningsAndNoError) {
  const TemporaryFolder folder;
  Sink sink(folder.path());
  sink.play();
  sink.feed.init("v32");
  sink.feed.segment("v32", 0, 0, 2);
  // Renamed, which is one step: the writer may be at work in it.
  std::filesystem::rename(folder.path() + "/v32", folder.path() + "/vanished");
  sink.feed.segment("v32", 1, 2, 2);
  sink.feed.segment("v32", 2, 4, 2);
  sink.end();
  EXPECT_EQ(sink.flow, GST_FLOW_OK);
  EXPECT_FALSE(sink.messages("klive-warning", "reason").empty());
  EXPECT_EQ(sink.errors, 0u);
  EXPECT_GE(sink.stat("gaps"), 2u);
}

TEST(DvrSinkElement, BufferThatSaysNothing_IsLeftOut) {
  const TemporaryFolder folder;
  Sink sink(folder.path());
  sink.play();
  EXPECT_EQ(sink.push(gst_buffer_new_allocate(nullptr, 10, nullptr)), GST_FLOW_OK);
  EXPECT_EQ(sink.stat("chunks"), 0u);
}

}  // namespace
}  // namespace klive::test

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  gst_init(&argc, &argv);
  return RUN_ALL_TESTS();
}
