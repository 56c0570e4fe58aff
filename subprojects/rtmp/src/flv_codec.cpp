// SPDX-License-Identifier: LGPL-2.1-or-later
// Reading the codec header of audio and video tags, legacy and Enhanced RTMP.
//
//   enhanced video: 1:1 frame_type:3 packet_type:4
//                   | [ModEx: size, data, type:4 packet_type:4]* | [multitrack:4 packet_type:4]
//                   | four_cc, unless each track has its own
//                   | track: [four_cc] [id:8 [size:24]] [composition offset:24] data
//   enhanced audio: 9:4 packet_type:4, then the same without composition offsets
// Adobe FLV 10.1, Annex E.4.2 and E.4.3; Enhanced RTMP v2, "ExVideoTagHeader" and
// "ExAudioTagHeader".
#include "rtmp/flv.h"

namespace klive::rtmp {

namespace {

constexpr uint32_t kAvc = four_cc("avc1");
constexpr uint32_t kHevc = four_cc("hvc1");
constexpr uint32_t kVvc = four_cc("vvc1");

constexpr size_t kMaxTracks = 256;  // the id has 8 bits

constexpr uint8_t kFrameKey = 1;
constexpr uint8_t kFrameGeneratedKey = 4;
constexpr uint8_t kFrameCommand = 5;

enum ExPacketType : uint8_t {
  kExSequenceStart = 0,
  kExCodedFrames = 1,
  kExSequenceEnd = 2,
  kExCodedFramesX = 3,
  kExMetadata = 4,
  kExVideoMultitrack = 6,
  kExAudioMultitrack = 5,
  kExModEx = 7,
};
enum Multitrack : uint8_t { kOneTrack = 0, kManyTracks = 1, kManyTracksManyCodecs = 2 };

int32_t signed24(uint32_t value) { return static_cast<int32_t>(value << 8) >> 8; }

base::Failure cut_short(const char *what) {
  return base::fail(base::ErrorCode::kInvalid, std::string(what) + " tag ends inside its header");
}

/// What an enhanced header says before the tracks begin.
struct ExHeader {
  uint8_t packet_type = 0;
  bool is_multitrack = false;
  uint8_t multitrack = kOneTrack;
  uint32_t codec = 0;
};

/// Modifiers may follow each other; what they modify (nanosecond offsets) is finer than FLV's
/// times.
uint8_t skip_mod_ex(base::ByteReader &reader, uint8_t packet_type) {
  while (packet_type == kExModEx && reader.ok()) {
    size_t size = size_t{reader.u8()} + 1;
    if (size == 256) size = size_t{reader.u16()} + 1;
    reader.skip(size);
    packet_type = reader.u8() & 0x0f;
  }
  return packet_type;
}

ExHeader read_ex_header(base::ByteReader &reader, uint8_t packet_type, uint8_t multitrack_type) {
  ExHeader header{.packet_type = packet_type};
  if (packet_type == multitrack_type) {
    const uint8_t byte = reader.u8();
    header.is_multitrack = true;
    header.multitrack = byte >> 4;
    header.packet_type = byte & 0x0f;
    if (header.packet_type == multitrack_type || header.multitrack > kManyTracksManyCodecs) {
      reader.mark_bad();
    }
  }
  if (header.multitrack != kManyTracksManyCodecs) header.codec = reader.u32();
  return header;
}

struct Track {
  uint32_t codec = 0;
  uint8_t id = 0;
  base::ByteView data;
};

/// The tracks of a tag, at most as many as there are ids.
std::vector<Track> read_tracks(base::ByteReader &reader, const ExHeader &header) {
  if (!header.is_multitrack) return {{.codec = header.codec, .data = reader.rest()}};
  std::vector<Track> tracks;
  do {
    Track track{.codec = header.codec};
    if (header.multitrack == kManyTracksManyCodecs) track.codec = reader.u32();
    track.id = reader.u8();
    const size_t size = header.multitrack == kOneTrack ? reader.remaining() : size_t{reader.u24()};
    track.data = reader.bytes(size);
    tracks.push_back(track);
    if (tracks.size() > kMaxTracks) reader.mark_bad();
  } while (reader.ok() && reader.remaining() > 0);
  return tracks;
}

PacketType packet_type_of(uint8_t ex_type, bool is_video) {
  switch (ex_type) {
    case kExSequenceStart:
      return PacketType::kSequenceHeader;
    case kExCodedFrames:
      return PacketType::kFrames;
    case kExSequenceEnd:
      return PacketType::kSequenceEnd;
    case kExCodedFramesX:
      return is_video ? PacketType::kFrames : PacketType::kOther;
    case kExMetadata:
      return is_video ? PacketType::kMetadata : PacketType::kOther;
    default:
      return PacketType::kOther;
  }
}

bool has_composition_offset(uint32_t codec) {
  return codec == kAvc || codec == kHevc || codec == kVvc;
}

base::Result<std::vector<VideoPacket>> parse_ex_video(base::ByteReader &reader, uint8_t first) {
  const uint8_t frame_type = first >> 4 & 7;
  const uint8_t packet_type = skip_mod_ex(reader, first & 0x0f);
  if (frame_type == kFrameCommand && packet_type != kExMetadata) {
    return std::vector<VideoPacket>{{.type = PacketType::kOther, .data = reader.rest()}};
  }
  const ExHeader header = read_ex_header(reader, packet_type, kExVideoMultitrack);
  if (!reader.ok()) return cut_short("Enhanced RTMP video");
  std::vector<VideoPacket> packets;
  for (const Track &track : read_tracks(reader, header)) {
    VideoPacket packet{.codec = track.codec,
                       .type = packet_type_of(header.packet_type, true),
                       .key = frame_type == kFrameKey || frame_type == kFrameGeneratedKey,
                       .track = track.id,
                       .data = track.data};
    if (header.packet_type == kExCodedFrames && has_composition_offset(track.codec)) {
      base::ByteReader body(track.data);
      packet.composition_offset = signed24(body.u24());
      packet.data = body.rest();
      if (!body.ok()) return cut_short("Enhanced RTMP video");
    }
    packets.push_back(packet);
  }
  if (!reader.ok()) return cut_short("Enhanced RTMP multitrack video");
  return packets;
}

PacketType legacy_packet_type(uint8_t type) {
  switch (type) {
    case 0:
      return PacketType::kSequenceHeader;
    case 1:
      return PacketType::kFrames;
    case 2:
      return PacketType::kSequenceEnd;
    default:
      return PacketType::kOther;
  }
}

/// Number 12 is no part of Adobe's format: it is how encoders sent HEVC before Enhanced RTMP.
uint32_t legacy_video_codec(uint8_t codec) {
  if (codec == 7) return kAvc;
  if (codec == 12) return kHevc;
  return 0;
}

uint32_t legacy_audio_codec(uint8_t format) {
  if (format == 10) return four_cc("mp4a");
  if (format == 2 || format == 14) return four_cc(".mp3");
  return 0;
}

}  // namespace

base::Result<std::vector<VideoPacket>> parse_video(base::ByteView tag_body) {
  if (tag_body.empty()) return std::vector<VideoPacket>();
  base::ByteReader reader(tag_body);
  const uint8_t first = reader.u8();
  if (first & 0x80) return parse_ex_video(reader, first);
  const uint8_t frame_type = first >> 4;
  VideoPacket packet{.codec = legacy_video_codec(first & 0x0f),
                     .legacy_codec = static_cast<uint8_t>(first & 0x0f),
                     .type = PacketType::kFrames,
                     .key = frame_type == kFrameKey || frame_type == kFrameGeneratedKey};
  if (frame_type == kFrameCommand) {
    packet.type = PacketType::kOther;
  } else if (packet.codec) {
    packet.type = legacy_packet_type(reader.u8());
    packet.composition_offset = signed24(reader.u24());
    if (packet.type != PacketType::kFrames) packet.composition_offset = 0;
  }
  packet.data = reader.rest();
  if (!reader.ok()) return cut_short("video");
  return std::vector<VideoPacket>{packet};
}

base::Result<std::vector<AudioPacket>> parse_audio(base::ByteView tag_body) {
  if (tag_body.empty()) return std::vector<AudioPacket>();
  base::ByteReader reader(tag_body);
  const uint8_t first = reader.u8();
  const uint8_t format = first >> 4;
  std::vector<AudioPacket> packets;
  if (format == 9) {
    const ExHeader header =
        read_ex_header(reader, skip_mod_ex(reader, first & 0x0f), kExAudioMultitrack);
    if (!reader.ok()) return cut_short("Enhanced RTMP audio");
    for (const Track &track : read_tracks(reader, header)) {
      packets.push_back({.codec = track.codec,
                         .type = packet_type_of(header.packet_type, false),
                         .track = track.id,
                         .data = track.data});
    }
    if (!reader.ok()) return cut_short("Enhanced RTMP multitrack audio");
    return packets;
  }
  AudioPacket packet{
      .codec = legacy_audio_codec(format), .legacy_codec = format, .type = PacketType::kFrames};
  if (format == 10) packet.type = legacy_packet_type(reader.u8());
  packet.data = reader.rest();
  if (!reader.ok()) return cut_short("audio");
  packets.push_back(packet);
  return packets;
}

}  // namespace klive::rtmp
