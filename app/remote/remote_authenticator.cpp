// SPDX-License-Identifier: LGPL-2.1-or-later
// RemoteAuthenticator: the Authenticator that asks a Kaltura installation.
#include "remote/remote_authenticator.h"

#include <optional>
#include <utility>

#include "app_context.h"

namespace klive::app {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;
using kaltura::PublishAddress;

base::Error stopping() { return {ErrorCode::kUnavailable, "The server is stopping; try again."}; }

/// What makes two questions the same.
std::string question_of(const PublishAddress &address) {
  std::string key = address.entry + "\n";
  key.append(kaltura::side_name(address.side)).append("\n");
  key.append(address.partner ? std::to_string(*address.partner) : "").append("\n");
  return key.append(address.token);
}

}  // namespace

Result<gst::Grant> RemoteAuthenticator::authenticate(const PublishAddress &address,
                                                     const std::string &remote_address) {
  using Said = base::Locked<std::optional<Result<gst::Grant>>>;
  const auto said = std::make_shared<Said>();  // owners: this call and the answer
  ask(address, remote_address, [said](Result<gst::Grant> answer) {
    *said->lock() = std::move(answer);
    said->notify();
  });
  // Every call of the API ends, and stop() answers who waits.
  auto guard = said->lock();
  said->wait(guard, [](const auto &answer) { return answer.has_value(); });
  return **std::move(guard);
}

void RemoteAuthenticator::ask(const PublishAddress &address, const std::string &remote_address,
                              Answer answer) {
  const std::string key = question_of(address);
  std::optional<Result<gst::Grant>> known;
  bool is_first = false;
  {
    const auto now = Verdicts::Clock::now();
    auto state = state_.lock();
    if (state->is_stopped) {
      known = fail(stopping());
    } else if (const auto *no = state->verdicts.no(address, remote_address, now)) {
      known = fail(*no);
    } else if (const auto *yes = state->verdicts.yes(address, now)) {
      known = *yes;
    } else {
      auto &waiting = state->waiting[key];
      is_first = waiting.empty();
      waiting.push_back({remote_address, std::move(answer)});
    }
  }
  if (known) {
    if (!*known) count(known->error());
    if (*known) look_at_name(address, **known);
    return answer(*std::move(known));
  }
  if (!is_first) return;
  post(nullptr, [self = shared_from_this(), key, address] { self->put_question(key, address); });
}

void RemoteAuthenticator::put_question(const std::string &key, const PublishAddress &address) {
  if (state_.lock()->is_stopped) return;  // all were answered
  parts_.ask(address, [weak = weak_from_this(), key, address](Result<gst::Grant> said) {
    if (const auto self = weak.lock()) self->answered(key, address, std::move(said));
  });
}

void RemoteAuthenticator::answered(const std::string &key, const PublishAddress &address,
                                   Result<gst::Grant> said) {
  const bool is_outage = !said && said.error().code == ErrorCode::kUnavailable;
  const bool is_on_air = is_outage && parts_.is_on_air(address.entry);
  if (said) look_at_name(address, *said);
  std::vector<Waiting> waiting;
  {
    const auto now = Verdicts::Clock::now();
    auto state = state_.lock();
    if (const auto found = state->waiting.find(key); found != state->waiting.end()) {
      waiting = std::move(found->second);
      state->waiting.erase(found);
    }
    if (said) {
      state->verdicts.note_yes(address, *said, now);
    } else if (!is_outage) {
      for (const Waiting &each : waiting)
        state->verdicts.note_no(address, each.remote_address, said.error(), now);
    } else if (const auto *yes = state->verdicts.last_yes(address); yes != nullptr && is_on_air) {
      said = *yes;
      state->verdicts.prolong(address, now);  // whoever asks next about the same publication
    }
  }
  for (const Waiting &each : waiting) {
    if (!said) count(said.error());
    each.answer(said);
  }
}

// The refusal itself is kliveflavormap's.
void RemoteAuthenticator::look_at_name(const PublishAddress &address, const gst::Grant &grant) {
  if (!parts_.wrong_name || address.stream_name.empty()) return;
  if (kaltura::map_stream_name(grant.flavors, address.stream_name, address.entry)) return;
  post(nullptr, [weak = weak_from_this(), address] {
    const auto self = weak.lock();
    if (self && !self->state_.lock()->is_stopped) self->parts_.wrong_name(address);
  });
}

void RemoteAuthenticator::count(const base::Error &error) const {
  if (!parts_.count) return;
  switch (error.code) {
    case ErrorCode::kRefused:
      return parts_.count("token");
    case ErrorCode::kNotFound:
      return parts_.count("entry");
    case ErrorCode::kUnavailable:
      return parts_.count("unavailable");
    default:
      return parts_.count("backend");
  }
}

void RemoteAuthenticator::forget(const std::string &entry) {
  state_.lock()->verdicts.forget(entry);
}

void RemoteAuthenticator::stop() {
  std::map<std::string, std::vector<Waiting>> waiting;
  {
    auto state = state_.lock();
    state->is_stopped = true;
    waiting = std::move(state->waiting);
    state->waiting.clear();
  }
  for (const auto &[key, all] : waiting) {
    for (const Waiting &each : all) each.answer(fail(stopping()));
  }
}

}  // namespace klive::app
