// SPDX-License-Identifier: LGPL-2.1-or-later
// FlvDemuxer: what `kliveflvdemux` does. Bytes in, frames on one pad per track out.
#pragma once

#include <gst/base/gstadapter.h>
#include <gst/base/gstflowcombiner.h>
#include <gst/gst.h>

#include <map>
#include <memory>
#include <optional>

#include "audio_smoother.h"
#include "base/locked.h"
#include "codec_caps.h"
#include "klive/ptr.h"
#include "rtmp/flv.h"
#include "stream_health.h"
#include "tag_framing.h"
#include "timeline.h"

namespace klive::flvdemux {

struct DemuxStats {
  uint64_t bytes = 0, tags = 0, video_frames = 0, audio_frames = 0;
  uint64_t errors = 0;   ///< tags that could not be read
  uint64_t skipped = 0;  ///< tags of unknown or encrypted kind, codecs that are not carried
  uint64_t dropped = 0;  ///< frames without content, or before their sequence header
  uint64_t jumps = 0;    ///< the timeline was re-anchored
  uint64_t audio_resyncs = 0;
};

/// The streaming methods are bound to the sink pad's streaming thread; epoch, anchor and
/// stats are thread-safe.
class FlvDemuxer {
 public:
  explicit FlvDemuxer(GstElement *element) : element_(element) {}

  void set_epoch(uint64_t epoch) { epoch_.lock()->ns = static_cast<int64_t>(epoch); }
  [[nodiscard]] uint64_t epoch() { return static_cast<uint64_t>(epoch_.lock()->ns); }
  /// Nothing: not known. Set before the start it is a hint; read, it is the one in use.
  void set_anchor(std::optional<base::MediaTime> anchor) { *anchor_.lock() = anchor; }
  [[nodiscard]] std::optional<base::MediaTime> anchor() { return *anchor_.lock(); }
  [[nodiscard]] DemuxStats stats() { return *stats_.lock(); }

  void start();
  /// Forgets the publication and removes the pads.
  void stop();
  [[nodiscard]] GstFlowReturn chain(gst::Ptr<GstBuffer> buffer);
  /// Returns false for events that the default handler should take.
  [[nodiscard]] bool handle_event(GstPad *pad, GstEvent *event);

 private:
  struct AdapterUnref {
    void operator()(GstAdapter *adapter) const { g_object_unref(adapter); }
  };
  struct CombinerFree {
    void operator()(GstFlowCombiner *combiner) const { gst_flow_combiner_free(combiner); }
  };
  enum class Kind : uint8_t { kVideo, kAudio };
  struct Track {
    Kind kind{};
    uint8_t number = 0;
    const CodecRow *codec = nullptr;
    base::Bytes config;
    gst::Ptr<GstPad> pad;
    gst::Ptr<GstCaps> caps;
    gst::Ptr<GstBufferList> frames;  ///< of this look, not pushed yet
    bool announced = false;          ///< stream-start, caps and segment were pushed
    bool discontinuity = false;      ///< for the next buffer
    size_t length_size = 4;
    KeyFrameWatch key_frames;
    AudioSmoother smoother;
    uint64_t resyncs = 0;
    uint32_t rate = 0, frame_samples = 0;
  };
  /// Bytes that came in, while they are mapped.
  struct Input {
    GstBuffer *buffer;
    base::ByteView bytes;
    base::MediaTime arrival;
  };
  /// The tag that is being read.
  struct Tag {
    TagHeader header;
    base::ByteView body;  ///< of `input`
    const Input &input;
  };

  [[nodiscard]] base::MediaTime arrival_now();
  /// The size of the tag, or file header, that begins at `offset`; 0 when it is not there as a
  /// whole. `flow` says what became of it.
  [[nodiscard]] size_t next_tag(const Input &input, size_t offset, GstFlowReturn &flow);
  [[nodiscard]] GstFlowReturn read_body(const Tag &tag);
  [[nodiscard]] GstFlowReturn read_video(const Tag &tag);
  [[nodiscard]] GstFlowReturn read_audio(const Tag &tag);
  Track *find_track(Kind kind, uint8_t number, const CodecRow &codec);
  void take_config(Track &track, base::ByteView config);
  [[nodiscard]] bool expose(Track &track, base::ByteView frame);
  void announce(Track &track);
  [[nodiscard]] GstFlowReturn push_video(Track &track, const Tag &tag,
                                         const rtmp::VideoPacket &packet);
  [[nodiscard]] GstFlowReturn push_audio(Track &track, const Tag &tag,
                                         const rtmp::AudioPacket &packet);
  [[nodiscard]] Placement place(Track &track, const Tag &tag, base::MediaTime duration);
  [[nodiscard]] GstFlowReturn add(Track &track, gst::Ptr<GstBuffer> frame, base::MediaTime time);
  [[nodiscard]] GstFlowReturn push(Track &track);
  [[nodiscard]] GstFlowReturn push_all();
  [[nodiscard]] static gst::Ptr<GstBuffer> region(const Tag &tag, base::ByteView data);
  void end_of_stream();
  void announce_no_more_pads();
  void count(uint64_t DemuxStats::*what, const char *sentence);
  void warn(const char *reason);
  [[nodiscard]] GstFlowReturn fail(const char *reason);

  GstElement *element_;  // owns this object
  base::Locked<base::MediaTime> epoch_;
  base::Locked<std::optional<base::MediaTime>> anchor_;
  base::Locked<DemuxStats> stats_;

  // Streaming thread, or stopped.
  std::unique_ptr<GstAdapter, AdapterUnref> adapter_;  // the beginning of a tag
  size_t wanted_ = 0;                                  // bytes without which it is not worth a look
  std::unique_ptr<GstFlowCombiner, CombinerFree> combiner_;
  std::map<uint32_t, Track> tracks_;
  std::optional<Timeline> timeline_;
  gst::Ptr<GstClock> clock_;
  std::optional<base::MediaTime> first_frame_;
  std::optional<base::MediaTime> first_waiting_;  // of the frames not pushed yet
  guint group_ = GST_GROUP_ID_INVALID;
  ErrorRate errors_;
  bool is_hopeless_ = false;  // nothing but errors comes
  bool broken_ = false;
  bool no_more_pads_ = false;
};

}  // namespace klive::flvdemux
