// SPDX-License-Identifier: LGPL-2.1-or-later
// FlvSource: a stream without an encoder. Every frame carries a counter and the time of its making,
// so that whoever receives it can tell what is missing and how old it is.
//
//   video: 5 bytes of FLV | NAL length:32 NAL type:8 | marker | filler
//   audio: 2 bytes of FLV | marker | filler
//   marker: "KLVVIDEO" or "KLVAUDIO" | counter:64 | Unix time in nanoseconds:64
//
// The headers are real (H.264 High 1280x720 or 640x360, AAC-LC 48 kHz), the pictures are not: for
// programs that carry media, not for those that decode it.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "rtmp/flv.h"

namespace klive::load {

/// Thread-bound.
class FlvSource {
 public:
  struct Settings {
    uint32_t rate = 2'000'000;  ///< bit/s, audio with it
    uint32_t audio_rate = 128'000;
    uint32_t frame_rate = 30;
    uint32_t key_interval = 60;  ///< frames
    uint64_t counter = 0;        ///< of the first video and the first audio frame
  };
  /// `body` is valid until the next call.
  struct Tag {
    rtmp::TagType type{};
    uint32_t timestamp = 0;  ///< milliseconds
    base::ByteView body;
  };

  explicit FlvSource(const Settings &settings);

  [[nodiscard]] base::Bytes metadata() const;
  [[nodiscard]] base::Bytes video_header() const;
  [[nodiscard]] static base::Bytes audio_header();
  /// When the next frame is due, in nanoseconds since the first.
  [[nodiscard]] int64_t next_due() const;
  /// The next frame, stamped with `unix_ns`.
  Tag next(int64_t unix_ns);

 private:
  [[nodiscard]] int64_t video_due() const;
  [[nodiscard]] int64_t audio_due() const;
  void mark(const char *kind, uint64_t counter, int64_t unix_ns, size_t frame_size);

  Settings settings_;
  size_t key_size_, delta_size_, audio_size_;
  uint64_t video_frames_ = 0, audio_frames_ = 0;
  base::Bytes filler_, body_;
};

}  // namespace klive::load
