// SPDX-License-Identifier: LGPL-2.1-or-later
// TrackSegmenter: what `klivesegmenter` does. Frames of several pads in, CMAF chunks on one pad
// out.
#pragma once

#include <gst/gst.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/locked.h"
#include "chunk_queue.h"
#include "cmaf/segmenter.h"
#include "klive/ptr.h"
#include "stream_name.h"

namespace klive::segmenter {

struct Settings {
  uint64_t segment_duration = 6 * GST_SECOND;
  uint64_t chunk_duration = GST_SECOND;
  bool low_latency = false;
  uint32_t first_segment = 0;
  uint32_t fast_start = 3;
  uint64_t not_before = 0;
  uint64_t epoch = 0;
  bool forward_eos = true;
};

struct SegmenterStats : QueueStats {
  uint64_t samples = 0;
  uint64_t dropped = 0;  ///< samples that no track could take
  uint32_t tracks = 0;   ///< on air now
};

/// Thread-safe. Lock order: the source pad's stream lock, then `state_`; chunks are made and pushed
/// under the first, so that they leave in order, and nothing is pushed under the second.
class TrackSegmenter {
 public:
  TrackSegmenter(GstElement *element, GstPad *source) : element_(element), source_(source) {}

  [[nodiscard]] Settings settings() { return *settings_.lock(); }
  void change(const Settings &settings) { *settings_.lock() = settings; }
  [[nodiscard]] SegmenterStats stats();

  void start();
  void stop();
  void add_pad(GstPad *pad, cmaf::Kind kind, unsigned number);
  void remove_pad(GstPad *pad);
  /// A number that no pad of this kind has.
  [[nodiscard]] unsigned free_number(cmaf::Kind kind);

  [[nodiscard]] GstFlowReturn chain(GstPad *pad, gst::Ptr<GstBuffer> buffer);
  [[nodiscard]] GstFlowReturn chain(GstPad *pad, gst::Ptr<GstBufferList> buffers);
  /// Nothing for events that the default handler should take.
  [[nodiscard]] std::optional<bool> handle_event(GstPad *pad, GstEvent *event);
  /// Adds what the segmenter holds back to the answer of the elements in front.
  void add_latency(GstQuery *query);

 private:
  using Buffers = std::deque<gst::Ptr<GstBuffer>>;
  struct Input {
    cmaf::Kind kind{};
    unsigned number = 0;
    GstSegment segment{};
    StreamName name;
    std::optional<cmaf::TrackFormat> format;
    std::optional<uint32_t> track;  ///< while the track is on air
    bool ended = false;             ///< got EOS
    bool has_samples = false;       ///< since the track went on air
    bool unusable = false;          ///< the last caps could not be used
    bool describes_itself = false;  ///< the format is in the frames
    std::optional<int64_t> shift;   ///< added to decode times, so that none is negative
  };
  struct State {
    ChunkQueue queue;
    std::unique_ptr<cmaf::Segmenter> segmenter;
    std::map<std::string, uint32_t> tracks;  ///< every name ever on air → index
    std::map<GstPad *, Input> inputs;
    uint64_t samples = 0, dropped = 0;
  };

  [[nodiscard]] GstFlowReturn take_sample(State &state, GstPad *pad, GstBuffer *buffer);
  [[nodiscard]] GstFlowReturn take_sample(State &state, Input &input, GstBuffer *buffer,
                                          base::ByteView data);
  [[nodiscard]] bool take_caps(GstPad *pad, GstCaps *caps);
  void take_stream_id(GstPad *pad, const char *stream_id);
  void take_end(GstPad *pad);
  static void put_on_air(State &state, Input &input);
  static void take_off_air(State &state, Input &input);
  [[nodiscard]] static bool all_ended(const State &state);
  void drop(State &state, const char *why);
  /// With the stream lock.
  [[nodiscard]] GstFlowReturn push(Buffers buffers);
  void announce();

  GstElement *element_;  // owns this object
  GstPad *source_;       // owned by the element
  base::Locked<Settings> settings_;
  base::Locked<State> state_;
  bool announced_ = false;  // with the stream lock
};

}  // namespace klive::segmenter
