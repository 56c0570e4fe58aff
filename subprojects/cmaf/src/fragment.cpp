// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads moof( mfhd traf( tfhd tfdt trun* ) ), ISO 14496-12 8.8.4-8.8.8 and 8.8.12.
#include "fragment.h"

#include <limits>
#include <optional>

#include "box_reader.h"
#include "box_writer.h"

namespace klive::cmaf {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr uint32_t kBaseOffset = 0x01, kDescription = 0x02, kDefaultDuration = 0x08,
                   kDefaultSize = 0x10, kDefaultFlags = 0x20, kBaseIsMoof = 0x020000;
constexpr uint32_t kDataOffset = 0x01, kFirstFlags = 0x04, kDuration = 0x100, kSize = 0x200,
                   kFlags = 0x400, kOffset = 0x800;
constexpr uint32_t kNonSync = 0x00010000;

struct Defaults {
  std::optional<uint32_t> duration, size, flags;
};

// version 8 · flags 24
uint32_t read_flags(base::ByteReader &in, uint8_t &version) {
  version = in.u8();
  return in.u24();
}

Result<Defaults> parse_track_header(base::ByteView contents) {
  base::ByteReader in(contents);
  uint8_t version = 0;
  const uint32_t flags = read_flags(in, version);
  in.u32();  // track
  if ((flags & kBaseOffset) != 0 || (flags & kBaseIsMoof) == 0)
    return fail(ErrorCode::kInvalid, "tfhd: offsets are not relative to the moof");
  if ((flags & kDescription) != 0) in.u32();
  Defaults defaults;
  if ((flags & kDefaultDuration) != 0) defaults.duration = in.u32();
  if ((flags & kDefaultSize) != 0) defaults.size = in.u32();
  if ((flags & kDefaultFlags) != 0) defaults.flags = in.u32();
  if (!in.ok()) return fail(ErrorCode::kInvalid, "tfhd: cut off");
  return defaults;
}

Result<int64_t> parse_decode_time(base::ByteView contents) {
  base::ByteReader in(contents);
  uint8_t version = 0;
  read_flags(in, version);
  const uint64_t time = version == 1 ? in.u64() : in.u32();
  // Half the range, so that adding durations and offsets cannot overflow.
  if (!in.ok() || time > uint64_t{std::numeric_limits<int64_t>::max()} / 2)
    return fail(ErrorCode::kInvalid, "tfdt: cut off or out of range");
  return static_cast<int64_t>(time);
}

Result<void> parse_run(base::ByteView contents, const Defaults &defaults, size_t moof_size,
                       Fragment &fragment) {
  base::ByteReader in(contents);
  uint8_t version = 0;
  const uint32_t flags = read_flags(in, version);
  const uint32_t count = in.u32();
  if ((flags & kDataOffset) != 0) {
    if (in.u32() != moof_size + 8 + fragment.payload)
      return fail(ErrorCode::kInvalid, "trun: samples are not where the mdat is");
  } else if (fragment.samples.empty()) {
    return fail(ErrorCode::kInvalid, "trun: no data offset");
  }
  std::optional<uint32_t> first_flags;
  if ((flags & kFirstFlags) != 0) first_flags = in.u32();
  if (((flags & kDuration) == 0 && !defaults.duration) || ((flags & kSize) == 0 && !defaults.size))
    return fail(ErrorCode::kInvalid, "trun: samples without duration or size");
  const size_t per_sample =
      4u * (((flags & kDuration) != 0 ? 1u : 0u) + ((flags & kSize) != 0 ? 1u : 0u) +
            ((flags & kFlags) != 0 ? 1u : 0u) + ((flags & kOffset) != 0 ? 1u : 0u));
  // A count that the box has no bytes for must not make us allocate.
  constexpr uint32_t kMaxSamples = 1u << 20;
  if (!in.ok() || count > kMaxSamples || uint64_t{count} * per_sample > in.remaining())
    return fail(ErrorCode::kInvalid, "trun: cut off");
  for (uint32_t i = 0; i < count; ++i) {
    SampleEntry sample;
    sample.dts = fragment.start + fragment.duration;
    sample.duration = (flags & kDuration) != 0 ? in.u32() : *defaults.duration;
    sample.size = (flags & kSize) != 0 ? in.u32() : *defaults.size;
    uint32_t sample_flags = defaults.flags.value_or(0);
    if ((flags & kFlags) != 0) sample_flags = in.u32();
    if (i == 0 && first_flags) sample_flags = *first_flags;
    sample.key = (sample_flags & kNonSync) == 0;
    if ((flags & kOffset) != 0) {
      const uint32_t offset = in.u32();
      if (version == 0 && offset > uint32_t{std::numeric_limits<int32_t>::max()})
        return fail(ErrorCode::kInvalid, "trun: composition offset out of range");
      sample.cts = static_cast<int32_t>(offset);
    }
    fragment.duration += sample.duration;
    fragment.payload += sample.size;
    fragment.samples.push_back(sample);
  }
  return {};
}

Result<void> parse_track(base::ByteView traf, size_t moof_size, Fragment &fragment) {
  std::optional<Defaults> defaults;
  bool has_time = false;
  BoxReader boxes(traf);
  for (BoxView box; boxes.next(box);) {
    if (box.type == fourcc("tfhd")) {
      auto parsed = parse_track_header(box.contents);
      if (!parsed) return fail(std::move(parsed).error());
      defaults = *parsed;
    } else if (box.type == fourcc("tfdt")) {
      auto time = parse_decode_time(box.contents);
      if (!time) return fail(std::move(time).error());
      fragment.start = *time;
      has_time = true;
    } else if (box.type == fourcc("trun")) {
      if (!defaults || !has_time) return fail(ErrorCode::kInvalid, "traf: trun comes first");
      auto run = parse_run(box.contents, *defaults, moof_size, fragment);
      if (!run) return run;
    }
  }
  if (boxes.end() != BoxReader::End::kAll || fragment.samples.empty())
    return fail(ErrorCode::kInvalid, "traf: damaged or without samples");
  return {};
}

}  // namespace

Result<Fragment> parse_fragment(base::ByteView moof, size_t moof_size) {
  Fragment fragment;
  bool has_header = false, has_track = false;
  BoxReader boxes(moof);
  for (BoxView box; boxes.next(box);) {
    if (box.type == fourcc("mfhd")) {
      base::ByteReader in(box.contents);
      in.u32();
      fragment.sequence = in.u32();
      has_header = in.ok();
    } else if (box.type == fourcc("traf")) {
      if (has_track) return fail(ErrorCode::kInvalid, "moof: more than one track");
      auto track = parse_track(box.contents, moof_size, fragment);
      if (!track) return fail(std::move(track).error());
      has_track = true;
    }
  }
  if (boxes.end() != BoxReader::End::kAll || !has_header || !has_track)
    return fail(ErrorCode::kInvalid, "moof: damaged or incomplete");
  return fragment;
}

}  // namespace klive::cmaf
