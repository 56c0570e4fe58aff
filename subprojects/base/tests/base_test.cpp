// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <thread>

#include "base/bytes.h"
#include "base/list_text.h"
#include "base/locked.h"
#include "base/markup.h"
#include "base/media_time.h"
#include "base/result.h"

namespace klive::base {
namespace {

Result<int> half(int n) {
  if (n % 2) return fail(ErrorCode::kInvalid, "7 is odd; an even number was needed");
  return n / 2;
}

TEST(Result, ValueIsThere) { EXPECT_EQ(*half(8), 4); }
TEST(Result, ErrorKeepsCodeAndGainsContext) {
  auto r = half(7);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(std::move(r).error().wrap("halving").message,
            "halving: 7 is odd; an even number was needed");
}

TEST(ByteReader, ReadingPastTheEndYieldsZeroAndStaysBad) {
  const Bytes bytes{1, 2, 3};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u16(), 0x0102);
  EXPECT_EQ(reader.u32(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0);
}
TEST(ByteReader, ReadsWhatTheWriterWrote) {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.u24(0xabcdef);
  writer.u32le(1);
  writer.f64(-2.5);
  writer.text("klive");
  writer.u32(0);
  writer.patch_u32(bytes.size() - 4, 0xfffefdfc);
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u24(), 0xabcdefu);
  EXPECT_EQ(reader.u32le(), 1u);
  EXPECT_EQ(reader.f64(), -2.5);
  EXPECT_EQ(reader.text(5), "klive");
  EXPECT_EQ(reader.u32(), 0xfffefdfcu);
  EXPECT_TRUE(reader.ok());
}

TEST(ListText, ItemsComeWithoutSpacesAndEmptyOnes) {
  using Items = std::vector<std::string_view>;
  EXPECT_EQ(split_list("a, b ,,c d,"), (Items{"a", "b", "c d"}));
  EXPECT_EQ(split_list(""), Items{});
  EXPECT_EQ(split_list(" , "), Items{});
  EXPECT_TRUE(list_has("a, b", "b"));
  EXPECT_FALSE(list_has("ab, b c", "b"));
  EXPECT_FALSE(list_has("a,,b", ""));
}

TEST(Markup, TextStandsForItself) {
  std::string out = ">";
  append_markup(out, "<a b='\"'> & \t\n\r\x01\x7f ä");
  EXPECT_EQ(out, ">&lt;a b=&#39;&quot;&#39;&gt; &amp; \t\n\x7f ä");
}

TEST(MediaTime, ConvertsToTimescalesAndBackWithoutDrift) {
  const MediaTime t = MediaTime::from_ticks(1024 * 1'000'000LL, 44100);
  EXPECT_EQ(t.ticks(44100), 1024 * 1'000'000LL);
  EXPECT_EQ(MediaTime::from_ms(-40).ticks(90000), -3600);
}

TEST(Locked, WaiterSeesTheChange) {
  Locked<int> box(0);
  std::thread writer([&] {
    *box.lock() = 1;
    box.notify();
  });
  auto guard = box.lock();
  EXPECT_TRUE(box.wait_until(guard, std::chrono::steady_clock::now() + std::chrono::seconds(10),
                             [](int n) { return n == 1; }));
  writer.join();
}

}  // namespace
}  // namespace klive::base
