// SPDX-License-Identifier: LGPL-2.1-or-later
// CMAF chunks, ISO 23000-19 7.3.2.3.
//
//   styp  cmfs when the chunk begins a segment
//   prft  when the first sample was captured (ISO 14496-12 8.16.5)
//   moof  mfhd · traf( tfhd · tfdt v1 · trun v1 )
//   mdat
// Everything a decoder needs stands in the fragment; trex holds no defaults. Fields that are the
// same for all samples go into tfhd.
#include <algorithm>

#include "box_writer.h"
#include "chunk_boxes.h"

namespace klive::cmaf {
namespace {

constexpr uint32_t kTrackId = 1;
// 8.8.3.1: sample_depends_on and sample_is_non_sync_sample.
constexpr uint32_t kSyncFlags = 0x02000000;     // depends on no other
constexpr uint32_t kNonSyncFlags = 0x01010000;  // depends on others, no sync sample

constexpr uint32_t kDefaultDuration = 0x08, kDefaultFlags = 0x20, kBaseIsMoof = 0x020000;
constexpr uint32_t kDataOffset = 0x01, kFirstFlags = 0x04, kDuration = 0x100, kSize = 0x200,
                   kFlags = 0x400, kOffset = 0x800;

uint32_t sample_flags(const SampleEntry &sample) { return sample.key ? kSyncFlags : kNonSyncFlags; }

/// Which fields are per sample.
struct Layout {
  bool durations = false, flags = false, offsets = false;
  uint32_t default_flags = kSyncFlags;
  bool first_flags = false;
};

Layout layout_of(std::span<const SampleEntry> samples) {
  Layout layout;
  layout.default_flags = sample_flags(samples.back());
  bool rest_same = true;
  for (size_t i = 0; i < samples.size(); ++i) {
    layout.durations |= samples[i].duration != samples[0].duration;
    layout.offsets |= samples[i].cts != 0;
    if (i > 0) rest_same &= sample_flags(samples[i]) == layout.default_flags;
  }
  layout.flags = !rest_same;
  layout.first_flags = rest_same && sample_flags(samples[0]) != layout.default_flags;
  return layout;
}

void write_segment_type(BoxWriter &out) {
  const auto box = out.box("styp");
  out.text("cmfs");
  out.u32(0);
  for (const std::string_view brand : {"cmfs", "cmff", "cmfl", "cmfc", "cmf2", "iso6", "msdh"})
    out.text(brand);
}

// Seconds since 1900 in 32.32.
uint64_t ntp_time(int64_t unix_ns) {
  constexpr int64_t kFrom1900To1970 = 2'208'988'800;
  constexpr int64_t kSecond = 1'000'000'000;
  const int64_t ns = std::max<int64_t>(unix_ns, 0);
  const auto seconds = static_cast<uint64_t>(ns / kSecond + kFrom1900To1970);
  const auto fraction = (static_cast<uint64_t>(ns % kSecond) << 32) / kSecond;
  return seconds << 32 | fraction;
}

void write_producer_time(BoxWriter &out, const ChunkHeader &header, const SampleEntry &first) {
  constexpr uint32_t kCaptured = 24;
  const auto box = out.box("prft");
  out.version_and_flags(1, kCaptured);
  out.u32(kTrackId);
  out.u64(ntp_time(header.wall_clock_ns));
  out.u64(static_cast<uint64_t>(std::max<int64_t>(first.dts + first.cts, 0)));
}

void write_track_fragment(BoxWriter &out, std::span<const SampleEntry> samples, size_t moof_start) {
  const Layout layout = layout_of(samples);
  const auto traf = out.box("traf");
  {
    const auto box = out.box("tfhd");
    out.version_and_flags(0,
                          kBaseIsMoof | kDefaultFlags | (layout.durations ? 0 : kDefaultDuration));
    out.u32(kTrackId);
    if (!layout.durations) out.u32(samples[0].duration);
    out.u32(layout.default_flags);
  }
  {
    const auto box = out.box("tfdt");
    out.version_and_flags(1, 0);
    out.u64(static_cast<uint64_t>(samples[0].dts));
  }
  const size_t per_sample =
      4u * (1u + (layout.durations ? 1 : 0) + (layout.flags ? 1 : 0) + (layout.offsets ? 1 : 0));
  const auto box = out.box("trun");
  out.version_and_flags(1, kDataOffset | kSize | (layout.first_flags ? kFirstFlags : 0) |
                               (layout.durations ? kDuration : 0) | (layout.flags ? kFlags : 0) |
                               (layout.offsets ? kOffset : 0));
  out.u32(static_cast<uint32_t>(samples.size()));
  // trun is the last box in moof, so where the payload begins is known here.
  const size_t moof_end =
      out.position() + 4 + (layout.first_flags ? 4 : 0) + per_sample * samples.size();
  out.u32(static_cast<uint32_t>(moof_end + 8 - moof_start));
  if (layout.first_flags) out.u32(sample_flags(samples[0]));
  for (const SampleEntry &sample : samples) {
    if (layout.durations) out.u32(sample.duration);
    out.u32(sample.size);
    if (layout.flags) out.u32(sample_flags(sample));
    if (layout.offsets) out.u32(static_cast<uint32_t>(sample.cts));
  }
}

}  // namespace

base::Bytes chunk_boxes(const ChunkHeader &header, std::span<const SampleEntry> samples) {
  base::Bytes bytes;
  if (samples.empty()) return bytes;
  bytes.reserve(256 + samples.size() * 16);
  BoxWriter out(bytes);
  if (header.starts_segment) write_segment_type(out);
  if (header.has_wall_clock) write_producer_time(out, header, samples[0]);
  {
    const size_t start = out.position();
    const auto moof = out.box("moof");
    {
      const auto box = out.box("mfhd");
      out.version_and_flags(0, 0);
      out.u32(header.sequence);
    }
    write_track_fragment(out, samples, start);
  }
  uint64_t payload = 0;
  for (const SampleEntry &sample : samples) payload += sample.size;
  out.u32(static_cast<uint32_t>(payload + 8));
  out.text("mdat");
  return bytes;
}

void write_chunk(base::Bytes &out, const TrackFormat &, const ChunkHeader &header,
                 const std::vector<Sample> &samples) {
  std::vector<SampleEntry> entries;
  entries.reserve(samples.size());
  for (const Sample &sample : samples) {
    entries.push_back({sample.dts, sample.cts, sample.duration,
                       static_cast<uint32_t>(sample.data.size()), sample.key});
  }
  base::append(out, chunk_boxes(header, entries));
  for (const Sample &sample : samples) base::append(out, sample.data);
}

}  // namespace klive::cmaf
