// SPDX-License-Identifier: LGPL-2.1-or-later
// A worker that lived for a while is replaced at once; those that die as soon as they are born get
// more and more patience: 0, 1, 2, 4, 8, 8 … seconds.
#include "door/worker_deaths.h"

#include <algorithm>

namespace klive::app {
namespace {

using std::chrono::seconds;

constexpr auto kLongLife = seconds(5);
constexpr auto kDeathSpan = seconds(60);
constexpr size_t kMaxDeaths = 5;  // within kDeathSpan
constexpr int kPatientLives = 2;  // of these short ones, the first is replaced at once
constexpr int kMaxDoublings = 3;

}  // namespace

WorkerDeaths::Verdict WorkerDeaths::died(Clock::time_point now) {
  std::erase_if(deaths_, [&](Clock::time_point at) { return now - at > kDeathSpan; });
  deaths_.push_back(now);
  short_lives_ = now - born_ < kLongLife ? short_lives_ + 1 : 0;
  Verdict verdict;
  if (deaths_.size() > kMaxDeaths) {
    verdict.is_given_up = true;
    deaths_.clear();
  }
  if (short_lives_ >= kPatientLives)
    verdict.wait = seconds(1 << std::min(short_lives_ - kPatientLives, kMaxDoublings));
  return verdict;
}

}  // namespace klive::app
