// SPDX-License-Identifier: LGPL-2.1-or-later
// AMF0 and AMF3 values.
#include "rtmp/amf.h"

#include <gtest/gtest.h>

#include <string>

namespace klive::rtmp::amf {
namespace {

using base::Bytes;

Bytes operator+(Bytes left, std::string_view right) {
  base::append(left, base::as_bytes(right));
  return left;
}

Value only(const Bytes &bytes) {
  auto values = decode(bytes);
  EXPECT_TRUE(values) << (values ? "" : values.error().message);
  if (!values || values->size() != 1) return Value::of("not one value");
  return values->front();
}

TEST(Amf0, EveryKindOfValue_ReadsBackAsItWasWritten) {
  Value object = Value::object();
  object.set("app", "kLive").set("none", Value::null()).set("yes", Value::boolean(true));
  Value array = Value::array();
  array.items = {Value::of(1), Value::of("two"), object};
  const std::vector<Value> values{Value::of(-2.5), Value::of(std::string(70000, 'x')),
                                  Value{},         {.type = Type::kDate, .number = 1.6e12},
                                  array,           object};
  Bytes bytes;
  for (const Value &value : values) encode(bytes, value);
  auto decoded = decode(bytes, {.string_size = 100000});
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, values);
}

TEST(Amf0, MarkersWeNeverWrite_AreRead) {
  const std::string ecma = std::string("\x08\0\0\0\x09\0\x01k\x02\0\x01v\0\0\x09", 15);
  EXPECT_EQ(only(Bytes() + ecma).text_at("k"), "v");
  const std::string typed = std::string(
      "\x10\0\x03"
      "Cls\0\x01k\x05\0\0\x09",
      13);
  EXPECT_EQ(only(Bytes() + typed).find("k")->type, Type::kNull);
  EXPECT_EQ(only(Bytes{7, 0, 1}).type, Type::kUndefined);
  EXPECT_EQ(only(Bytes{13}).type, Type::kUndefined);
  EXPECT_EQ(only(Bytes{15, 0, 0, 0, 1, 'x'}).text, "x");
  EXPECT_EQ(only(Bytes{17, 4, 5}), Value::of(5));
}

struct Bad {
  const char *situation;
  Bytes bytes;
  base::ErrorCode code = base::ErrorCode::kInvalid;
};

class BadAmf0 : public ::testing::TestWithParam<Bad> {};

TEST_P(BadAmf0, IsRefused) {
  auto values = decode(GetParam().bytes);
  ASSERT_FALSE(values) << GetParam().situation;
  EXPECT_EQ(values.error().code, GetParam().code) << GetParam().situation;
}

Bytes nested(const Bytes &opening, size_t depth) {
  Bytes bytes;
  for (size_t i = 0; i < depth; ++i) base::append(bytes, opening);
  return bytes;
}

INSTANTIATE_TEST_SUITE_P(
    Situations, BadAmf0,
    ::testing::Values(
        Bad{"number cut short", {0, 1, 2}}, Bad{"string longer than the input", {2, 0, 9, 'a'}},
        Bad{"object without end", {3, 0, 1, 'a', 5}},
        Bad{"empty name without end marker", {3, 0, 0, 5}}, Bad{"unknown marker", {0x55}},
        Bad{"movie clip", {4}},
        Bad{"4 GB string declared", {12, 0xff, 0xff, 0xff, 0xff, 'a'}, base::ErrorCode::kTooLarge},
        Bad{"array of 4 billion", {10, 0xff, 0xff, 0xff, 0xff}},
        Bad{"objects nested 10000 deep", nested({3, 0, 1, 'a'}, 10000), base::ErrorCode::kTooLarge},
        Bad{"arrays nested 10000 deep", nested({10, 0, 0, 0, 1}, 10000),
            base::ErrorCode::kTooLarge},
        Bad{"100000 nulls", Bytes(100000, 5), base::ErrorCode::kTooLarge},
        Bad{"string of 5000", Bytes{2, 5000 >> 8, 5000 & 0xff} + std::string(5000, 'a'),
            base::ErrorCode::kTooLarge}));

Value only3(const Bytes &bytes) {
  auto values = decode_amf3(bytes);
  EXPECT_TRUE(values) << (values ? "" : values.error().message);
  if (!values || values->size() != 1) return Value::of("not one value");
  return values->front();
}

TEST(Amf3, Scalars_AreRead) {
  EXPECT_EQ(only3({0}), Value{});
  EXPECT_EQ(only3({1}), Value::null());
  EXPECT_EQ(only3({2}), Value::boolean(false));
  EXPECT_EQ(only3({3}), Value::boolean(true));
  EXPECT_EQ(only3({4, 0x7f}), Value::of(127));
  EXPECT_EQ(only3({4, 0x81, 0x00}), Value::of(128));
  EXPECT_EQ(only3({4, 0xff, 0xff, 0xff, 0xff}), Value::of(-1));
  EXPECT_EQ(only3({4, 0xbf, 0xff, 0xff, 0xff}), Value::of(0x0fffffff));
  EXPECT_EQ(only3({5, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0}), Value::of(1));
  EXPECT_EQ(only3({6, 5, 'h', 'i'}), Value::of("hi"));
  EXPECT_EQ(only3({12, 5, 'h', 'i'}), Value::of("hi"));
  EXPECT_EQ(only3({8, 1, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0}), (Value{.type = Type::kDate, .number = 1}));
}

TEST(Amf3, StringReference_RepeatsTheEarlierString) {
  // A dynamic object without sealed members: {"ab": "cd", "x": "ab"}
  const Value object = only3({10, 0x0b, 1, 5, 'a', 'b', 6, 5, 'c', 'd', 3, 'x', 6, 0, 1});
  EXPECT_EQ(object.text_at("ab"), "cd");
  EXPECT_EQ(object.text_at("x"), "ab");
}

TEST(Amf3, TraitsReference_NamesTheMembersAgain) {
  // Two objects of one class with the sealed member "k" in a dense array.
  const Value array = only3({9, 5, 1, 10, 0x13, 1, 3, 'k', 4, 1, 10, 0x01, 4, 2});
  ASSERT_EQ(array.items.size(), 2u);
  EXPECT_EQ(*array.items[0].find("k"), Value::of(1));
  EXPECT_EQ(*array.items[1].find("k"), Value::of(2));
}

TEST(Amf3, ArraysVectorsAndDictionaries_AreRead) {
  EXPECT_EQ(only3({9, 3, 1, 4, 7}).items[0], Value::of(7));
  EXPECT_EQ(only3({9, 1, 3, 'n', 4, 7, 1}).find("n")->number, 7);
  EXPECT_EQ(only3({13, 3, 0, 0xff, 0xff, 0xff, 0xff}).items[0], Value::of(-1));
  EXPECT_EQ(only3({14, 3, 0, 0xff, 0xff, 0xff, 0xff}).items[0], Value::of(4294967295.0));
  EXPECT_EQ(only3({15, 3, 0, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0}).items[0], Value::of(1));
  EXPECT_EQ(only3({16, 3, 0, 1, 3}).items[0], Value::boolean(true));
  EXPECT_EQ(only3({17, 3, 0, 6, 3, 'k', 4, 9}).find("k")->number, 9);
}

class BadAmf3 : public ::testing::TestWithParam<Bad> {};

TEST_P(BadAmf3, IsRefused) {
  auto values = decode_amf3(GetParam().bytes);
  ASSERT_FALSE(values) << GetParam().situation;
  EXPECT_EQ(values.error().code, GetParam().code) << GetParam().situation;
}

/// One string of 4000 bytes and many references to it.
Bytes repeated_references() {
  Bytes bytes = Bytes{6, 0xbe, 0x41} + std::string(4000, 'a');
  for (int i = 0; i < 500; ++i) base::append(bytes, Bytes{6, 0});
  return bytes;
}

INSTANTIATE_TEST_SUITE_P(
    Situations, BadAmf3,
    ::testing::Values(
        Bad{"string reference to nothing", {6, 2}}, Bad{"traits reference to nothing", {10, 1}},
        Bad{"externalizable object", {10, 7, 3, 'x'}}, Bad{"unknown marker", {0x55}},
        Bad{"string of 128 MB declared", {6, 0xff, 0xff, 0xff, 0xff}, base::ErrorCode::kTooLarge},
        Bad{"vector of 268 million declared", {13, 0xff, 0xff, 0xff, 0xff, 0}},
        Bad{"class of 16 million members declared", {10, 0xff, 0xff, 0xff, 0xfb, 1}},
        Bad{"arrays nested 10000 deep", nested({9, 3, 1}, 10000), base::ErrorCode::kTooLarge},
        Bad{"one long string 500 times by reference", repeated_references(),
            base::ErrorCode::kTooLarge}));

}  // namespace
}  // namespace klive::rtmp::amf
