// SPDX-License-Identifier: LGPL-2.1-or-later
//   picture ─ overlays ─ tee ─┬─ scale ─ x264enc ─ flvmux ─ rtmp2sink      one branch a target
//   ticks ─ avenc_aac ── tee ─┘
// and for a file: filesrc ─ parsebin ─ tee a stream ─ flvmux ─ rtmp2sink, in real time.
#include "cli/publish_pipeline.h"

#include <glib-unix.h>
#include <gst/gst.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>
#include <utility>

#include "klive/ptr.h"

#include "cli/file_loop.h"

namespace klive::app {
namespace {

struct Size {
  int width, height, kbps;
};
// Key frames every two seconds, so that they fall on the same frames in every size.
constexpr std::array<Size, 4> kSizes{
    {{1280, 720, 2000}, {854, 480, 900}, {640, 360, 500}, {426, 240, 250}}};
constexpr guint kGoodbyeMs = 3000;

// Live sources keep the time by themselves; the muxer waits for an encoder that the machine holds
// up instead of bending its timestamps. A file is held back by the sink.
std::string sink_line(size_t index, bool is_live) {
  const std::string i = std::to_string(index);
  return " flvmux name=mux" + i + " streamable=true latency=" + (is_live ? "1000000000" : "0") +
         " ! rtmp2sink name=target" + i + " sync=" + (is_live ? "false " : "true ");
}

std::string test_line(size_t targets) {
  std::string line =
      "videotestsrc is-live=true pattern=smpte horizontal-speed=4 "
      "! video/x-raw,format=I420,width=1280,height=720,framerate=30/1 "
      "! clockoverlay halignment=center valignment=center font-desc=\"Sans Bold 48\" "
      "! timeoverlay halignment=center valignment=bottom font-desc=\"Sans 32\" ! tee name=picture "
      // A tone of 100 ms at each full second.
      "audiotestsrc is-live=true wave=ticks freq=1000 sine-periods-per-tick=100 volume=0.5 "
      "! audio/x-raw,rate=48000,channels=2 ! audioconvert ! avenc_aac bitrate=128000 ! aacparse "
      "! tee name=sound ";
  for (size_t i = 0; i < targets; ++i) {
    const Size size = kSizes[std::min(i, kSizes.size() - 1)];
    const std::string mux = "mux" + std::to_string(i);
    line += sink_line(i, true) +
            "picture. ! queue ! videoscale ! video/x-raw,width=" + std::to_string(size.width) +
            ",height=" + std::to_string(size.height) +
            " ! x264enc tune=zerolatency speed-preset=superfast key-int-max=60 "
            "option-string=scenecut=0 bitrate=" +
            std::to_string(size.kbps) + " ! video/x-h264,profile=main ! h264parse ! " + mux +
            ".video sound. ! queue ! " + mux + ".audio ";
  }
  return line;
}

std::string file_line(size_t targets) {
  std::string line = "filesrc name=file ! parsebin name=streams ";
  for (size_t i = 0; i < targets; ++i) line += sink_line(i, false);
  return line;
}

/// One running publication. Thread-bound to the default main context; pads appear on streaming
/// threads.
class Publication {
 public:
  explicit Publication(const PublishPlan &plan) : plan_(plan) {}
  ~Publication();
  base::Result<void> run();

 private:
  base::Result<void> build();
  void set_target(size_t index);
  void link_stream(GstPad *pad);
  void say_goodbye();
  gboolean on_message(GstMessage *message);
  void on_error(GstMessage *message);
  gst::Ptr<GstElement> by_name(const std::string &name) const {
    return gst::Ptr<GstElement>::take(gst_bin_get_by_name(GST_BIN(pipeline_.get()), name.c_str()));
  }

  const PublishPlan &plan_;
  gst::Ptr<GstElement> pipeline_;
  gst::Ptr<GMainLoop> loop_;
  gst::Ptr<GstElement> streams_;
  std::unique_ptr<FileLoop> file_loop_;
  std::vector<guint> sources_;
  bool is_leaving_ = false;
  std::string problem_;
};

Publication::~Publication() {
  if (pipeline_) gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  for (const guint source : sources_) g_source_remove(source);
}

void Publication::set_target(size_t index) {
  const PublishTarget &target = plan_.targets[index];
  const auto sink = by_name("target" + std::to_string(index));
  g_object_set(sink.get(), "host", target.host.c_str(), "port", static_cast<gint>(target.port),
               "application", target.application.c_str(), "stream", target.stream.c_str(), nullptr);
  gst_util_set_object_arg(G_OBJECT(sink.get()), "scheme", target.is_secure ? "rtmps" : "rtmp");
}

base::Result<void> Publication::build() {
  const bool is_test = plan_.file.empty();
  const std::string line =
      is_test ? test_line(plan_.targets.size()) : file_line(plan_.targets.size());
  GError *failed = nullptr;
  pipeline_ = gst::adopt_floating(
      gst_parse_launch_full(line.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &failed));
  if (!pipeline_) {
    const gst::ErrorPtr error(failed);
    return base::fail(
        base::ErrorCode::kUnavailable,
        std::string(error->message) + " (data/packages/debian.txt lists the packages)");
  }
  for (size_t i = 0; i < plan_.targets.size(); ++i) set_target(i);
  if (is_test) return {};

  g_object_set(by_name("file").get(), "location", plan_.file.c_str(), nullptr);
  streams_ = by_name("streams");
  file_loop_ = std::make_unique<FileLoop>(streams_.get());
  g_signal_connect(streams_.get(), "pad-added",
                   G_CALLBACK(+[](GstElement *, GstPad *pad, gpointer self) {
                     static_cast<Publication *>(self)->link_stream(pad);
                   }),
                   this);
  return {};
}

/// Leads one stream of the file to every target. What FLV cannot carry is left out.
void Publication::link_stream(GstPad *pad) {
  const auto caps = gst::Ptr<GstCaps>::take(gst_pad_query_caps(pad, nullptr));
  const GstStructure *structure = gst_caps_get_structure(caps.get(), 0);
  const bool is_video = gst_structure_has_name(structure, "video/x-h264");
  const bool is_audio = gst_structure_has_name(structure, "audio/mpeg");
  const char *line = is_video   ? "h264parse ! tee name=tee"
                     : is_audio ? "aacparse ! tee name=tee"
                                : "fakesink sync=false async=false";
  GstElement *bin = gst_parse_bin_from_description(line, FALSE, nullptr);
  const auto first = gst::Ptr<GstPad>::take(gst_bin_find_unlinked_pad(GST_BIN(bin), GST_PAD_SINK));
  gst_element_add_pad(bin, gst_ghost_pad_new("sink", first.get()));
  gst_bin_add(GST_BIN(pipeline_.get()), bin);
  if (is_video || is_audio) {
    file_loop_->watch(pad);
    const auto tee = gst::Ptr<GstElement>::take(gst_bin_get_by_name(GST_BIN(bin), "tee"));
    for (size_t i = 0; i < plan_.targets.size(); ++i) {
      const std::string ghost = "src" + std::to_string(i);
      const auto branch =
          gst::Ptr<GstPad>::take(gst_element_request_pad_simple(tee.get(), "src_%u"));
      gst_element_add_pad(bin, gst_ghost_pad_new(ghost.c_str(), branch.get()));
      GstElement *queue = gst_element_factory_make("queue", nullptr);
      gst_bin_add(GST_BIN(pipeline_.get()), queue);
      const auto mux = by_name("mux" + std::to_string(i));
      gst_element_link_pads(queue, "src", mux.get(), is_video ? "video" : "audio");
      gst_element_link_pads(bin, ghost.c_str(), queue, "sink");
      gst_element_sync_state_with_parent(queue);
    }
  }
  gst_element_sync_state_with_parent(bin);
  const auto sink = gst::Ptr<GstPad>::take(gst_element_get_static_pad(bin, "sink"));
  gst_pad_link(pad, sink.get());
}

/// Ends the way encoders do (FCUnpublish, deleteStream); a server that does not care for it is left
/// after a while.
void Publication::say_goodbye() {
  if (std::exchange(is_leaving_, true)) {
    g_main_loop_quit(loop_.get());
    return;
  }
  if (file_loop_)
    file_loop_->finish();
  else
    gst_element_send_event(pipeline_.get(), gst_event_new_eos());
  sources_.push_back(g_timeout_add(
      kGoodbyeMs,
      [](gpointer loop) -> gboolean {
        g_main_loop_quit(static_cast<GMainLoop *>(loop));
        return G_SOURCE_CONTINUE;
      },
      loop_.get()));
}

void Publication::on_error(GstMessage *message) {
  GError *failed = nullptr;
  gchar *debug = nullptr;
  gst_message_parse_error(message, &failed, &debug);
  const gst::ErrorPtr error(failed);
  const gst::CharPtr details(debug);
  if (problem_.empty() && !is_leaving_) problem_ = error->message;
  g_main_loop_quit(loop_.get());
}

gboolean Publication::on_message(GstMessage *message) {
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ERROR:
      on_error(message);
      break;
    case GST_MESSAGE_EOS:
      g_main_loop_quit(loop_.get());
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

base::Result<void> Publication::run() {
  if (auto built = build(); !built) return built;
  loop_ = gst::Ptr<GMainLoop>::take(g_main_loop_new(nullptr, FALSE));

  const auto bus = gst::Ptr<GstBus>::take(gst_element_get_bus(pipeline_.get()));
  sources_.push_back(gst_bus_add_watch(
      bus.get(),
      [](GstBus *, GstMessage *message, gpointer self) {
        return static_cast<Publication *>(self)->on_message(message);
      },
      this));
  const auto leave = [](gpointer self) -> gboolean {
    static_cast<Publication *>(self)->say_goodbye();
    return G_SOURCE_CONTINUE;
  };
  sources_.push_back(g_unix_signal_add(SIGINT, leave, this));
  sources_.push_back(g_unix_signal_add(SIGTERM, leave, this));
  if (plan_.duration)
    sources_.push_back(
        g_timeout_add(static_cast<guint>(plan_.duration->ns / 1'000'000), leave, this));

  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  g_main_loop_run(loop_.get());
  if (!problem_.empty()) return base::fail(base::ErrorCode::kRefused, problem_);
  return {};
}

}  // namespace

base::Result<void> run_publication(const PublishPlan &plan) { return Publication(plan).run(); }

}  // namespace klive::app
