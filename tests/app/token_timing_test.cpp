// SPDX-License-Identifier: LGPL-2.1-or-later
// What the time of a refusal tells about the token: nothing. Welch's t-test between tokens that
// differ from the right one in their first and in their last character, as dudect does it (Reparaz,
// Balasch, Verbauwhede 2017): a |t| above 4.5 is a leak.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include "backend/embedded_authenticator.h"
#include "kaltura/ks.h"
#include "temp_folder.h"

namespace klive::app {
namespace {

constexpr double kLeak = 4.5;

struct Sample {
  bool is_last;
  double time;
};

/// Two wrong tokens, which take turns in one place: where a text lies in memory has a time too.
class Tokens {
 public:
  explicit Tokens(size_t size) : right(size, 'a'), wrong(right) {}
  void choose(bool is_last) {
    wrong.front() = is_last ? 'a' : 'b';
    wrong.back() = is_last ? 'b' : 'a';
  }
  const std::string right;
  std::string wrong;
};

/// |t| of `compare()` between both classes. Whatever took longer than nine tenths of all was
/// interrupted by something else and is left out.
double t_score(int measurements, const std::function<void(bool is_last)> &choose,
               const std::function<void()> &compare) {
  std::mt19937 random(1);
  std::vector<Sample> samples;
  for (int i = 0; i < measurements; ++i) {
    const bool is_last = (random() & 1) != 0;
    choose(is_last);
    const auto begin = std::chrono::steady_clock::now();
    compare();
    const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - begin;
    samples.push_back({is_last, time.count()});
  }
  std::sort(samples.begin(), samples.end(),
            [](const Sample &a, const Sample &b) { return a.time < b.time; });
  samples.resize(samples.size() * 9 / 10);
  double count[2] = {}, mean[2] = {}, squares[2] = {};
  for (const Sample &sample : samples) {
    const double delta = sample.time - mean[sample.is_last];
    mean[sample.is_last] += delta / ++count[sample.is_last];
    squares[sample.is_last] += delta * (sample.time - mean[sample.is_last]);
  }
  const auto error = [&](int k) { return squares[k] / (count[k] - 1) / count[k]; };
  return std::abs(mean[0] - mean[1]) / std::sqrt(error(0) + error(1) + 1e-12);
}

TEST(TokenTiming, Comparison_TellsNothing) {
  Tokens tokens(256);
  int equal = 0;
  EXPECT_LT(t_score(
                100'000, [&](bool is_last) { tokens.choose(is_last); },
                [&] {
                  for (int i = 0; i < 8; ++i)
                    equal += kaltura::equal_in_constant_time(tokens.right, tokens.wrong);
                }),
            kLeak);
  EXPECT_EQ(equal, 0);
}

TEST(TokenTiming, ComparisonThatStopsEarly_WouldBeSeen) {
  Tokens tokens(256);
  size_t where = 0;
  EXPECT_GT(t_score(
                20'000, [&](bool is_last) { tokens.choose(is_last); },
                [&] {
                  for (size_t i = 0; i < 256 && tokens.wrong[i] == tokens.right[i]; ++i) where += i;
                }),
            kLeak);
  EXPECT_GT(where, 0U);
}

TEST(TokenTiming, Refusal_TellsNothing) {
  test::TempFolder folder;
  auto store = EntryStore::open(folder / "klive.db");
  ASSERT_TRUE(store);
  Tokens tokens(8);
  ASSERT_TRUE((*store)->add({.id = "1_abcd1234", .name = "Town hall", .token = tokens.right}));
  const auto profiles = ProfileStore::open((*store)->objects(), {});
  ASSERT_TRUE(profiles);
  const auto authenticator = make_embedded_authenticator(**store, **profiles, {});
  kaltura::PublishAddress address;
  address.entry = "1_abcd1234";
  int granted = 0;
  EXPECT_LT(
      t_score(
          30'000,
          [&](bool is_last) {
            tokens.choose(is_last);
            address.token = tokens.wrong;
          },
          [&] { granted += authenticator->authenticate(address, "192.0.2.7:1").has_value(); }),
      kLeak);
  EXPECT_EQ(granted, 0);
}

}  // namespace
}  // namespace klive::app
