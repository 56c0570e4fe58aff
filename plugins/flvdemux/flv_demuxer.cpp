// SPDX-License-Identifier: LGPL-2.1-or-later
// FlvDemuxer: cutting bytes into tags, tracks and their pads, times.
#include "flv_demuxer.h"

#include <bit>
#include <string>
#include <utility>

#include "audio_config.h"

GST_DEBUG_CATEGORY_EXTERN(klive_flvdemux_debug);
#define GST_CAT_DEFAULT klive_flvdemux_debug

namespace klive::flvdemux {
namespace {

// A track number comes from the wire: so many tracks of a kind are carried, the rest is skipped.
constexpr uint8_t kMostTracks = 16;
// How far audio timestamps may step back: what AudioSmoother absorbs.
constexpr base::MediaTime kAudioSlack = base::MediaTime::from_ms(50);
constexpr base::MediaTime kTracksShowWithin = base::MediaTime::from_seconds(1);
// Frames of one input buffer leave as one list a track, but no track runs ahead of the others by
// more.
constexpr base::MediaTime kLongestList = base::MediaTime::from_ms(250);

}  // namespace

void FlvDemuxer::start() {
  adapter_.reset(gst_adapter_new());
  combiner_.reset(gst_flow_combiner_new());
  timeline_.emplace(*epoch_.lock(), *anchor_.lock());
  *stats_.lock() = {};
  first_frame_.reset();
  first_waiting_.reset();
  group_ = GST_GROUP_ID_INVALID;
  errors_ = {};
  broken_ = no_more_pads_ = is_hopeless_ = false;
}

void FlvDemuxer::stop() {
  for (auto &[key, track] : std::exchange(tracks_, {})) {
    if (track.pad) gst_element_remove_pad(element_, track.pad.get());
  }
  adapter_.reset();
  combiner_.reset();
  timeline_.reset();
  clock_.reset();
}

base::MediaTime FlvDemuxer::arrival_now() {
  // The pipeline's clock, so that a test clock decides in tests; the same one for a publication's
  // whole life, as two clocks have nothing in common.
  if (!clock_ && !first_frame_) clock_ = gst::Ptr<GstClock>::take(gst_element_get_clock(element_));
  if (clock_) return {static_cast<int64_t>(gst_clock_get_time(clock_.get()))};
  return {g_get_monotonic_time() * 1000};
}

GstFlowReturn FlvDemuxer::chain(gst::Ptr<GstBuffer> buffer) {
  if (broken_) return GST_FLOW_ERROR;
  GstAdapter *adapter = adapter_.get();
  if (GST_BUFFER_IS_DISCONT(buffer.get()) && gst_adapter_available(adapter) > 0) {
    count(&DemuxStats::errors, "bytes are missing in the middle of a tag");
    gst_adapter_clear(adapter);
  }
  stats_.lock()->bytes += gst_buffer_get_size(buffer.get());
  if (gst_adapter_available(adapter) > 0) {
    gst_adapter_push(adapter, buffer.release());
    const gsize available = gst_adapter_available(adapter);
    if (available < wanted_) return GST_FLOW_OK;
    buffer = gst::Ptr<GstBuffer>::take(gst_adapter_take_buffer(adapter, available));
  }
  GstMapInfo map;
  if (!gst_buffer_map(buffer.get(), &map, GST_MAP_READ)) return GST_FLOW_ERROR;
  const Input input{buffer.get(), {map.data, map.size}, arrival_now()};
  GstFlowReturn flow = GST_FLOW_OK;
  size_t offset = 0;
  for (size_t size = 1; flow == GST_FLOW_OK && size > 0; offset += size)
    size = next_tag(input, offset, flow);
  const GstFlowReturn pushed = push_all();
  gst_buffer_unmap(buffer.get(), &map);
  if (flow == GST_FLOW_OK) flow = pushed;
  // Shares the memory that came in; copied only where a tag lies across two buffers.
  if (flow == GST_FLOW_OK && offset < map.size) {
    gst_adapter_push(adapter, gst_buffer_copy_region(buffer.get(), GST_BUFFER_COPY_MEMORY, offset,
                                                     map.size - offset));
  }
  return flow;
}

size_t FlvDemuxer::next_tag(const Input &input, size_t offset, GstFlowReturn &flow) {
  const base::ByteView bytes = input.bytes.subspan(offset);
  wanted_ = kTagHeaderSize;
  if (bytes.size() < wanted_) return 0;
  // Not only at the beginning: an encoder that comes back begins a new file.
  if (const auto size = read_file_header(bytes.first(kFileHeaderSize))) {
    wanted_ = *size;
    return bytes.size() < wanted_ ? 0 : wanted_;
  }
  const auto header = read_tag_header(bytes.first(kTagHeaderSize));
  if (!header) {
    flow = fail("the bytes do not follow the structure of FLV");
    return 0;
  }
  wanted_ = kTagHeaderSize + header->size + kTagTrailerSize;
  if (bytes.size() < wanted_) return 0;

  base::ByteReader trailer(bytes.subspan(kTagHeaderSize + header->size, kTagTrailerSize));
  const bool closed = trailer.u32() == kTagHeaderSize + header->size;
  // Writers get this field wrong; with a type that no tag has, it is the last sign of a tag.
  if (!closed && !header->known()) {
    flow = fail("neither the type nor the size of a tag is right");
    return 0;
  }
  ++stats_.lock()->tags;
  const Tag tag{*header, bytes.subspan(kTagHeaderSize, header->size), input};
  flow = read_body(tag);
  if (is_hopeless_ && flow == GST_FLOW_OK)
    flow = fail("more than 100 errors in 10 s; the encoder does not send what it announced");
  return wanted_;
}

GstFlowReturn FlvDemuxer::read_body(const Tag &tag) {
  if (!tag.header.known() || tag.header.encrypted) {
    count(&DemuxStats::skipped, "a tag of a kind that is not carried");
  } else if (tag.body.empty()) {
    count(&DemuxStats::dropped, "an empty tag");
  } else if (tag.header.type == static_cast<uint8_t>(rtmp::TagType::kVideo)) {
    return read_video(tag);
  } else if (tag.header.type == static_cast<uint8_t>(rtmp::TagType::kAudio)) {
    return read_audio(tag);
  }
  return GST_FLOW_OK;
}

GstFlowReturn FlvDemuxer::read_video(const Tag &tag) {
  const auto packets = rtmp::parse_video(tag.body);
  if (!packets) {
    count(&DemuxStats::errors, packets.error().message.c_str());
    return GST_FLOW_OK;
  }
  for (const rtmp::VideoPacket &packet : *packets) {
    const CodecRow *codec = find_video_codec(packet.codec);
    Track *track = codec ? find_track(Kind::kVideo, packet.track, *codec) : nullptr;
    if (!track) {
      count(&DemuxStats::skipped, "video of a codec, or on a track number, that is not carried");
    } else if (packet.type == rtmp::PacketType::kSequenceHeader) {
      take_config(*track, packet.data);
    } else if (packet.type == rtmp::PacketType::kFrames) {
      const GstFlowReturn flow = push_video(*track, tag, packet);
      if (flow != GST_FLOW_OK) return flow;
    }
  }
  return GST_FLOW_OK;
}

GstFlowReturn FlvDemuxer::read_audio(const Tag &tag) {
  const auto packets = rtmp::parse_audio(tag.body);
  if (!packets) {
    count(&DemuxStats::errors, packets.error().message.c_str());
    return GST_FLOW_OK;
  }
  for (const rtmp::AudioPacket &packet : *packets) {
    const CodecRow *codec = find_audio_codec(packet.codec);
    Track *track = codec ? find_track(Kind::kAudio, packet.track, *codec) : nullptr;
    if (!track) {
      count(&DemuxStats::skipped, "audio of a codec, or on a track number, that is not carried");
    } else if (packet.type == rtmp::PacketType::kSequenceHeader) {
      take_config(*track, packet.data);
    } else if (packet.type == rtmp::PacketType::kFrames) {
      const GstFlowReturn flow = push_audio(*track, tag, packet);
      if (flow != GST_FLOW_OK) return flow;
    }
  }
  return GST_FLOW_OK;
}

FlvDemuxer::Track *FlvDemuxer::find_track(Kind kind, uint8_t number, const CodecRow &codec) {
  if (number >= kMostTracks) return nullptr;
  Track &track = tracks_[static_cast<uint32_t>(kind) << 8 | number];
  if (track.codec != &codec) {
    track.kind = kind;
    track.number = number;
    track.codec = &codec;
    track.config.clear();
    track.caps.reset();
  }
  return &track;
}

void FlvDemuxer::take_config(Track &track, base::ByteView config) {
  // Some encoders repeat it before every key frame.
  if (track.caps &&
      std::equal(config.begin(), config.end(), track.config.begin(), track.config.end())) {
    return;
  }
  const bool is_video = track.kind == Kind::kVideo;
  auto caps = is_video ? video_caps(*track.codec, config) : audio_caps(*track.codec, config, {});
  if (!caps) {
    count(&DemuxStats::errors, "a sequence header that cannot be read");
    return;
  }
  track.config.assign(config.begin(), config.end());
  track.length_size = nal_length_size(*track.codec, config);
  if (const auto format = is_video ? std::nullopt : read_audio_specific_config(config)) {
    track.rate = format->rate;
    track.frame_samples = format->frame_samples;
  }
  track.caps = std::move(caps);
  if (track.announced) {
    // What is wrong with them is said by the next push.
    if (track.frames) (void)push(track);
    GST_INFO_OBJECT(track.pad.get(), "new format %" GST_PTR_FORMAT, track.caps.get());
    gst_pad_push_event(track.pad.get(), gst_event_new_caps(track.caps.get()));
  } else {
    announce(track);
  }
}

bool FlvDemuxer::expose(Track &track, base::ByteView frame) {
  if (track.announced && track.caps) return true;
  if (!track.caps) {
    if (track.codec->needs_config) return false;
    track.caps = track.kind == Kind::kVideo ? video_caps(*track.codec, {})
                                            : audio_caps(*track.codec, {}, frame);
    if (!track.caps) return false;
  }
  announce(track);
  return true;
}

void FlvDemuxer::announce(Track &track) {
  const std::string name =
      (track.kind == Kind::kVideo ? "video_" : "audio_") + std::to_string(track.number);
  const bool is_new = !track.pad;
  if (is_new) {
    const char *pattern = track.kind == Kind::kVideo ? "video_%u" : "audio_%u";
    GstPadTemplate *pad_template = gst_element_get_pad_template(element_, pattern);
    track.pad = gst::Ptr<GstPad>::ref(gst_pad_new_from_template(pad_template, name.c_str()));
    gst_pad_use_fixed_caps(track.pad.get());
    gst_pad_set_active(track.pad.get(), TRUE);
  }
  if (group_ == GST_GROUP_ID_INVALID) group_ = gst_util_group_id_next();
  const gst::CharPtr id(gst_pad_create_stream_id(track.pad.get(), element_, name.c_str()));
  GstEvent *start = gst_event_new_stream_start(id.get());
  gst_event_set_group_id(start, group_);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_pad_push_event(track.pad.get(), start);
  gst_pad_push_event(track.pad.get(), gst_event_new_caps(track.caps.get()));
  gst_pad_push_event(track.pad.get(), gst_event_new_segment(&segment));
  track.announced = track.discontinuity = true;
  if (is_new) {
    GST_INFO_OBJECT(element_, "new track %s %" GST_PTR_FORMAT, name.c_str(), track.caps.get());
    gst_flow_combiner_add_pad(combiner_.get(), track.pad.get());
    gst_element_add_pad(element_, track.pad.get());
  }
  // Carries what was announced to whoever was linked just now, before there is a frame.
  gst_pad_push_event(track.pad.get(),
                     gst_event_new_tag(gst_tag_list_new(GST_TAG_CONTAINER_FORMAT, "FLV", nullptr)));
}

GstFlowReturn FlvDemuxer::push_video(Track &track, const Tag &tag,
                                     const rtmp::VideoPacket &packet) {
  if (packet.data.empty() || !expose(track, packet.data)) {
    count(&DemuxStats::dropped, "a video frame without content or before its sequence header");
    return GST_FLOW_OK;
  }
  if (track.codec->nal_units && !is_length_prefixed(packet.data, track.length_size)) {
    count(&DemuxStats::errors, "a video frame that is not a row of length-prefixed NAL units");
    return GST_FLOW_OK;
  }
  const Placement placement = place(track, tag, {});
  if (placement.discontinuity) track.discontinuity = true;
  switch (track.key_frames.note(placement.time, packet.key)) {
    case KeyFrameWatch::Verdict::kNone:
      return fail(
          "no key frame has come for a minute, and without one nobody can begin to watch; set the "
          "encoder's key-frame interval to 2 s");
    case KeyFrameWatch::Verdict::kFar:
      warn(
          "key frames are more than 12 s apart, and so segments are as long; the encoder's "
          "key-frame interval should be 2 s");
      break;
    case KeyFrameWatch::Verdict::kFine:
      break;
  }
  auto frame = region(tag, packet.data);
  const auto presentation = placement.time + base::MediaTime::from_ms(packet.composition_offset);
  GST_BUFFER_DTS(frame.get()) = static_cast<GstClockTime>(placement.time.ns);
  GST_BUFFER_PTS(frame.get()) = static_cast<GstClockTime>(std::max<int64_t>(0, presentation.ns));
  if (!packet.key) GST_BUFFER_FLAG_SET(frame.get(), GST_BUFFER_FLAG_DELTA_UNIT);
  ++stats_.lock()->video_frames;
  return add(track, std::move(frame), placement.time);
}

GstFlowReturn FlvDemuxer::push_audio(Track &track, const Tag &tag,
                                     const rtmp::AudioPacket &packet) {
  if (packet.data.empty() || !expose(track, packet.data)) {
    count(&DemuxStats::dropped, "an audio frame without content or before its sequence header");
    return GST_FLOW_OK;
  }
  uint32_t rate = track.rate, samples = track.frame_samples;
  if (track.codec->four_cc == rtmp::four_cc("Opus")) {
    rate = 48000;
    samples = opus_packet_samples(packet.data);
  } else if (const auto format = samples == 0 ? read_ac3_frame(packet.data) : std::nullopt) {
    rate = format->rate;
    samples = format->frame_samples;
  }
  const bool is_exact = rate != 0 && samples != 0;
  const auto duration = is_exact ? base::MediaTime::from_ticks(samples, rate) : base::MediaTime{};
  Placement placement = place(track, tag, duration);
  if (placement.discontinuity) {
    track.discontinuity = true;
    track.smoother.restart();
  }
  auto frame = region(tag, packet.data);
  if (is_exact) {
    placement.time = track.smoother.place(placement.time, samples, rate);
    GST_BUFFER_DURATION(frame.get()) = static_cast<GstClockTime>(duration.ns);
  }
  GST_BUFFER_PTS(frame.get()) = static_cast<GstClockTime>(placement.time.ns);
  {
    auto stats = stats_.lock();
    ++stats->audio_frames;
    stats->audio_resyncs += track.smoother.resyncs() - track.resyncs;
  }
  track.resyncs = track.smoother.resyncs();
  return add(track, std::move(frame), placement.time);
}

Placement FlvDemuxer::place(Track &track, const Tag &tag, base::MediaTime duration) {
  const bool is_audio = track.kind == Kind::kAudio;
  const Frame frame{.track = static_cast<uint32_t>(track.kind) << 8 | track.number,
                    .timestamp = tag.header.timestamp,
                    .arrival = tag.input.arrival,
                    .wall = {g_get_real_time() * 1000},
                    .duration = duration,
                    .slack = is_audio ? kAudioSlack : base::MediaTime{}};
  // The anchor may be set until the first frame is there: another publication finds it out
  // meanwhile.
  if (!first_frame_) timeline_.emplace(*epoch_.lock(), *anchor_.lock());
  const uint64_t jumps = timeline_->jumps();
  const Placement placement = timeline_->place(frame);
  const bool has_jumped = timeline_->jumps() != jumps;
  if (!first_frame_ || has_jumped) *anchor_.lock() = timeline_->anchor();
  if (has_jumped) {
    stats_.lock()->jumps = timeline_->jumps();
    GST_WARNING_OBJECT(track.pad.get(),
                       "timestamps jumped to %u ms: going on at media time %" GST_TIME_FORMAT,
                       frame.timestamp, GST_TIME_ARGS(placement.time.ns));
  }
  if (!first_frame_) first_frame_ = placement.time;
  if (!no_more_pads_ && placement.time - *first_frame_ > kTracksShowWithin) announce_no_more_pads();
  return placement;
}

GstFlowReturn FlvDemuxer::add(Track &track, gst::Ptr<GstBuffer> frame, base::MediaTime time) {
  if (track.discontinuity) GST_BUFFER_FLAG_SET(frame.get(), GST_BUFFER_FLAG_DISCONT);
  track.discontinuity = false;
  if (!first_waiting_) first_waiting_ = time;
  const bool is_long =
      time - *first_waiting_ > kLongestList || *first_waiting_ > time + kLongestList;
  if (const GstFlowReturn flow = is_long ? push_all() : GST_FLOW_OK; flow != GST_FLOW_OK)
    return flow;
  if (is_long) first_waiting_ = time;
  if (!track.frames) track.frames = gst::Ptr<GstBufferList>::take(gst_buffer_list_new());
  gst_buffer_list_add(track.frames.get(), frame.release());
  return GST_FLOW_OK;
}

GstFlowReturn FlvDemuxer::push(Track &track) {
  gst::Ptr<GstBufferList> frames = std::move(track.frames);
  const GstFlowReturn flow = gst_pad_push_list(track.pad.get(), frames.release());
  return gst_flow_combiner_update_pad_flow(combiner_.get(), track.pad.get(), flow);
}

GstFlowReturn FlvDemuxer::push_all() {
  first_waiting_.reset();
  GstFlowReturn worst = GST_FLOW_OK;
  for (auto &[key, track] : tracks_) {
    const GstFlowReturn flow = track.frames ? push(track) : GST_FLOW_OK;
    if (worst == GST_FLOW_OK) worst = flow;
  }
  return worst;
}

gst::Ptr<GstBuffer> FlvDemuxer::region(const Tag &tag, base::ByteView data) {
  const auto offset = static_cast<gsize>(data.data() - tag.input.bytes.data());
  return gst::Ptr<GstBuffer>::take(
      gst_buffer_copy_region(tag.input.buffer, GST_BUFFER_COPY_MEMORY, offset, data.size()));
}

bool FlvDemuxer::handle_event(GstPad *pad, GstEvent *event) {
  (void)pad;
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CAPS:
    case GST_EVENT_SEGMENT:
      return true;  // the pads behind have their own
    case GST_EVENT_STREAM_START:
      // Another publication takes over: the same tracks go on under its name.
      if (!gst_event_parse_group_id(event, &group_)) group_ = gst_util_group_id_next();
      if (adapter_) gst_adapter_clear(adapter_.get());
      for (auto &[key, track] : tracks_) track.announced = false;
      return true;
    case GST_EVENT_FLUSH_STOP:
      if (adapter_) gst_adapter_clear(adapter_.get());
      if (combiner_) gst_flow_combiner_reset(combiner_.get());
      for (auto &[key, track] : tracks_) track.announced = false;
      broken_ = false;
      return false;
    case GST_EVENT_EOS:
      end_of_stream();
      return false;
    default:
      return false;
  }
}

void FlvDemuxer::end_of_stream() {
  if (adapter_ && gst_adapter_available(adapter_.get()) > 0) {
    count(&DemuxStats::errors, "the stream ended in the middle of a tag");
  }
  if (!no_more_pads_) announce_no_more_pads();
}

void FlvDemuxer::announce_no_more_pads() {
  no_more_pads_ = true;
  gst_element_no_more_pads(element_);
}

void FlvDemuxer::count(uint64_t DemuxStats::*what, const char *sentence) {
  const uint64_t times = ++((*stats_.lock()).*what);
  // The wire decides how often this happens: the log gets every power of two.
  if (std::has_single_bit(times)) {
    GST_WARNING_OBJECT(element_, "%s (%" G_GUINT64_FORMAT " so far)", sentence, times);
  }
  if (what == &DemuxStats::errors && !errors_.note(arrival_now())) is_hopeless_ = true;
}

void FlvDemuxer::warn(const char *reason) {
  GST_WARNING_OBJECT(element_, "%s", reason);
  gst_element_post_message(
      element_, gst_message_new_element(
                    GST_OBJECT(element_),
                    gst_structure_new("klive-warning", "reason", G_TYPE_STRING, reason, nullptr)));
}

GstFlowReturn FlvDemuxer::fail(const char *reason) {
  broken_ = true;
  GST_WARNING_OBJECT(element_, "giving up: %s", reason);
  gst_element_post_message(
      element_, gst_message_new_element(GST_OBJECT(element_),
                                        gst_structure_new("klive-demux-error", "reason",
                                                          G_TYPE_STRING, reason, nullptr)));
  return GST_FLOW_ERROR;
}

}  // namespace klive::flvdemux
