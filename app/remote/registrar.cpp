// SPDX-License-Identifier: LGPL-2.1-or-later
// Registrar: keeps a Kaltura installation informed of what is on air here.
#include "remote/registrar.h"

#include <gst/gst.h>

#include "live/stream_params.h"
#include "remote/log.h"

namespace klive::app {
namespace {

using kaltura::ApiError;
using kaltura::ClientCall;
using kaltura::Value;
using Clock = Registration::Clock;
using Outcome = Registration::Outcome;
using Step = Registration::Step;

constexpr unsigned kTickMs = 500;
constexpr uint64_t kSilentNs = 2'000'000'000;  // between two writes of any encoder
constexpr auto kFarewell = std::chrono::seconds(2);
// Kaltura's EntryServerNodeStatus.
constexpr int kPlayable = 1, kBroadcasting = 2;

const char *word_of(Step step) {
  switch (step) {
    case Step::kBroadcasting:
      return "broadcasting";
    case Step::kPlayable:
      return "playable";
    case Step::kStreams:
      return "its streams";
    case Step::kUnregister:
      return "off air";
    case Step::kNone:
      break;
  }
  return "nothing";
}

}  // namespace

Registrar::Registrar(ApiClient &client, RemoteEntries &entries, const LiveRegistry &registry,
                     std::string server_node, Callbacks callbacks)
    : client_(client),
      entries_(entries),
      registry_(registry),
      server_node_(std::move(server_node)),
      callbacks_(std::move(callbacks)) {}

void Registrar::start() {
  ticker_ = std::make_unique<Ticker>(kTickMs, [this] { tick(); });
}

void Registrar::tick() {
  for (const auto &[id, live] : registry_.entries()) {
    for (const auto &publication : live.publications)
      registrations_.try_emplace({id, publication.side == "backup" ? 1 : 0});
  }
  for (auto &[place, registration] : registrations_) {
    look(place, registration);
    if (registration.is_registered()) entries_.keep_current(place.first);
  }
  std::erase_if(registrations_, [](const auto &item) { return item.second.is_over(); });
}

Registration::Seen Registrar::seen_at(const Place &place) const {
  Registration::Seen seen;
  const auto live = registry_.entries().find(place.first);
  if (live == registry_.entries().end()) return seen;
  const char *side = place.second == 1 ? "backup" : "primary";
  // An encoder may be connected and say nothing.
  seen.is_publishing = callbacks_.silence_ns(place.first, side) < kSilentNs;
  if (!seen.is_publishing) return seen;
  seen.is_playable = live->second.is_live();
  seen.streams = stream_params(live->second.presentation)[static_cast<size_t>(place.second)];
  return seen;
}

void Registrar::look(const Place &place, Registration &registration) {
  const Registration::Seen seen = seen_at(place);
  const Step step = registration.next(Clock::now(), seen);
  if (step != Step::kNone) take(place, step, seen.streams);
}

void Registrar::take(const Place &place, Step step, const Value &streams) {
  GST_DEBUG_ID(place.first.c_str(), "telling of side %d: %s", place.second, word_of(step));
  if (step == Step::kStreams) return find_node(place, streams);
  send_status(place, step);
}

ClientCall Registrar::call_about(const Place &place, const char *service,
                                 const char *action) const {
  ClientCall call{.service = service, .action = action};
  call.partner = entries_.partner_of(place.first);
  return call;
}

void Registrar::send_status(const Place &place, Step step) {
  const bool is_end = step == Step::kUnregister;
  ClientCall call =
      call_about(place, "liveStream", is_end ? "unregisterMediaServer" : "registerMediaServer");
  call.parameters["entryId"] = place.first;
  call.parameters["hostname"] = server_node_;
  call.parameters["mediaServerIndex"] = place.second;
  if (!is_end) {
    call.parameters["applicationName"] = "kLive";
    call.parameters["liveEntryStatus"] = step == Step::kPlayable ? kPlayable : kBroadcasting;
    call.parameters["shouldCreateRecordedEntry"] = false;
  }
  client_.call(std::move(call), [this, place, step](const base::Result<kaltura::Outcome> &answer) {
    const Outcome outcome = outcome_of(place, answer);
    if (outcome == Outcome::kDone) {
      // It comes with what the entry is now.
      const Value &object = *std::get_if<Value>(&*answer);
      if (object.text_of("id") == place.first) entries_.learn(object);
    }
    done(place, step, outcome);
  });
}

void Registrar::find_node(const Place &place, const Value &streams) {
  ClientCall call = call_about(place, "entryServerNode", "list");
  Value filter = Value::of_type("KalturaLiveEntryServerNodeFilter");
  filter["entryIdEqual"] = place.first;
  filter["serverTypeEqual"] = std::to_string(place.second);
  call.parameters["filter"] = std::move(filter);
  client_.call(std::move(call),
               [this, place, streams](const base::Result<kaltura::Outcome> &answer) {
                 const Outcome outcome = outcome_of(place, answer);
                 if (outcome != Outcome::kDone) return done(place, Step::kStreams, outcome);
                 const Value *list = std::get_if<Value>(&*answer)->find("objects");
                 if (list == nullptr || !list->is_array() || list->array()->empty())
                   return done(place, Step::kStreams, Outcome::kUnknown);
                 send_streams(place, list->array()->front().integer_of("id"), streams);
               });
}

void Registrar::send_streams(const Place &place, int64_t node, const Value &streams) {
  ClientCall call = call_about(place, "entryServerNode", "update");
  call.parameters["id"] = node;
  Value object = Value::of_type("KalturaLiveEntryServerNode");
  object["streams"] = streams;
  call.parameters["entryServerNode"] = std::move(object);
  client_.call(std::move(call), [this, place](const base::Result<kaltura::Outcome> &answer) {
    done(place, Step::kStreams, outcome_of(place, answer));
  });
}

Outcome Registrar::outcome_of(const Place &place, const base::Result<kaltura::Outcome> &answer) {
  if (!answer) return Outcome::kFailed;  // the client has logged it
  const auto *error = std::get_if<ApiError>(&*answer);
  if (error == nullptr) return Outcome::kDone;
  GST_WARNING_ID(place.first.c_str(), "refused by the installation: %s", error->code.c_str());
  if (error->code == "ENTRY_SERVER_NODE_NOT_FOUND" || error->code == "INVALID_OBJECT_ID")
    return Outcome::kUnknown;
  if (error->code == "MEDIA_SERVER_NOT_FOUND") {
    callbacks_.unknown_server();
  } else if (error->code == "ENTRY_ID_NOT_FOUND") {
    callbacks_.revoked(place.first, "Entry " + place.first + " was deleted.");
  } else if (error->code == "SERVICE_FORBIDDEN_CONTENT_BLOCKED") {
    callbacks_.revoked(place.first, "The partner of entry " + place.first + " is blocked.");
  }
  return Outcome::kFailed;
}

void Registrar::done(const Place &place, Step step, Outcome outcome) {
  const auto found = registrations_.find(place);
  if (found == registrations_.end()) return;
  const bool was_registered = found->second.is_registered();
  found->second.done(step, outcome, Clock::now(), g_random_double());
  if (outcome != Outcome::kDone) return;
  if (step == Step::kPlayable || step == Step::kBroadcasting) {
    GST_CAT_LEVEL_LOG(GST_CAT_DEFAULT, was_registered ? GST_LEVEL_DEBUG : GST_LEVEL_INFO, nullptr,
                      "%s: registered, side %d: %s", place.first.c_str(), place.second,
                      word_of(step));
  } else if (step == Step::kStreams) {
    entries_.note_streams(place.first, found->second.streams());
  } else if (step == Step::kUnregister) {
    GST_INFO_ID(place.first.c_str(), "unregistered, side %d", place.second);
  }
  // What comes next need not wait for the clock.
  look(place, found->second);
}

void Registrar::stop() {
  ticker_.reset();
  const auto under_way = std::make_shared<size_t>(0);  // owners: this call and the answers
  for (const auto &[place, registration] : registrations_) {
    if (!registration.is_registered()) continue;
    ClientCall call = call_about(place, "liveStream", "unregisterMediaServer");
    call.parameters["entryId"] = place.first;
    call.parameters["hostname"] = server_node_;
    call.parameters["mediaServerIndex"] = place.second;
    ++*under_way;
    client_.call(std::move(call),
                 [under_way](const base::Result<kaltura::Outcome> &) { --*under_way; });
  }
  registrations_.clear();
  const auto deadline = Clock::now() + kFarewell;
  while (*under_way > 0 && Clock::now() < deadline) {
    Ticker wake(50, [] {});
    g_main_context_iteration(nullptr, TRUE);
  }
}

}  // namespace klive::app
