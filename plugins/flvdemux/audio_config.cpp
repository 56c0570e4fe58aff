// SPDX-License-Identifier: LGPL-2.1-or-later
// Readers for AudioSpecificConfig, OpusHead, Opus packets and AC-3 frames.
#include "audio_config.h"

#include <algorithm>

namespace klive::flvdemux {
namespace {

/// Bits, most significant first. Reading past the end yields zeros and makes ok() false.
class BitReader {
 public:
  explicit BitReader(base::ByteView bytes) : bytes_(bytes) {}
  uint32_t bits(size_t count) {
    uint32_t value = 0;
    for (; count > 0; --count, ++position_) {
      const size_t byte = position_ / 8;
      if (byte >= bytes_.size()) {
        ok_ = false;
        return 0;
      }
      value = value << 1 | (bytes_[byte] >> (7 - position_ % 8) & 1u);
    }
    return value;
  }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  base::ByteView bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

constexpr std::array<uint32_t, 13> kAacRates = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                                22050, 16000, 12000, 11025, 8000,  7350};
constexpr std::array<uint8_t, 8> kAacChannels = {0, 1, 2, 3, 4, 5, 6, 8};
constexpr uint32_t kSbr = 5, kParametricStereo = 29, kEscape = 31;

uint32_t object_type(BitReader &reader) {
  const uint32_t type = reader.bits(5);
  return type == kEscape ? 32 + reader.bits(6) : type;
}
uint32_t sampling_frequency(BitReader &reader) {
  const uint32_t index = reader.bits(4);
  if (index == 15) return reader.bits(24);
  return index < kAacRates.size() ? kAacRates[index] : 0;
}

}  // namespace

std::optional<SoundFormat> read_audio_specific_config(base::ByteView config) {
  BitReader reader(config);
  uint32_t type = object_type(reader);
  SoundFormat format;
  format.rate = sampling_frequency(reader);
  const uint32_t channels = reader.bits(4);
  if (type == kSbr || type == kParametricStereo) {
    sampling_frequency(reader);  // of the extension
    type = object_type(reader);
  }
  const bool short_frames = reader.bits(1);
  if (!reader.ok() || type == 0 || format.rate < 1000 || format.rate > 192000) return std::nullopt;
  // 0: the channels are described in a program config element, which parsers behind us read.
  format.channels = channels < kAacChannels.size() ? kAacChannels[channels] : 0;
  format.frame_samples = short_frames ? 960 : 1024;
  return format;
}

std::optional<OpusFormat> read_opus_head(base::ByteView head) {
  base::ByteReader reader(head);
  if (reader.text(8) != "OpusHead") return std::nullopt;
  const uint8_t version = reader.u8();
  OpusFormat format;
  format.channels = reader.u8();
  reader.skip(2 + 4 + 2);  // pre-skip, input rate, gain
  format.family = reader.u8();
  if (!reader.ok() || version > 15 || format.channels == 0) return std::nullopt;
  if (format.family == 0) {
    if (format.channels > 2) return std::nullopt;
    format.coupled = format.channels - 1;
    return format;
  }
  format.streams = reader.u8();
  format.coupled = reader.u8();
  const auto mapping = reader.bytes(format.channels);
  if (!reader.ok() || format.streams == 0 || format.coupled > format.streams) return std::nullopt;
  std::copy(mapping.begin(), mapping.end(), format.mapping.begin());
  return format;
}

uint32_t opus_packet_samples(base::ByteView packet) {
  if (packet.empty()) return 0;
  const uint32_t config = packet[0] >> 3;
  uint32_t samples = 0;
  if (config < 12) {
    constexpr std::array<uint32_t, 4> kSilk = {480, 960, 1920, 2880};
    samples = kSilk[config % 4];
  } else if (config < 16) {
    samples = config % 2 ? 960 : 480;
  } else {
    samples = 120u << (config % 4);
  }
  uint32_t frames = (packet[0] & 3) == 0 ? 1 : 2;
  if ((packet[0] & 3) == 3) {
    if (packet.size() < 2) return 0;
    frames = packet[1] & 0x3f;
  }
  constexpr uint32_t kLongest = 5760;  // 120 ms
  return samples * frames <= kLongest ? samples * frames : 0;
}

std::optional<SoundFormat> read_ac3_frame(base::ByteView frame) {
  constexpr std::array<uint32_t, 3> kRates = {48000, 44100, 32000};
  constexpr std::array<uint8_t, 8> kChannels = {2, 1, 2, 3, 3, 4, 4, 5};
  if (frame.size() < 8) return std::nullopt;
  BitReader reader(frame);
  if (reader.bits(16) != 0x0b77) return std::nullopt;
  SoundFormat format;
  const uint32_t stream_id = frame[5] >> 3;
  if (stream_id <= 10) {  // AC-3
    reader.bits(16);      // crc1
    const uint32_t rate = reader.bits(2);
    reader.bits(6);  // frmsizecod
    reader.bits(8);  // bsid, bsmod
    const uint32_t mode = reader.bits(3);
    if ((mode & 1) && mode != 1) reader.bits(2);  // cmixlev
    if (mode & 4) reader.bits(2);                 // surmixlev
    if (mode == 2) reader.bits(2);                // dsurmod
    if (rate >= kRates.size()) return std::nullopt;
    format.rate = kRates[rate];
    format.channels = kChannels[mode] + reader.bits(1);
    format.frame_samples = 1536;
  } else {            // E-AC-3
    reader.bits(16);  // strmtyp, substreamid, frmsiz
    const uint32_t rate = reader.bits(2);
    const uint32_t rate2_or_blocks = reader.bits(2);
    constexpr std::array<uint32_t, 4> kBlocks = {1, 2, 3, 6};
    if (rate == 3 && rate2_or_blocks == 3) return std::nullopt;
    format.rate = rate == 3 ? kRates[rate2_or_blocks] / 2 : kRates[rate];
    format.frame_samples = 256 * (rate == 3 ? 6 : kBlocks[rate2_or_blocks]);
    const uint32_t mode = reader.bits(3);
    format.channels = kChannels[mode] + reader.bits(1);
  }
  return reader.ok() ? std::optional(format) : std::nullopt;
}

}  // namespace klive::flvdemux
