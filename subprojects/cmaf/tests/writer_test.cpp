// SPDX-License-Identifier: LGPL-2.1-or-later
// Chunks: written, taken apart byte by byte where it matters, and read back by the reader.
#include <gtest/gtest.h>

#include "cmaf/reader.h"
#include "cmaf/writer.h"
#include "real_configs.h"

namespace klive::cmaf {
namespace {

TrackFormat video() { return *make_format(Codec::kH264, hex(kAvcHigh)); }

size_t find(const base::Bytes &bytes, std::string_view type) {
  return base::as_text(bytes).find(type);
}
uint32_t u32_at(const base::Bytes &bytes, size_t at) {
  base::ByteReader in(base::ByteView(bytes).subspan(at));
  return in.u32();
}

const base::Bytes kData = {1, 2, 3, 4, 5, 6, 7, 8};
base::ByteView piece(size_t offset, size_t size) {
  return base::ByteView(kData).subspan(offset, size);
}

TEST(Chunk, BFramesAndJitter_EverySampleReadsBack) {
  const std::vector<Sample> samples = {{9'000'000'000, 6000, 3000, true, piece(0, 3)},
                                       {9'000'003'000, -3000, 2990, false, piece(3, 1)},
                                       {9'000'005'990, 0, 3010, false, piece(4, 4)}};
  base::Bytes bytes;
  write_chunk(bytes, video(), {7, true, true, 1'700'000'000'500'000'000}, samples);
  const auto chunks = read_chunks(bytes);
  ASSERT_TRUE(chunks) << chunks.error().message;
  ASSERT_EQ(chunks->size(), 1u);
  const ChunkInfo &info = chunks->front();
  EXPECT_EQ(info.offset, 0u);
  EXPECT_EQ(info.size, bytes.size());
  EXPECT_EQ(info.sequence, 7u);
  EXPECT_EQ(info.start, 9'000'000'000);
  EXPECT_EQ(info.duration, 9000);
  EXPECT_EQ(info.samples, 3u);
  EXPECT_TRUE(info.independent);
  const auto read = read_samples(bytes);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), samples.size());
  for (size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ((*read)[i].dts, samples[i].dts);
    EXPECT_EQ((*read)[i].cts, samples[i].cts);
    EXPECT_EQ((*read)[i].duration, samples[i].duration);
    EXPECT_EQ((*read)[i].key, samples[i].key);
    EXPECT_TRUE(std::ranges::equal((*read)[i].data, samples[i].data));
  }
}

TEST(Chunk, KeyFramesInAnyPlace_FlagsReadBack) {
  for (unsigned pattern = 0; pattern < 16; ++pattern) {
    std::vector<Sample> samples;
    for (unsigned i = 0; i < 4; ++i)
      samples.push_back({i * 10, 0, 10, (pattern >> i & 1) != 0, piece(i, 1)});
    base::Bytes bytes;
    write_chunk(bytes, video(), {1, false, false, 0}, samples);
    const auto read = read_samples(bytes);
    ASSERT_TRUE(read);
    for (unsigned i = 0; i < 4; ++i) EXPECT_EQ((*read)[i].key, samples[i].key) << pattern;
  }
}

TEST(Chunk, StartOfASegment_BeginsWithSegmentTypeAndProducerTime) {
  base::Bytes bytes;
  write_chunk(bytes, video(), {1, true, true, 1'000'000'000},
              {{180'000, 3000, 3000, true, piece(0, 8)}});
  EXPECT_EQ(find(bytes, "styp"), 4u);
  EXPECT_EQ(find(bytes, "cmfs"), 8u);
  const size_t prft = find(bytes, "prft");
  ASSERT_NE(prft, std::string::npos);
  EXPECT_EQ(u32_at(bytes, prft + 4), 0x01000018u);
  EXPECT_EQ(u32_at(bytes, prft + 12), 2'208'988'801u);  // one second past 1970, since 1900
  EXPECT_EQ(u32_at(bytes, prft + 24), 183'000u);
  base::Bytes next;
  write_chunk(next, video(), {2, false, false, 0}, {{183'000, 0, 3000, false, piece(0, 8)}});
  EXPECT_EQ(find(next, "moof"), 4u);
}

TEST(Chunk, DataOffset_PointsAtThePayload) {
  base::Bytes bytes;
  write_chunk(bytes, video(), {1, true, false, 0}, {{0, 0, 3000, true, piece(0, 8)}});
  const size_t moof = find(bytes, "moof") - 4, mdat = find(bytes, "mdat") - 4;
  const size_t trun = find(bytes, "trun");
  EXPECT_EQ(moof + u32_at(bytes, trun + 12), mdat + 8);
  EXPECT_EQ(bytes[trun + 4], 1);  // version: signed offsets
}

base::Bytes three_chunks() {
  base::Bytes bytes;
  for (uint32_t i = 0; i < 3; ++i)
    write_chunk(bytes, video(), {i, i == 0, true, 5}, {{i * 3000, 0, 3000, i == 0, piece(0, 8)}});
  return bytes;
}

TEST(ReadChunks, CutAnywhere_WholeChunksInFrontRemain) {
  const auto bytes = three_chunks();
  const auto whole = read_chunks(bytes);
  ASSERT_TRUE(whole);
  ASSERT_EQ(whole->size(), 3u);
  for (size_t size = 0; size <= bytes.size(); ++size) {
    const auto cut = read_chunks(base::ByteView(bytes).first(size));
    ASSERT_TRUE(cut) << size << ": " << cut.error().message;
    size_t expected = 0;
    while (expected < 3 && (*whole)[expected].offset + (*whole)[expected].size <= size) ++expected;
    EXPECT_EQ(cut->size(), expected) << size;
  }
}

TEST(ReadChunks, ZerosAtTheEnd_AreACutOffTail) {
  auto bytes = three_chunks();
  bytes.resize(bytes.size() + 4096);
  const auto chunks = read_chunks(bytes);
  ASSERT_TRUE(chunks);
  EXPECT_EQ(chunks->size(), 3u);
}

TEST(ReadChunks, DamageInTheMiddle_IsAnError) {
  const auto whole = three_chunks();
  const auto chunks = *read_chunks(whole);
  auto bytes = whole;
  bytes[chunks[1].offset + 5] = 0;  // no longer a type
  EXPECT_FALSE(read_chunks(bytes));
  bytes = whole;
  bytes[find(bytes, "trun") + 12 + 3] ^= 1;  // data offset
  EXPECT_FALSE(read_chunks(bytes));
  bytes = whole;
  bytes[find(bytes, "mdat")] = 'n';  // the payload is gone
  EXPECT_FALSE(read_chunks(bytes));
}

}  // namespace
}  // namespace klive::cmaf
