// SPDX-License-Identifier: LGPL-2.1-or-later
// Padded numbers and dates.
#include "text.h"

namespace klive::manifest {

void add_padded(std::string &out, uint64_t value, int width) {
  char digits[24];
  const auto result = std::to_chars(digits, digits + sizeof digits, value);
  for (auto size = result.ptr - digits; size < width; ++size) out += '0';
  out.append(digits, result.ptr);
}

void add_date(std::string &out, int64_t unix_ns) {
  constexpr int64_t kDay = 86'400'000;
  int64_t ms = unix_ns / 1'000'000;
  if (unix_ns % 1'000'000 < 0) --ms;
  int64_t days = ms / kDay, in_day = ms % kDay;
  if (in_day < 0) {
    in_day += kDay;
    --days;
  }
  // Days to a date of the Gregorian calendar, counted in eras of 400 years that begin in March.
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t day_of_era = days - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t march_month = (5 * day_of_year + 2) / 153;
  const int64_t day = day_of_year - (153 * march_month + 2) / 5 + 1;
  const int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
  const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);

  const auto part = [&out](int64_t value, int width, char behind) {
    add_padded(out, static_cast<uint64_t>(value), width);
    out += behind;
  };
  part(year, 4, '-');
  part(month, 2, '-');
  part(day, 2, 'T');
  part(in_day / 3'600'000, 2, ':');
  part(in_day / 60'000 % 60, 2, ':');
  part(in_day / 1000 % 60, 2, '.');
  part(in_day % 1000, 3, 'Z');
}

}  // namespace klive::manifest
