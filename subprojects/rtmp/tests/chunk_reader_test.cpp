// SPDX-License-Identifier: LGPL-2.1-or-later
// Chunks to parts of messages.
#include "chunk_reader.h"

#include <gtest/gtest.h>

#include <map>

#include "chunk_writer.h"

namespace klive::rtmp {
namespace {

using base::Bytes;
using base::ByteView;

struct Message {
  uint8_t type = 0;
  uint32_t timestamp = 0;
  uint32_t message_stream = 0;
  Bytes payload;
  friend bool operator==(const Message &, const Message &) = default;
};

void PrintTo(const Message &message, std::ostream *out) {
  *out << "type " << int{message.type} << " at " << message.timestamp << " stream "
       << message.message_stream << " size " << message.payload.size();
}

/// Collects whole messages; chunk sizes and aborts are obeyed as a session would.
struct Collector {
  explicit Collector(size_t chunk_streams = 64) : reader(chunk_streams) {}

  bool feed(ByteView input) {
    for (;;) {
      auto part = reader.read(input);
      if (!part) {
        error = part.error().message;
        return false;
      }
      if (!*part) return true;
      take(**part);
    }
  }
  void take(const MessagePart &part) {
    Bytes &payload = partial[part.slot];
    if (part.first) payload.clear();
    base::append(payload, part.payload);
    if (!part.last) return;
    const MessageHeader &header = part.header;
    EXPECT_EQ(payload.size(), header.length);
    if (header.type == kSetChunkSize) reader.set_chunk_size(base::ByteReader(payload).u32());
    if (header.type == kAbort) reader.abort(base::ByteReader(payload).u32());
    messages.push_back({header.type, header.timestamp, header.message_stream, payload});
  }

  ChunkReader reader;
  std::map<size_t, Bytes> partial;
  std::vector<Message> messages;
  std::string error;
};

struct Situation {
  const char *name;
  Bytes bytes;
  std::vector<Message> expected;
};

Bytes join(std::initializer_list<Bytes> pieces) {
  Bytes all;
  for (const Bytes &piece : pieces) base::append(all, piece);
  return all;
}

Bytes fill(uint8_t byte, size_t count) { return Bytes(count, byte); }

const Bytes kType0{0x04, 0, 0, 10, 0, 0, 3, 8, 1, 0, 0, 0};  // stream 4, time 10, 3 bytes, audio
const Bytes kExtended{0x04, 0xff, 0xff, 0xff, 0, 0, 200, 9, 1, 0, 0, 0, 1, 0, 0, 5};
const Bytes kBody{'a', 'b', 'c'};

std::vector<Situation> situations() {
  const Message first{8, 10, 1, kBody};
  const Message extended{9, 0x01000005, 1, fill(7, 200)};
  return {
      {"type 0", join({kType0, kBody}), {first}},
      {"type 1 changes length and type, adds its delta",
       join({kType0, kBody, {0x44, 0, 0, 5, 0, 0, 1, 9, 'x'}}),
       {first, {9, 15, 1, {'x'}}}},
      {"type 2 adds its delta",
       join({kType0, kBody, {0x84, 0, 0, 7}, kBody}),
       {first, {8, 17, 1, kBody}}},
      {"type 3 after type 2 repeats the delta",
       join({kType0, kBody, {0x84, 0, 0, 7}, kBody, {0xc4}, kBody}),
       {first, {8, 17, 1, kBody}, {8, 24, 1, kBody}}},
      {"type 3 after type 0 repeats its field as delta",
       join({kType0, kBody, {0xc4}, kBody}),
       {first, {8, 20, 1, kBody}}},
      {"type 1 first on its chunk stream, as librtmp pings",
       {0x42, 0, 0, 9, 0, 0, 1, 4, 'x'},
       {{4, 9, 0, {'x'}}}},
      {"chunk stream id of two bytes",
       join({{0x00, 6, 0, 0, 10, 0, 0, 3, 8, 1, 0, 0, 0}, kBody}),
       {first}},
      {"chunk stream id of three bytes",
       join({{0x01, 6, 200, 0, 0, 10, 0, 0, 3, 8, 1, 0, 0, 0}, kBody}),
       {first}},
      {"message of two chunks",
       join({{0x04, 0, 0, 10, 0, 0, 200, 9, 1, 0, 0, 0}, fill(7, 128), {0xc4}, fill(7, 72)}),
       {{9, 10, 1, fill(7, 200)}}},
      {"extended timestamp, repeated on type 3",
       join({kExtended, fill(7, 128), {0xc4, 1, 0, 0, 5}, fill(7, 72)}),
       {extended}},
      {"extended timestamp, left out of type 3",
       join({kExtended, fill(7, 128), {0xc4}, fill(7, 72)}),
       {extended}},
      {"extended timestamp, left out of type 3, payload that begins like it",
       join({{0x04, 0xff, 0xff, 0xff, 0, 0, 130, 9, 1, 0, 0, 0, 1, 0, 0, 5},
             fill(7, 128),
             {0xc4, 1, 0},
             {0x04, 0, 0, 10, 0, 0, 3, 8, 1, 0, 0, 0},
             kBody}),
       {{9, 0x01000005, 1, join({fill(7, 128), {1, 0}})}, first}},
      {"extended delta, repeated on type 3",
       join({kType0,
             kBody,
             {0x44, 0xff, 0xff, 0xff, 0, 0, 200, 9, 1, 0, 0, 0},
             fill(7, 128),
             {0xc4, 1, 0, 0, 0},
             fill(7, 72)}),
       {first, {9, 0x0100000a, 1, fill(7, 200)}}},
      {"time wraps at 2^32",
       join({{0x04, 0xff, 0xff, 0xff, 0, 0, 3, 8, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xfe},
             kBody,
             {0x84, 0, 0, 5},
             kBody}),
       {{8, 0xfffffffe, 1, kBody}, {8, 3, 1, kBody}}},
      {"audio between two chunks of video",
       join({{0x06, 0, 0, 10, 0, 0, 200, 9, 1, 0, 0, 0},
             fill(7, 128),
             kType0,
             kBody,
             {0xc6},
             fill(7, 72)}),
       {first, {9, 10, 1, fill(7, 200)}}},
      {"empty message", {0x04, 0, 0, 10, 0, 0, 0, 8, 1, 0, 0, 0}, {{8, 10, 1, {}}}},
      {"chunk size 1",
       join({{0x02, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 1},
             kType0,
             {'a', 0xc4, 'b', 0xc4, 'c'}}),
       {{1, 0, 0, {0, 0, 0, 1}}, first}},
      {"chunk size 1 with extended timestamps left out",
       join({{0x02, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 1},
             {0x04, 0xff, 0xff, 0xff, 0, 0, 3, 8, 1, 0, 0, 0, 1, 0, 0, 5},
             {'a', 0xc4, 'b', 0xc4, 'c'},
             kType0,
             {'a', 0xc4, 'b', 0xc4, 'c'}}),
       {{1, 0, 0, {0, 0, 0, 1}}, {8, 0x01000005, 1, kBody}, first}},
      {"chunk size 16 MiB",
       join({{0x02, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff},
             {0x04, 0, 0, 10, 0, 1, 0, 9, 1, 0, 0, 0},
             fill(7, 256)}),
       {{1, 0, 0, {0, 0xff, 0xff, 0xff}}, {9, 10, 1, fill(7, 256)}}},
      {"abort drops the unfinished message",
       join({{0x04, 0, 0, 10, 0, 0, 200, 9, 1, 0, 0, 0},
             fill(7, 128),
             {0x02, 0, 0, 0, 0, 0, 4, 2, 0, 0, 0, 0, 0, 0, 0, 4},
             kType0,
             kBody}),
       {{2, 0, 0, {0, 0, 0, 4}}, first}},
      {"a new header inside an unfinished message drops it",
       join({{0x04, 0, 0, 10, 0, 0, 200, 9, 1, 0, 0, 0}, fill(7, 128), kType0, kBody}),
       {first}},
  };
}

TEST(ChunkReader, EverySituation_WholeAndByteByByte) {
  for (const Situation &situation : situations()) {
    Collector whole;
    EXPECT_TRUE(whole.feed(situation.bytes)) << situation.name << ": " << whole.error;
    EXPECT_EQ(whole.messages, situation.expected) << situation.name;
    Collector slow;
    for (const uint8_t byte : situation.bytes) {
      const Bytes one{byte};
      EXPECT_TRUE(slow.feed(one)) << situation.name << ": " << slow.error;
    }
    EXPECT_EQ(slow.messages, situation.expected) << situation.name << ", byte by byte";
  }
}

TEST(ChunkReader, EverySituation_CutAnywhere) {
  for (const Situation &situation : situations()) {
    for (size_t cut = 0; cut <= situation.bytes.size(); ++cut) {
      Collector collector;
      const Bytes front(situation.bytes.begin(),
                        situation.bytes.begin() + static_cast<std::ptrdiff_t>(cut));
      EXPECT_TRUE(collector.feed(front));
      EXPECT_TRUE(collector.feed(ByteView(situation.bytes).subspan(cut)));
      ASSERT_EQ(collector.messages, situation.expected) << situation.name << ", cut at " << cut;
    }
  }
}

TEST(ChunkReader, Type2OrType3WithoutAnEarlierHeader_IsAnError) {
  for (const Bytes &bytes : {Bytes{0x84, 0, 0, 7, 1}, Bytes{0xc4, 1}}) {
    Collector collector;
    EXPECT_FALSE(collector.feed(bytes));
    EXPECT_NE(collector.error.find("chunk stream 4"), std::string::npos) << collector.error;
  }
}

TEST(ChunkReader, MoreChunkStreamsThanAllowed_IsAnError) {
  Collector collector(2);
  Bytes bytes;
  ChunkWriter writer;
  for (const uint8_t id : {3, 4, 3}) writer.write(bytes, id, {.type = kAudio}, kBody);
  EXPECT_TRUE(collector.feed(bytes));
  bytes.clear();
  writer.write(bytes, 5, {.type = kAudio}, kBody);
  EXPECT_FALSE(collector.feed(bytes));
}

TEST(ChunkWriter, MessagesOfEverySize_ReadBack) {
  for (const uint32_t chunk_size : {1u, 127u, 128u, 4096u}) {
    for (const uint32_t timestamp : {0u, 0xfffffeu, 0xffffffu, 0x1000000u, 0xffffffffu}) {
      for (const size_t size : {0u, 1u, 127u, 128u, 129u, 10000u}) {
        Bytes bytes;
        ChunkWriter writer;
        writer.set_chunk_size(bytes, chunk_size);
        const MessageHeader header{.type = kVideo, .timestamp = timestamp, .message_stream = 1};
        writer.write(bytes, 6, header, fill(9, size));
        Collector collector;
        ASSERT_TRUE(collector.feed(bytes));
        ASSERT_EQ(collector.messages.size(), 2u);
        EXPECT_EQ(collector.messages[1], (Message{9, timestamp, 1, fill(9, size)}));
      }
    }
  }
}

}  // namespace
}  // namespace klive::rtmp
