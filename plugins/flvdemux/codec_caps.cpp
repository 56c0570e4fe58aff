// SPDX-License-Identifier: LGPL-2.1-or-later
// The codec table of FLV and Enhanced RTMP v2, and the caps of each row.
#include "codec_caps.h"

#include <algorithm>
#include <array>

#include "audio_config.h"
#include "rtmp/flv.h"

namespace klive::flvdemux {
namespace {

using rtmp::four_cc;

constexpr std::array kVideoCodecs = {
    CodecRow{four_cc("avc1"), "video/x-h264", true, true},
    CodecRow{four_cc("hvc1"), "video/x-h265", true, true},
    CodecRow{four_cc("av01"), "video/x-av1", true, false},
    CodecRow{four_cc("vp09"), "video/x-vp9", false, false},
    CodecRow{four_cc("vp08"), "video/x-vp8", false, false},
};
constexpr std::array kAudioCodecs = {
    CodecRow{four_cc("mp4a"), "audio/mpeg", true, false},
    CodecRow{four_cc(".mp3"), "audio/mpeg", false, false},
    CodecRow{four_cc("Opus"), "audio/x-opus", false, false},
    CodecRow{four_cc("ac-3"), "audio/x-ac3", false, false},
    CodecRow{four_cc("ec-3"), "audio/x-eac3", false, false},
};
// Up to and with lengthSizeMinusOne: ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1.
constexpr size_t kLeastAvcc = 7, kLeastHvcc = 23;

template <typename Table>
const CodecRow *find(const Table &table, uint32_t four_cc) {
  const auto *row = std::find_if(table.begin(), table.end(),
                                 [&](const CodecRow &one) { return one.four_cc == four_cc; });
  return row == table.end() ? nullptr : row;
}

void set_codec_data(GstCaps *caps, base::ByteView config) {
  const auto data = gst::Ptr<GstBuffer>::take(gst_buffer_new_memdup(config.data(), config.size()));
  gst_caps_set_simple(caps, "codec_data", GST_TYPE_BUFFER, data.get(), nullptr);
}

gst::Ptr<GstCaps> new_caps(const CodecRow &codec) {
  return gst::Ptr<GstCaps>::take(gst_caps_new_empty_simple(codec.media_type));
}

gst::Ptr<GstCaps> opus_caps(const CodecRow &codec, base::ByteView config) {
  OpusFormat format;
  if (!config.empty()) {
    const auto head = read_opus_head(config);
    if (!head) return {};
    format = *head;
  }
  auto caps = new_caps(codec);
  gst_caps_set_simple(caps.get(), "rate", G_TYPE_INT, 48000, "channels", G_TYPE_INT,
                      format.channels, "channel-mapping-family", G_TYPE_INT, format.family,
                      "stream-count", G_TYPE_INT, format.streams, "coupled-count", G_TYPE_INT,
                      format.coupled, nullptr);
  if (format.family != 0) {
    GValue mapping = G_VALUE_INIT;
    gst_value_array_init(&mapping, format.channels);
    for (int i = 0; i < format.channels; ++i) {
      GValue one = G_VALUE_INIT;
      g_value_init(&one, G_TYPE_INT);
      g_value_set_int(&one, format.mapping[static_cast<size_t>(i)]);
      gst_value_array_append_and_take_value(&mapping, &one);
    }
    gst_caps_set_value(caps.get(), "channel-mapping", &mapping);
    g_value_unset(&mapping);
  }
  if (!config.empty()) set_codec_data(caps.get(), config);
  return caps;
}

gst::Ptr<GstCaps> aac_caps(const CodecRow &codec, base::ByteView config) {
  const auto format = read_audio_specific_config(config);
  if (!format) return {};
  auto caps = new_caps(codec);
  gst_caps_set_simple(caps.get(), "mpegversion", G_TYPE_INT, 4, "stream-format", G_TYPE_STRING,
                      "raw", "framed", G_TYPE_BOOLEAN, TRUE, "rate", G_TYPE_INT,
                      static_cast<int>(format->rate), nullptr);
  if (format->channels != 0) {
    gst_caps_set_simple(caps.get(), "channels", G_TYPE_INT, static_cast<int>(format->channels),
                        nullptr);
  }
  set_codec_data(caps.get(), config);
  return caps;
}

gst::Ptr<GstCaps> ac3_caps(const CodecRow &codec, base::ByteView frame) {
  const auto format = read_ac3_frame(frame);
  if (!format) return {};
  auto caps = new_caps(codec);
  gst_caps_set_simple(caps.get(), "framed", G_TYPE_BOOLEAN, TRUE, "alignment", G_TYPE_STRING,
                      "frame", "rate", G_TYPE_INT, static_cast<int>(format->rate), "channels",
                      G_TYPE_INT, static_cast<int>(format->channels), nullptr);
  return caps;
}

}  // namespace

const CodecRow *find_video_codec(uint32_t four_cc) { return find(kVideoCodecs, four_cc); }
const CodecRow *find_audio_codec(uint32_t four_cc) { return find(kAudioCodecs, four_cc); }

gst::Ptr<GstCaps> video_caps(const CodecRow &codec, base::ByteView config) {
  auto caps = new_caps(codec);
  const auto set = [&](const char *format, const char *alignment) {
    gst_caps_set_simple(caps.get(), "stream-format", G_TYPE_STRING, format, "alignment",
                        G_TYPE_STRING, alignment, nullptr);
  };
  if (codec.four_cc == four_cc("avc1")) {
    if (config.size() < kLeastAvcc || config[0] != 1) return {};
    set("avc", "au");
  } else if (codec.four_cc == four_cc("hvc1")) {
    if (config.size() < kLeastHvcc) return {};
    set("hvc1", "au");
  } else if (codec.four_cc == four_cc("av01")) {
    if (config.size() < 4 || config[0] != 0x81) return {};  // marker and version, AV1-ISOBMFF 2.3.3
    set("obu-stream", "tu");
  }
  if (!config.empty()) set_codec_data(caps.get(), config);
  return caps;
}

gst::Ptr<GstCaps> audio_caps(const CodecRow &codec, base::ByteView config, base::ByteView frame) {
  if (codec.four_cc == four_cc("mp4a")) return aac_caps(codec, config);
  if (codec.four_cc == four_cc("Opus")) return opus_caps(codec, config);
  if (codec.four_cc == four_cc("ac-3") || codec.four_cc == four_cc("ec-3")) {
    return ac3_caps(codec, frame);
  }
  auto caps = new_caps(codec);
  gst_caps_set_simple(caps.get(), "mpegversion", G_TYPE_INT, 1, "layer", G_TYPE_INT, 3, nullptr);
  return caps;
}

size_t nal_length_size(const CodecRow &codec, base::ByteView config) {
  const size_t at = codec.four_cc == four_cc("avc1") ? 4 : 21;
  return at < config.size() ? (config[at] & 3u) + 1 : 4;
}

}  // namespace klive::flvdemux
