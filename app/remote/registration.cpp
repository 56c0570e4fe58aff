// SPDX-License-Identifier: LGPL-2.1-or-later
// Registration: what a Kaltura installation has to be told next about one side of an entry on air.
#include "remote/registration.h"

#include <utility>

#include "live/stream_params.h"
#include "remote/circuit_breaker.h"

namespace klive::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kRenewal{60};       // what is not renewed for 120 s is forgotten there
constexpr seconds kWithoutMedia{15};  // then viewers are better off on the other side
constexpr seconds kStreamsRenewal{300};
constexpr seconds kStreamsPause{10};  // bit rates of a young window move a lot
constexpr milliseconds kFirstRetry{1'000}, kLongestRetry{30'000};

}  // namespace

Registration::Step Registration::wanted(Clock::time_point now, const Seen &seen) const {
  if (!seen.is_publishing) {
    return is_registered() && now - last_media_ >= kWithoutMedia ? Step::kUnregister : Step::kNone;
  }
  if (status_ == Step::kNone) return Step::kBroadcasting;
  if (status_ == Step::kBroadcasting && seen.is_playable) return Step::kPlayable;
  if (now - registered_at_ >= kRenewal) return status_;
  const bool has_any = seen.streams.array() != nullptr && !seen.streams.array()->empty();
  if (status_ != Step::kPlayable || !has_any) return Step::kNone;
  if (!has_streams_ || now - streams_at_ >= kStreamsRenewal) return Step::kStreams;
  const bool is_due = now - streams_at_ >= kStreamsPause && streams_differ(streams_, seen.streams);
  return is_due ? Step::kStreams : Step::kNone;
}

Registration::Step Registration::next(Clock::time_point now, const Seen &seen) {
  is_publishing_ = seen.is_publishing;
  if (seen.is_publishing) last_media_ = now;
  if (under_way_ != Step::kNone || now < retry_at_) return Step::kNone;
  under_way_ = wanted(now, seen);
  if (under_way_ == Step::kStreams) sending_ = seen.streams;
  return under_way_;
}

void Registration::done(Step step, Outcome outcome, Clock::time_point now, double chance) {
  under_way_ = Step::kNone;
  const bool is_gone =
      outcome == Outcome::kUnknown || (outcome == Outcome::kDone && step == Step::kUnregister);
  if (is_gone) {
    status_ = Step::kNone;
    has_streams_ = false;
  }
  if (outcome != Outcome::kDone) {
    // Unregistering what is not registered is done.
    if (outcome == Outcome::kUnknown && step == Step::kUnregister) return;
    retry_at_ = now + back_off(++failures_, kFirstRetry, kLongestRetry, chance);
    return;
  }
  failures_ = 0;
  switch (step) {
    case Step::kBroadcasting:
    case Step::kPlayable:
      status_ = step;
      registered_at_ = now;
      return;
    case Step::kStreams:
      has_streams_ = true;
      streams_ = std::move(sending_);
      streams_at_ = now;
      return;
    case Step::kUnregister:
    case Step::kNone:
      return;
  }
}

}  // namespace klive::app
