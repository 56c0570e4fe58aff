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

}  // namespace

void FlvDemuxer::start() {
  adapter_.reset(gst_adapter_new());
  combiner_.reset(gst_flow_combiner_new());
  timeline_.emplace(*epoch_.lock(), *anchor_.lock());
  *stats_.lock() = {};
  first_frame_.reset();
  group_ = GST_GROUP_ID_INVALID;
  broken_ = no_more_pads_ = false;
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
  if (GST_BUFFER_IS_DISCONT(buffer.get()) && gst_adapter_available(adapter_.get()) > 0) {
    count(&DemuxStats::errors, "bytes are missing in the middle of a tag");
    gst_adapter_clear(adapter_.get());
  }
  stats_.lock()->bytes += gst_buffer_get_size(buffer.get());
  gst_adapter_push(adapter_.get(), buffer.release());
  const base::MediaTime arrival = arrival_now();
  GstFlowReturn flow = GST_FLOW_OK;
  while (flow == GST_FLOW_OK && next_tag(arrival, flow)) {
  }
  return flow;
}

bool FlvDemuxer::next_tag(base::MediaTime arrival, GstFlowReturn &flow) {
  GstAdapter *adapter = adapter_.get();
  if (gst_adapter_available(adapter) < kTagHeaderSize) return false;
  uint8_t bytes[kTagHeaderSize];
  gst_adapter_copy(adapter, bytes, 0, sizeof bytes);
  // Not only at the beginning: an encoder that comes back begins a new file.
  if (const auto size = read_file_header({bytes, kFileHeaderSize})) {
    if (gst_adapter_available(adapter) < *size) return false;
    gst_adapter_flush(adapter, *size);
    return true;
  }
  const auto header = read_tag_header(bytes);
  if (!header) {
    flow = fail("the bytes do not follow the structure of FLV");
    return false;
  }
  const size_t whole = kTagHeaderSize + header->size + kTagTrailerSize;
  if (gst_adapter_available(adapter) < whole) return false;

  uint8_t trailer[kTagTrailerSize];
  gst_adapter_copy(adapter, trailer, kTagHeaderSize + header->size, sizeof trailer);
  const bool closed = base::ByteReader(trailer).u32() == kTagHeaderSize + header->size;
  // Writers get this field wrong; with a type that no tag has, it is the last sign of a tag.
  if (!closed && !header->known()) {
    flow = fail("neither the type nor the size of a tag is right");
    return false;
  }

  Tag tag{.header = *header, .arrival = arrival};
  gst_adapter_flush(adapter, kTagHeaderSize);
  if (header->size > 0) {
    // Shares the memory that came in; copies only where a tag lies across two buffers.
    tag.body = gst::Ptr<GstBuffer>::take(gst_adapter_take_buffer(adapter, header->size));
  }
  gst_adapter_flush(adapter, kTagTrailerSize);
  ++stats_.lock()->tags;
  flow = read_body(tag);
  return true;
}

GstFlowReturn FlvDemuxer::read_body(Tag &tag) {
  if (!tag.header.known() || tag.header.encrypted) {
    count(&DemuxStats::skipped, "a tag of a kind that is not carried");
    return GST_FLOW_OK;
  }
  if (!tag.body) {
    count(&DemuxStats::dropped, "an empty tag");
    return GST_FLOW_OK;
  }
  GstMapInfo map;
  if (!gst_buffer_map(tag.body.get(), &map, GST_MAP_READ)) return GST_FLOW_ERROR;
  tag.bytes = {map.data, map.size};
  GstFlowReturn flow = GST_FLOW_OK;
  if (tag.header.type == static_cast<uint8_t>(rtmp::TagType::kVideo)) flow = read_video(tag);
  if (tag.header.type == static_cast<uint8_t>(rtmp::TagType::kAudio)) flow = read_audio(tag);
  gst_buffer_unmap(tag.body.get(), &map);
  return flow;
}

GstFlowReturn FlvDemuxer::read_video(const Tag &tag) {
  const auto packets = rtmp::parse_video(tag.bytes);
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
  const auto packets = rtmp::parse_audio(tag.bytes);
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
  auto frame = region(tag, packet.data);
  const auto presentation = placement.time + base::MediaTime::from_ms(packet.composition_offset);
  GST_BUFFER_DTS(frame.get()) = static_cast<GstClockTime>(placement.time.ns);
  GST_BUFFER_PTS(frame.get()) = static_cast<GstClockTime>(std::max<int64_t>(0, presentation.ns));
  if (!packet.key) GST_BUFFER_FLAG_SET(frame.get(), GST_BUFFER_FLAG_DELTA_UNIT);
  ++stats_.lock()->video_frames;
  return push(track, std::move(frame));
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
  return push(track, std::move(frame));
}

Placement FlvDemuxer::place(Track &track, const Tag &tag, base::MediaTime duration) {
  const bool is_audio = track.kind == Kind::kAudio;
  const Frame frame{.track = static_cast<uint32_t>(track.kind) << 8 | track.number,
                    .timestamp = tag.header.timestamp,
                    .arrival = tag.arrival,
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

GstFlowReturn FlvDemuxer::push(Track &track, gst::Ptr<GstBuffer> frame) {
  if (track.discontinuity) GST_BUFFER_FLAG_SET(frame.get(), GST_BUFFER_FLAG_DISCONT);
  track.discontinuity = false;
  const GstFlowReturn flow = gst_pad_push(track.pad.get(), frame.release());
  return gst_flow_combiner_update_pad_flow(combiner_.get(), track.pad.get(), flow);
}

gst::Ptr<GstBuffer> FlvDemuxer::region(const Tag &tag, base::ByteView data) const {
  const auto offset = static_cast<gsize>(data.data() - tag.bytes.data());
  return gst::Ptr<GstBuffer>::take(
      gst_buffer_copy_region(tag.body.get(), GST_BUFFER_COPY_MEMORY, offset, data.size()));
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
