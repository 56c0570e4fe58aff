// SPDX-License-Identifier: LGPL-2.1-or-later
// Decoder configurations that real encoders wrote, and a reader of hexadecimal text.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace klive::cmaf {

inline base::Bytes hex(std::string_view text) {
  base::Bytes bytes;
  int digits = 0, value = 0;
  for (const char letter : text) {
    if (letter == ' ') continue;
    value = value << 4 | (letter <= '9' ? letter - '0' : letter - 'a' + 10);
    if (++digits % 2 == 0) {
      bytes.push_back(static_cast<uint8_t>(value));
      value = 0;
    }
  }
  return bytes;
}

// x264, High, 1280x718 (cropped), 30000/1001 fps, B-frames.
inline constexpr std::string_view kAvcHigh =
    "0164001fffe100196764001facd9405005bfac0440000 0fa40003a9803c60c6580010005 68ebecb22cfdf8f800";
// x264, Baseline, 640x360, 25 fps.
inline constexpr std::string_view kAvcBaseline =
    "0142c01effe100196742c01ed900a02ff970110000030001000003 00320f162e4801000568cb83cb20";
// x264, High 4:4:4, 322x242, 25 fps.
inline constexpr std::string_view kAvcHigh444 =
    "01f4000dffe1001a67f4000d919b282a10f1f1f80880000003008000001907 "
    "8a14cb01000668ebe3c44844fff8f800";
// x264, High 10, 1918x1078, 25 fps.
inline constexpr std::string_view kAvcHigh10 =
    "016e0028ffe1001c676e0028a6cd940780227a9b01100000030010000003 0320f183196001000668ebe3cb22c0fd"
    "fafa00";
// x264, High, interlaced 720x576 with pixels of 16:11.
inline constexpr std::string_view kAvcInterlaced =
    "0164001effe100186764001eacd940b424d82080000003008000001 90f8a14cb01000768fba3cb3002c0fdf8f800";
// libavcodec's AAC encoder: LC, 48 kHz, stereo, with the (negative) SBR extension behind.
inline constexpr std::string_view kAacLc48Stereo = "119056e500";
// x265, Main, 1918x1078 (cropped), 30000/1001 fps.
inline constexpr std::string_view kHevcMain =
    "01016000000090000000000078f000fcfdf8f800000f03a00001001840010c01ffff0160000003009000"
    "00030000030078959809a10001002a420101016000000300900000030000030078a003c08010e7559656"
    "6924caf01680800001f480003a9804a2000100074401c172b46240";
// x265, Main 10, 640x360, 30000/1001 fps.
inline constexpr std::string_view kHevcMain10 =
    "0102200000009000000000003ff000fcfdfafa00000f03a00001001840010c01ffff0220000003009000"
    "0003000003003f959809a10001002942010102200000030090000003000003003fa005020169365959a4"
    "932bc05a02000007d20000ea6010a2000100074401c172b46240";
// SVT-AV1, 1282x722.
inline constexpr std::string_view kAv1Svt = "81050c000a0b0000002d4d01b4402f8004";
// libaom, 10 bits, 640x360.
inline constexpr std::string_view kAv1Aom10 = "81014c000a0b0000000cc4ff6736be5010";
// libavcodec's AC-3 encoder, 48 kHz, 5.1.
inline constexpr std::string_view kAc3Surround = "103dc0";

}  // namespace klive::cmaf
