// SPDX-License-Identifier: LGPL-2.1-or-later
// TrackSegmenter: pads, tracks, times, and the way out.
#include "track_segmenter.h"

#include <bit>
#include <string>
#include <utility>

#include "input_format.h"

GST_DEBUG_CATEGORY_EXTERN(klive_segmenter_debug);
#define GST_CAT_DEFAULT klive_segmenter_debug

namespace klive::segmenter {
namespace {

/// Holds a pad's stream lock, which is recursive.
class StreamLock {
 public:
  explicit StreamLock(GstPad *pad) : pad_(pad) { GST_PAD_STREAM_LOCK(pad_); }
  ~StreamLock() { GST_PAD_STREAM_UNLOCK(pad_); }
  StreamLock(const StreamLock &) = delete;
  StreamLock &operator=(const StreamLock &) = delete;

 private:
  GstPad *pad_;
};

/// Running time, which may be negative before the segment's start; nothing when it has none.
std::optional<int64_t> running_time(const GstSegment &segment, GstClockTime time) {
  if (!GST_CLOCK_TIME_IS_VALID(time) || segment.format != GST_FORMAT_TIME) return std::nullopt;
  guint64 running = 0;
  const int sign = gst_segment_to_running_time_full(&segment, GST_FORMAT_TIME, time, &running);
  if (sign == 0) return std::nullopt;
  return sign > 0 ? static_cast<int64_t>(running) : -static_cast<int64_t>(running);
}

}  // namespace

SegmenterStats TrackSegmenter::stats() {
  auto state = state_.lock();
  SegmenterStats stats{state->queue.stats()};
  stats.samples = state->samples;
  stats.dropped = state->dropped;
  for (const auto &[pad, input] : state->inputs) stats.tracks += input.track.has_value();
  return stats;
}

// Start and stop

void TrackSegmenter::start() {
  const Settings settings = this->settings();
  cmaf::SegmenterSettings made;
  made.segment_duration = {static_cast<int64_t>(settings.segment_duration)};
  made.chunk_duration = {static_cast<int64_t>(settings.chunk_duration)};
  made.low_latency = settings.low_latency;
  made.first_segment = settings.first_segment;
  made.fast_start = settings.fast_start;
  made.not_before = {static_cast<int64_t>(settings.not_before)};
  made.epoch_wall_ns = static_cast<int64_t>(settings.epoch);
  auto state = state_.lock();
  state->queue = {};
  state->segmenter = std::make_unique<cmaf::Segmenter>(made, state->queue);
  state->samples = state->dropped = 0;
}

void TrackSegmenter::stop() {
  {
    auto state = state_.lock();
    state->segmenter.reset();
    state->queue = {};
    state->tracks.clear();
    for (auto &[pad, input] : state->inputs) {
      input = {.kind = input.kind, .number = input.number};
      gst_segment_init(&input.segment, GST_FORMAT_TIME);
    }
  }
  const StreamLock lock(source_);
  announced_ = false;
}

// Pads

void TrackSegmenter::add_pad(GstPad *pad, cmaf::Kind kind, unsigned number) {
  Input input{.kind = kind, .number = number};
  gst_segment_init(&input.segment, GST_FORMAT_TIME);
  state_.lock()->inputs.emplace(pad, std::move(input));
}

unsigned TrackSegmenter::free_number(cmaf::Kind kind) {
  auto state = state_.lock();
  unsigned number = 0;
  for (bool is_free = false; !is_free;) {
    is_free = true;
    for (const auto &[pad, input] : state->inputs) {
      if (input.kind == kind && input.number == number) is_free = false;
    }
    if (!is_free) ++number;
  }
  return number;
}

void TrackSegmenter::remove_pad(GstPad *pad) {
  const StreamLock lock(source_);
  Buffers ready;
  {
    auto state = state_.lock();
    const auto found = state->inputs.find(pad);
    if (found == state->inputs.end()) return;
    take_off_air(*state, found->second);
    state->inputs.erase(found);
    ready = state->queue.take();
  }
  // Without any pad left the output waits: publications come and go.
  (void)push(std::move(ready));
}

void TrackSegmenter::put_on_air(State &state, Input &input) {
  if (!input.track) {
    const auto is_used = [&](uint32_t track) {
      for (const auto &[pad, other] : state.inputs) {
        if (other.track == track) return true;
      }
      return false;
    };
    // The same flavor and side under the same name as before, unless somebody has it now.
    const unsigned wanted = input.name.ordinal.value_or(input.number);
    for (unsigned tried = 0; !input.track; ++tried) {
      const unsigned ordinal = tried == 0 ? wanted : tried - 1;
      const std::string name =
          gst::track_name(input.kind, input.name.flavor, input.name.backup, ordinal);
      const auto known = state.tracks.find(name);
      if (known == state.tracks.end()) {
        input.track = state.segmenter->add_track(input.kind);
        state.tracks.emplace(name, *input.track);
        state.queue.add_track({name, input.name.flavor, input.name.backup});
      } else if (!is_used(known->second)) {
        input.track = known->second;
      }
    }
    input.has_samples = false;
  }
  state.segmenter->set_format(*input.track, *input.format);
}

void TrackSegmenter::take_off_air(State &state, Input &input) {
  if (!input.track || !state.segmenter) return;
  state.segmenter->end_track(*input.track);
  state.queue.track_end(*input.track);
  input.track.reset();
}

bool TrackSegmenter::all_ended(const State &state) {
  for (const auto &[pad, input] : state.inputs) {
    if (!input.ended) return false;
  }
  return !state.inputs.empty();
}

// Data

GstFlowReturn TrackSegmenter::chain(GstPad *pad, gst::Ptr<GstBuffer> buffer) {
  const StreamLock lock(source_);
  GstFlowReturn flow = GST_FLOW_OK;
  Buffers ready;
  {
    auto state = state_.lock();
    flow = take_sample(*state, pad, buffer.get());
    ready = state->queue.take();
  }
  const GstFlowReturn pushed = push(std::move(ready));
  return flow == GST_FLOW_OK ? pushed : flow;
}

GstFlowReturn TrackSegmenter::chain(GstPad *pad, gst::Ptr<GstBufferList> buffers) {
  const StreamLock lock(source_);
  GstFlowReturn flow = GST_FLOW_OK;
  Buffers ready;
  {
    auto state = state_.lock();
    const guint count = gst_buffer_list_length(buffers.get());
    for (guint i = 0; i < count && flow == GST_FLOW_OK; ++i)
      flow = take_sample(*state, pad, gst_buffer_list_get(buffers.get(), i));
    ready = state->queue.take();
  }
  const GstFlowReturn pushed = push(std::move(ready));
  return flow == GST_FLOW_OK ? pushed : flow;
}

GstFlowReturn TrackSegmenter::take_sample(State &state, GstPad *pad, GstBuffer *buffer) {
  const auto found = state.inputs.find(pad);
  if (found == state.inputs.end() || !state.segmenter) return GST_FLOW_FLUSHING;
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return GST_FLOW_ERROR;
  const GstFlowReturn flow = take_sample(state, found->second, buffer, {map.data, map.size});
  gst_buffer_unmap(buffer, &map);
  return flow;
}

GstFlowReturn TrackSegmenter::take_sample(State &state, Input &input, GstBuffer *buffer,
                                          base::ByteView data) {
  if (input.unusable) {
    drop(state, "the decoder configuration cannot be used");
    return GST_FLOW_OK;
  }
  if (input.describes_itself) {
    auto format = format_of_frame(data);
    if (!format) {
      drop(state, format.error().message.c_str());
      return GST_FLOW_OK;
    }
    if (input.format != *format) {
      input.format = *format;
      put_on_air(state, input);
    }
  }
  if (!input.format) return GST_FLOW_NOT_NEGOTIATED;
  const auto pts = running_time(input.segment, GST_BUFFER_PTS(buffer));
  const auto dts = running_time(input.segment, GST_BUFFER_DTS(buffer));
  if (!pts && !dts) {
    drop(state, "it has no time");
    return GST_FLOW_OK;
  }
  if (!input.track) put_on_air(state, input);
  const int64_t decode = dts.value_or(*pts);
  // Encoders give the first frames decode times before zero to make room for reordering. A track
  // cannot begin before zero: its decode times move, its presentation times stay.
  if (!input.shift) input.shift = std::max<int64_t>(0, -decode);

  const bool is_video = input.kind == cmaf::Kind::kVideo;
  cmaf::InputSample sample;
  sample.dts = {decode + *input.shift};
  sample.pts = {pts.value_or(decode)};
  if (GST_BUFFER_DURATION_IS_VALID(buffer)) {
    sample.duration = {static_cast<int64_t>(GST_BUFFER_DURATION(buffer))};
  }
  sample.key = !is_video || !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  sample.discontinuity = input.has_samples && GST_BUFFER_IS_DISCONT(buffer);
  sample.data = data;
  const auto pushed = state.segmenter->push(*input.track, sample);
  if (!pushed) {
    drop(state, const_cast<base::Result<void> &>(pushed).error().message.c_str());
    return GST_FLOW_OK;
  }
  input.has_samples = true;
  ++state.samples;
  return GST_FLOW_OK;
}

void TrackSegmenter::drop(State &state, const char *why) {
  ++state.dropped;
  // The wire decides how often this happens: the log gets every power of two.
  if (std::has_single_bit(state.dropped)) {
    GST_WARNING_OBJECT(element_, "frame dropped, as %s (%" G_GUINT64_FORMAT " so far)", why,
                       state.dropped);
  }
}

GstFlowReturn TrackSegmenter::push(Buffers buffers) {
  if (!buffers.empty() && !announced_) announce();
  for (auto &buffer : buffers) {
    const GstFlowReturn flow = gst_pad_push(source_, buffer.release());
    if (flow != GST_FLOW_OK) return flow;
  }
  return GST_FLOW_OK;
}

void TrackSegmenter::announce() {
  announced_ = true;
  // Of several tracks, so no track's stream-id can be continued.
  const gst::CharPtr unique(g_uuid_string_random());
  const std::string id = std::string(unique.get()) + "/cmaf";
  GstEvent *start = gst_event_new_stream_start(id.c_str());
  gst_event_set_group_id(start, gst_util_group_id_next());
  gst_pad_push_event(source_, start);
  const auto caps = gst::Ptr<GstCaps>::take(gst_caps_new_empty_simple("application/x-klive-cmaf"));
  gst_pad_push_event(source_, gst_event_new_caps(caps.get()));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_pad_push_event(source_, gst_event_new_segment(&segment));
}

// Events and queries

std::optional<bool> TrackSegmenter::handle_event(GstPad *pad, GstEvent *event) {
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_STREAM_START: {
      const char *stream_id = nullptr;
      gst_event_parse_stream_start(event, &stream_id);
      take_stream_id(pad, stream_id);
      return true;
    }
    case GST_EVENT_CAPS: {
      GstCaps *caps = nullptr;
      gst_event_parse_caps(event, &caps);
      return take_caps(pad, caps);
    }
    case GST_EVENT_SEGMENT: {
      auto state = state_.lock();
      const auto found = state->inputs.find(pad);
      if (found != state->inputs.end()) gst_event_copy_segment(event, &found->second.segment);
      return true;
    }
    case GST_EVENT_EOS:
      take_end(pad);
      return true;
    case GST_EVENT_STREAM_COLLECTION:
    case GST_EVENT_STREAM_GROUP_DONE:
    case GST_EVENT_TAG:
    case GST_EVENT_GAP:
      return true;  // of one track; what goes out is all of them
    default:
      return std::nullopt;
  }
}

void TrackSegmenter::take_stream_id(GstPad *pad, const char *stream_id) {
  const StreamLock lock(source_);
  Buffers ready;
  {
    auto state = state_.lock();
    const auto found = state->inputs.find(pad);
    if (found == state->inputs.end()) return;
    Input &input = found->second;
    const StreamName name = parse_stream_id(stream_id ? stream_id : "");
    const bool is_other = name.flavor != input.name.flavor || name.backup != input.name.backup ||
                          name.ordinal != input.name.ordinal;
    if (is_other) take_off_air(*state, input);
    input.name = name;
    input.ended = false;
    ready = state->queue.take();
  }
  (void)push(std::move(ready));
}

bool TrackSegmenter::take_caps(GstPad *pad, GstCaps *caps) {
  const bool later = describes_itself(caps);
  auto format = later ? base::Result<cmaf::TrackFormat>(cmaf::TrackFormat{}) : format_of(caps);
  if (!format && format.error().code == base::ErrorCode::kRefused) {
    GST_ERROR_OBJECT(pad, "%s", format.error().message.c_str());
    return false;
  }
  const StreamLock lock(source_);
  Buffers ready;
  {
    auto state = state_.lock();
    const auto found = state->inputs.find(pad);
    if (found == state->inputs.end() || !state->segmenter) return false;
    Input &input = found->second;
    input.unusable = !format;
    input.describes_itself = later;
    if (later) {
      input.format.reset();
    } else if (format) {
      input.format = *format;
      put_on_air(*state, input);
    }
    ready = state->queue.take();
  }
  if (later) {
    GST_INFO_OBJECT(pad, "the first frame says the format");
  } else if (format) {
    GST_INFO_OBJECT(pad, "%s", cmaf::codec_string(*format).c_str());
  } else {
    GST_ELEMENT_WARNING(element_, STREAM, FORMAT, (nullptr),
                        ("%s: its frames are dropped until the encoder sends another "
                         "configuration: %s",
                         GST_PAD_NAME(pad), format.error().message.c_str()));
  }
  (void)push(std::move(ready));
  return true;
}

void TrackSegmenter::take_end(GstPad *pad) {
  const bool forward = settings().forward_eos;
  const StreamLock lock(source_);
  Buffers ready;
  bool is_last = false;
  {
    auto state = state_.lock();
    const auto found = state->inputs.find(pad);
    if (found == state->inputs.end()) return;
    found->second.ended = true;
    is_last = forward && all_ended(*state);
    take_off_air(*state, found->second);
    ready = state->queue.take();
  }
  (void)push(std::move(ready));
  if (!is_last) return;
  if (!announced_) announce();
  gst_pad_push_event(source_, gst_event_new_eos());
}

void TrackSegmenter::add_latency(GstQuery *query) {
  gboolean live = FALSE;
  GstClockTime least = 0, most = 0;
  gst_query_parse_latency(query, &live, &least, &most);
  const GstClockTime held = settings().chunk_duration;
  least += held;
  if (GST_CLOCK_TIME_IS_VALID(most)) most += held;
  gst_query_set_latency(query, live, least, most);
}

}  // namespace klive::segmenter
