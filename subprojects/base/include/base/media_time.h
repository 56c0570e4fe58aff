// SPDX-License-Identifier: LGPL-2.1-or-later
// MediaTime: a point or a span on an entry's timeline, in nanoseconds, with exact conversion to
// track timescales.
#pragma once

#include <compare>
#include <cstdint>

namespace klive::base {

/// Signed nanoseconds. Plain value.
struct MediaTime {
  int64_t ns = 0;

  static constexpr MediaTime from_ms(int64_t ms) { return {ms * 1'000'000}; }
  static constexpr MediaTime from_seconds(int64_t seconds) { return {seconds * 1'000'000'000}; }
  /// `ticks` of 1/timescale s, rounded to the nearest nanosecond.
  static constexpr MediaTime from_ticks(int64_t ticks, uint32_t timescale) {
    return {scale(ticks, 1'000'000'000, timescale)};
  }

  /// In ticks of 1/timescale s, rounded to the nearest.
  [[nodiscard]] constexpr int64_t ticks(uint32_t timescale) const {
    return scale(ns, timescale, 1'000'000'000);
  }
  [[nodiscard]] constexpr double seconds() const { return static_cast<double>(ns) / 1e9; }

  friend constexpr auto operator<=>(MediaTime, MediaTime) = default;
  friend constexpr MediaTime operator+(MediaTime a, MediaTime b) { return {a.ns + b.ns}; }
  friend constexpr MediaTime operator-(MediaTime a, MediaTime b) { return {a.ns - b.ns}; }
  constexpr MediaTime &operator+=(MediaTime other) { return ns += other.ns, *this; }

 private:
  static constexpr int64_t scale(int64_t value, int64_t multiplier, int64_t divisor) {
    const __int128 product = static_cast<__int128>(value) * multiplier;
    const __int128 half = divisor / 2;
    return static_cast<int64_t>(product >= 0 ? (product + half) / divisor
                                             : -((-product + half) / divisor));
  }
};

}  // namespace klive::base
