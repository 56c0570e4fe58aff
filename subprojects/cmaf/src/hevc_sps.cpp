// SPDX-License-Identifier: LGPL-2.1-or-later
// The HEVC sequence parameter set.
//
//   nal header 16 · VPS id · sub-layers · profile, tier, level · id · chroma format · size
//   · conformance window · depths · orders · block sizes · scaling · PCM · reference sets · [VUI]
// ISO 23008-2 7.3.2.2.1; what follows the timing in the VUI is not read.
#include <algorithm>
#include <array>

#include "bit_reader.h"
#include "sps.h"
#include "vui.h"

namespace klive::cmaf {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

// 7.3.3
void skip_profile_tier_level(BitReader &in, uint32_t sub_layers) {
  in.skip(2 + 1 + 5 + 32 + 48 + 8);
  std::array<bool, 8> has_profile{}, has_level{};
  for (uint32_t i = 0; i < sub_layers; ++i) {
    has_profile[i] = in.flag();
    has_level[i] = in.flag();
  }
  if (sub_layers > 0) in.skip(2 * (8 - sub_layers));
  for (uint32_t i = 0; i < sub_layers; ++i) {
    if (has_profile[i]) in.skip(88);
    if (has_level[i]) in.skip(8);
  }
}

// 7.3.4
void skip_scaling_lists(BitReader &in) {
  for (int size = 0; size < 4; ++size) {
    for (int matrix = 0; matrix < 6 && in.ok(); matrix += size == 3 ? 3 : 1) {
      if (!in.flag()) {
        in.ue();
        continue;
      }
      const int coefficients = std::min(64, 1 << (4 + size * 2));
      if (size > 1) in.se();
      for (int i = 0; i < coefficients && in.ok(); ++i) in.se();
    }
  }
}

// 7.3.7: a set is written out, or as differences to the one before.
bool skip_reference_sets(BitReader &in, uint32_t count) {
  constexpr uint32_t kMaxPictures = 16;
  uint32_t pictures = 0;  // of the set before
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    if (i > 0 && in.flag()) {
      in.skip(1);
      in.ue();
      uint32_t kept = 0;
      for (uint32_t j = 0; j <= pictures; ++j) {
        if (in.flag() || in.flag()) ++kept;
      }
      pictures = kept;
    } else {
      const uint32_t negative = in.ue(), positive = in.ue();
      if (negative > kMaxPictures || positive > kMaxPictures) return false;
      pictures = negative + positive;
      for (uint32_t j = 0; j < pictures; ++j) {
        in.ue();
        in.skip(1);
      }
    }
    if (pictures > kMaxPictures * 2) return false;
  }
  return in.ok();
}

// Between the size and the VUI. False: not readable, so no VUI either.
bool skip_to_vui(BitReader &in, uint32_t sub_layers) {
  in.ue();  // depths
  in.ue();
  const uint32_t order_bits = in.ue() + 4;
  if (order_bits > 16) return false;
  for (uint32_t i = in.flag() ? 0 : sub_layers; i <= sub_layers; ++i) {
    in.ue();
    in.ue();
    in.ue();
  }
  for (int i = 0; i < 6; ++i) in.ue();  // block sizes, hierarchy depths
  if (in.flag() && in.flag()) skip_scaling_lists(in);
  in.skip(2);       // asymmetric partitions, sample adaptive offset
  if (in.flag()) {  // PCM
    in.skip(8);
    in.ue();
    in.ue();
    in.skip(1);
  }
  const uint32_t sets = in.ue();
  if (sets > 64 || !skip_reference_sets(in, sets)) return false;
  if (in.flag()) {  // long-term pictures
    const uint32_t count = in.ue();
    if (count > 32) return false;
    in.skip(count * size_t{order_bits + 1});
  }
  in.skip(2);  // motion vector prediction, intra smoothing
  return in.flag();
}

// E.2.1
void read_vui(BitReader &in, SpsInfo &info) {
  read_vui_front(in, info);
  in.skip(3);       // neutral chroma, fields, field information
  if (in.flag()) {  // default display window
    for (int i = 0; i < 4; ++i) in.ue();
  }
  if (!in.flag()) return;
  const uint64_t tick = in.bits(32), scale = in.bits(32);
  if (in.ok()) set_frame_rate(info, scale, tick);
}

}  // namespace

Result<SpsInfo> parse_hevc_sps(base::ByteView nal) {
  if (nal.size() < 3 || (nal[0] >> 1 & 63) != 33)
    return fail(ErrorCode::kInvalid, "not an HEVC sequence parameter set");
  const base::Bytes raw = unescape_nal(nal.subspan(2));
  BitReader in(raw);
  SpsInfo info;
  in.skip(4);
  const uint32_t sub_layers = in.bits(3);
  if (sub_layers > 6) return fail(ErrorCode::kInvalid, "SPS: more than 7 sub-layers");
  in.skip(1);
  skip_profile_tier_level(in, sub_layers);
  if (in.ue() > 15) return fail(ErrorCode::kInvalid, "SPS: id out of range");
  const uint32_t chroma_format = in.ue();
  if (chroma_format > 3) return fail(ErrorCode::kInvalid, "SPS: unknown chroma format");
  if (chroma_format == 3) in.skip(1);
  const uint64_t width = in.ue(), height = in.ue();
  uint64_t left = 0, right = 0, top = 0, bottom = 0;
  if (in.flag()) {
    left = in.ue();
    right = in.ue();
    top = in.ue();
    bottom = in.ue();
  }
  if (!in.ok()) return fail(ErrorCode::kInvalid, "SPS: cut off or damaged");
  const uint64_t crop_x = chroma_format == 1 || chroma_format == 2 ? 2 : 1;
  const uint64_t crop_y = chroma_format == 1 ? 2 : 1;
  const uint64_t cut_x = crop_x * (left + right), cut_y = crop_y * (top + bottom);
  if (cut_x >= width || cut_y >= height)
    return fail(ErrorCode::kInvalid, "SPS: cropping leaves no picture");
  constexpr uint64_t kMaxSide = 16384;
  if (width - cut_x > kMaxSide || height - cut_y > kMaxSide)
    return fail(ErrorCode::kInvalid, "SPS: picture larger than 16384 pixels a side");
  info.width = static_cast<uint16_t>(width - cut_x);
  info.height = static_cast<uint16_t>(height - cut_y);
  if (skip_to_vui(in, sub_layers) && in.ok()) read_vui(in, info);
  return info;
}

}  // namespace klive::cmaf
