// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads segments: the sequence of boxes [styp] [prft] [emsg] moof mdat, again and again.
#include "cmaf/reader.h"

#include <algorithm>

#include "box_reader.h"
#include "box_writer.h"
#include "fragment.h"

namespace klive::cmaf {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

struct WholeChunk {
  ChunkInfo info;
  Fragment fragment;
  base::ByteView payload;
};

/// The next chunk; empty info (size 0) when no whole one is left.
class ChunkWalk {
 public:
  explicit ChunkWalk(base::ByteView segment) : segment_(segment), boxes_(segment) {}

  Result<WholeChunk> next() {
    WholeChunk chunk;
    chunk.info.offset = boxes_.position();
    bool has_moof = false;
    for (BoxView box; boxes_.next(box);) {
      if (box.type == fourcc("moof")) {
        if (has_moof) return fail(ErrorCode::kInvalid, "a moof without its mdat");
        auto fragment = parse_fragment(box.contents, box.size);
        if (!fragment) return fail(std::move(fragment).error());
        chunk.fragment = std::move(*fragment);
        has_moof = true;
      } else if (box.type == fourcc("mdat")) {
        if (!has_moof) return fail(ErrorCode::kInvalid, "an mdat without its moof");
        // The data offset was checked against a header of eight bytes.
        if (box.contents.size() + 8 != box.size || box.contents.size() != chunk.fragment.payload)
          return fail(ErrorCode::kInvalid, "the mdat is not as long as its samples");
        chunk.payload = box.contents;
        return finish(std::move(chunk), box.offset + box.size);
      } else if (has_moof) {
        return fail(ErrorCode::kInvalid, "a box between moof and mdat");
      }
    }
    // Zeros to the end: a file that was made longer before its bytes reached the disk.
    if (boxes_.end() == BoxReader::End::kDamaged && !is_zero(segment_.subspan(boxes_.position())))
      return fail(ErrorCode::kInvalid, "no box at byte " + std::to_string(boxes_.position()));
    return WholeChunk{};
  }

 private:
  static Result<WholeChunk> finish(WholeChunk chunk, size_t end) {
    chunk.info.size = end - chunk.info.offset;
    chunk.info.sequence = chunk.fragment.sequence;
    chunk.info.start = chunk.fragment.start;
    chunk.info.duration = chunk.fragment.duration;
    chunk.info.samples = static_cast<uint32_t>(chunk.fragment.samples.size());
    chunk.info.independent = chunk.fragment.samples.front().key;
    return chunk;
  }
  static bool is_zero(base::ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
  }

  base::ByteView segment_;
  BoxReader boxes_;
};

}  // namespace

Result<std::vector<ChunkInfo>> read_chunks(base::ByteView segment) {
  std::vector<ChunkInfo> chunks;
  ChunkWalk walk(segment);
  for (;;) {
    auto chunk = walk.next();
    if (!chunk) return fail(std::move(chunk).error());
    if (chunk->info.size == 0) return chunks;
    chunks.push_back(chunk->info);
  }
}

Result<std::vector<Sample>> read_samples(base::ByteView chunk) {
  auto whole = ChunkWalk(chunk).next();
  if (!whole) return fail(std::move(whole).error());
  if (whole->info.size != chunk.size())
    return fail(ErrorCode::kInvalid, "not exactly one whole chunk");
  std::vector<Sample> samples;
  samples.reserve(whole->fragment.samples.size());
  base::ByteReader in(whole->payload);
  for (const SampleEntry &entry : whole->fragment.samples) {
    samples.push_back({entry.dts, entry.cts, entry.duration, entry.key, in.bytes(entry.size)});
  }
  return samples;
}

}  // namespace klive::cmaf
