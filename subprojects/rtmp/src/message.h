// SPDX-License-Identifier: LGPL-2.1-or-later
// RTMP messages as the chunk layer carries them (RTMP 1.0, sections 5.3, 5.4 and 7).
#pragma once

#include <cstdint>

namespace klive::rtmp {

enum MessageType : uint8_t {
  kSetChunkSize = 1,
  kAbort = 2,
  kAcknowledgement = 3,
  kUserControl = 4,
  kWindowAckSize = 5,
  kSetPeerBandwidth = 6,
  kAudio = 8,
  kVideo = 9,
  kDataAmf3 = 15,
  kCommandAmf3 = 17,
  kDataAmf0 = 18,
  kCommandAmf0 = 20,
  kAggregate = 22,
};

struct MessageHeader {
  uint8_t type = 0;
  uint32_t timestamp = 0;  ///< milliseconds, absolute, wraps at 2^32
  uint32_t length = 0;
  uint32_t message_stream = 0;
};

constexpr uint32_t kInitialChunkSize = 128;
constexpr uint32_t kMaxChunkSize = 0xffffff;  ///< no message is longer
constexpr uint32_t kMaxTimestampField = 0xffffff;

}  // namespace klive::rtmp
