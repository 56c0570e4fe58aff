// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames of the wanted sizes.
#include "flv_source.h"

#include <algorithm>
#include <random>
#include <utility>

#include "rtmp/amf.h"

namespace klive::load {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr uint32_t kSampleRate = 48'000, kSamplesPerFrame = 1024;
constexpr size_t kMarkerSize = 24;
constexpr size_t kKeyToDelta = 8;  // a key frame is so many times as large

// Of x264, 30 frames a second; the picture's size is all that anybody reads of them.
constexpr uint8_t kHeader720[] = {
    0x01, 0x64, 0x00, 0x1f, 0xff, 0xe1, 0x00, 0x18, 0x67, 0x64, 0x00, 0x1f, 0xac, 0xb2, 0x00,
    0xa0, 0x0b, 0x76, 0x02, 0x20, 0x00, 0x00, 0x03, 0x00, 0x20, 0x00, 0x00, 0x07, 0x81, 0xe3,
    0x06, 0x49, 0x01, 0x00, 0x06, 0x68, 0xeb, 0xc3, 0xcb, 0x22, 0xc0, 0xfd, 0xf8, 0xf8, 0x00};
constexpr uint8_t kHeader360[] = {
    0x01, 0x64, 0x00, 0x1e, 0xff, 0xe1, 0x00, 0x1a, 0x67, 0x64, 0x00, 0x1e, 0xac, 0xb2, 0x01, 0x40,
    0x5f, 0xf2, 0xe0, 0x22, 0x00, 0x00, 0x03, 0x00, 0x02, 0x00, 0x00, 0x03, 0x00, 0x64, 0x1e, 0x2c,
    0x5c, 0x90, 0x01, 0x00, 0x06, 0x68, 0xeb, 0xc3, 0xcb, 0x22, 0xc0, 0xfd, 0xf8, 0xf8, 0x00};
constexpr uint8_t kAacConfig[] = {0x11, 0x90};

constexpr uint32_t kSmallRate = 1'000'000;  // below, the picture is 640x360

base::Bytes tag_header(std::initializer_list<uint8_t> flv, base::ByteView config) {
  base::Bytes body(flv);
  base::append(body, config);
  return body;
}

}  // namespace

FlvSource::FlvSource(const Settings &settings) : settings_(settings) {
  const size_t video_bytes = (settings.rate - settings.audio_rate) / 8;
  const size_t per_interval = video_bytes * settings.key_interval / settings.frame_rate;
  delta_size_ = std::max(per_interval / (settings.key_interval - 1 + kKeyToDelta), kMarkerSize);
  key_size_ = delta_size_ * kKeyToDelta;
  audio_size_ =
      std::max<size_t>(settings.audio_rate / 8 * kSamplesPerFrame / kSampleRate, kMarkerSize);
  filler_.resize(std::max(key_size_, audio_size_));
  std::minstd_rand random(1);
  for (uint8_t &byte : filler_) byte = static_cast<uint8_t>(random() >> 8);
}

base::Bytes FlvSource::metadata() const {
  const bool is_small = settings_.rate < kSmallRate;
  base::Bytes body;
  rtmp::amf::encode(body, rtmp::amf::Value::of("onMetaData"));
  rtmp::amf::Value about = rtmp::amf::Value::object();
  about.set("width", is_small ? 640.0 : 1280.0);
  about.set("height", is_small ? 360.0 : 720.0);
  about.set("framerate", static_cast<double>(settings_.frame_rate));
  about.set("videocodecid", 7.0);
  about.set("audiocodecid", 10.0);
  rtmp::amf::encode(body, about);
  return body;
}

base::Bytes FlvSource::video_header() const {
  const bool is_small = settings_.rate < kSmallRate;
  return tag_header({0x17, 0, 0, 0, 0},
                    is_small ? base::ByteView(kHeader360) : base::ByteView(kHeader720));
}

base::Bytes FlvSource::audio_header() { return tag_header({0xaf, 0}, kAacConfig); }

int64_t FlvSource::video_due() const {
  return static_cast<int64_t>(video_frames_) * kSecond / settings_.frame_rate;
}
int64_t FlvSource::audio_due() const {
  return static_cast<int64_t>(audio_frames_) * kSamplesPerFrame * kSecond / kSampleRate;
}
int64_t FlvSource::next_due() const { return std::min(video_due(), audio_due()); }

FlvSource::Tag FlvSource::next(int64_t unix_ns) {
  body_.clear();
  base::ByteWriter writer(body_);
  const auto milliseconds = [](int64_t ns) { return static_cast<uint32_t>(ns / 1'000'000); };
  if (audio_due() < video_due()) {
    const uint32_t timestamp = milliseconds(audio_due());
    writer.u8(0xaf);
    writer.u8(1);
    mark("KLVAUDIO", settings_.counter + audio_frames_++, unix_ns, audio_size_);
    return {rtmp::TagType::kAudio, timestamp, body_};
  }
  const uint32_t timestamp = milliseconds(video_due());
  const bool is_key = video_frames_ % settings_.key_interval == 0;
  const size_t size = is_key ? key_size_ : delta_size_;
  writer.u8(is_key ? 0x17 : 0x27);
  writer.u8(1);
  writer.u24(0);
  writer.u32(static_cast<uint32_t>(size + 1));
  writer.u8(is_key ? 0x65 : 0x41);
  mark("KLVVIDEO", settings_.counter + video_frames_++, unix_ns, size);
  return {rtmp::TagType::kVideo, timestamp, body_};
}

void FlvSource::mark(const char *kind, uint64_t counter, int64_t unix_ns, size_t frame_size) {
  base::ByteWriter writer(body_);
  writer.bytes(base::as_bytes(kind));
  writer.u64(counter);
  writer.u64(static_cast<uint64_t>(unix_ns));
  writer.bytes(base::ByteView(filler_).first(frame_size - kMarkerSize));
}

}  // namespace klive::load
