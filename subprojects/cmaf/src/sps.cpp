// SPDX-License-Identifier: LGPL-2.1-or-later
// The H.264 sequence parameter set.
//
//   nal header · profile_idc · constraint flags · level_idc · id · [chroma, bit depth, scaling]
//   · frame numbering · order count · reference frames · size in macroblocks · cropping · [VUI]
// ISO 14496-10 7.3.2.1.1; what follows the timing in the VUI is not read.
#include "sps.h"

#include <array>
#include <limits>

#include "bit_reader.h"
#include "vui.h"

namespace klive::cmaf {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

// Profiles whose SPS carries chroma format, bit depths and scaling matrices.
bool has_chroma_fields(uint32_t profile) {
  constexpr std::array<uint32_t, 13> kProfiles = {100, 110, 122, 244, 44,  83, 86,
                                                  118, 128, 138, 139, 134, 135};
  for (const uint32_t known : kProfiles) {
    if (known == profile) return true;
  }
  return false;
}

// 7.3.2.1.1.1: deltas until the list ends; a zero "next scale" repeats the last one.
void skip_scaling_list(BitReader &in, int size) {
  int32_t last = 8, next = 8;
  for (int i = 0; i < size && in.ok(); ++i) {
    if (next != 0) {
      const int32_t delta = in.se();
      if (delta < -128 || delta > 127) {
        in.skip(std::numeric_limits<size_t>::max());  // out of the format's range: not an SPS
        return;
      }
      next = (last + delta + 256) % 256;
    }
    if (next != 0) last = next;
  }
}

// E.1.1 up to the timing. A VUI that is cut off is common in the field: the picture size stands.
void read_vui(BitReader &in, SpsInfo &info) {
  read_vui_front(in, info);
  if (!in.flag()) return;
  // The clock counts fields: two ticks a frame.
  const uint64_t tick = in.bits(32) * uint64_t{2};
  const uint64_t scale = in.bits(32);
  if (in.ok()) set_frame_rate(info, scale, tick);
}

}  // namespace

Result<SpsInfo> parse_h264_sps(base::ByteView nal) {
  if (nal.size() < 4 || (nal[0] & 0x1f) != 7)
    return fail(ErrorCode::kInvalid, "not an H.264 sequence parameter set");
  const base::Bytes raw = unescape_nal(nal.subspan(1));
  BitReader in(raw);
  SpsInfo info;
  info.profile = static_cast<uint8_t>(in.bits(8));
  info.compatibility = static_cast<uint8_t>(in.bits(8));
  info.level = static_cast<uint8_t>(in.bits(8));
  if (in.ue() > 31) return fail(ErrorCode::kInvalid, "SPS: id out of range");

  uint32_t chroma_format = 1;
  bool separate_planes = false;
  if (has_chroma_fields(info.profile)) {
    chroma_format = in.ue();
    if (chroma_format > 3) return fail(ErrorCode::kInvalid, "SPS: unknown chroma format");
    if (chroma_format == 3) separate_planes = in.flag();
    if (in.ue() > 6 || in.ue() > 6) return fail(ErrorCode::kInvalid, "SPS: bit depth over 14");
    in.skip(1);       // transform bypass
    if (in.flag()) {  // scaling matrix
      const int lists = chroma_format == 3 ? 12 : 8;
      for (int i = 0; i < lists && in.ok(); ++i) {
        if (in.flag()) skip_scaling_list(in, i < 6 ? 16 : 64);
      }
    }
  }
  in.ue();  // frame number bits
  const uint32_t order_count = in.ue();
  if (order_count == 0) {
    in.ue();
  } else if (order_count == 1) {
    in.skip(1);
    in.se();
    in.se();
    const uint32_t cycle = in.ue();
    if (cycle > 255) return fail(ErrorCode::kInvalid, "SPS: order count cycle over 255");
    for (uint32_t i = 0; i < cycle && in.ok(); ++i) in.se();
  } else if (order_count > 2) {
    return fail(ErrorCode::kInvalid, "SPS: unknown picture order count type");
  }
  in.ue();     // reference frames
  in.skip(1);  // gaps allowed
  const uint64_t columns = uint64_t{in.ue()} + 1;
  const uint64_t rows = uint64_t{in.ue()} + 1;
  const bool frames_only = in.flag();
  if (!frames_only) in.skip(1);  // adaptive frame/field
  in.skip(1);                    // direct 8x8
  uint64_t left = 0, right = 0, top = 0, bottom = 0;
  if (in.flag()) {
    left = in.ue();
    right = in.ue();
    top = in.ue();
    bottom = in.ue();
  }
  const bool has_vui = in.flag();
  if (!in.ok()) return fail(ErrorCode::kInvalid, "SPS: cut off or damaged");

  // Cropping counts in chroma samples, and in pairs of lines where fields are possible (7.4.2.1.1).
  const bool has_chroma = chroma_format != 0 && !separate_planes;
  const uint64_t crop_x = has_chroma && chroma_format < 3 ? 2 : 1;
  const uint64_t crop_y = (has_chroma && chroma_format == 1 ? 2u : 1u) * (frames_only ? 1u : 2u);
  const uint64_t full_width = columns * 16, full_height = rows * 16 * (frames_only ? 1 : 2);
  const uint64_t cut_x = crop_x * (left + right), cut_y = crop_y * (top + bottom);
  if (cut_x >= full_width || cut_y >= full_height)
    return fail(ErrorCode::kInvalid, "SPS: cropping leaves no picture");
  constexpr uint64_t kMaxSide = 16384;  // level 6.2 ends at 16880; beyond is damage
  if (full_width - cut_x > kMaxSide || full_height - cut_y > kMaxSide)
    return fail(ErrorCode::kInvalid, "SPS: picture larger than 16384 pixels a side");
  info.width = static_cast<uint16_t>(full_width - cut_x);
  info.height = static_cast<uint16_t>(full_height - cut_y);
  if (has_vui) read_vui(in, info);
  return info;
}

}  // namespace klive::cmaf
