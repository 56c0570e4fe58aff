// SPDX-License-Identifier: LGPL-2.1-or-later
// RemoteEntries: asks a Kaltura installation about publications.
#include "remote/remote_entries.h"
#include "remote/log.h"

#include <algorithm>
#include <set>
#include <utility>

#include <gst/gst.h>

namespace klive::app {
namespace {

using base::ErrorCode;
using base::fail;
using kaltura::ApiError;
using kaltura::ClientCall;
using kaltura::Outcome;
using kaltura::Value;

constexpr std::chrono::seconds kCurrent{10};
constexpr size_t kMostKept = 4096;
constexpr size_t kLongestText = 300;

/// The installation's words, for an encoder's log.
std::string text_of(const ApiError &error) {
  std::string text = error.message.empty() ? error.code : error.message;
  if (text.size() > kLongestText) text.resize(kLongestText);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return text;
}

base::Error refusal_of(const ApiError &error, const std::string &entry) {
  if (kaltura::is_session_error(error)) {
    return {ErrorCode::kUnavailable,
            "Kaltura does not let this server in, so nobody can publish here. Its administrator "
            "finds the reason in its log."};
  }
  if (error.code == "LIVE_STREAM_INVALID_TOKEN") {
    return {ErrorCode::kRefused, "Invalid token supplied for live entry [" + entry +
                                     "]. Copy the entry's URL again; its token may have been "
                                     "replaced."};
  }
  if (error.code == "ENTRY_ID_NOT_FOUND" || error.code == "INVALID_ENTRY_ID") {
    return {ErrorCode::kNotFound, "Entry id \"" + entry +
                                      "\" not found. Copy the URL of an entry that exists; this "
                                      "one may have been deleted."};
  }
  if (error.code == "MEDIA_SERVER_NOT_FOUND") {
    return {ErrorCode::kUnavailable,
            "Kaltura does not know this server yet, so nobody can publish here. Try again in a few "
            "seconds."};
  }
  return {ErrorCode::kConflict, text_of(error)};
}

/// What is kept is carried out as it is, so it has to be possible.
Entry within_bounds(Entry entry) {
  constexpr int64_t kShortest = 2'000, kLongest = 20'000;  // milliseconds
  constexpr int64_t kUsualWindow = 120, kLargestWindow = 24 * 60;
  entry.segment_duration_ms = std::clamp(entry.segment_duration_ms, kShortest, kLongest);
  if (entry.dvr_window_minutes <= 0) entry.dvr_window_minutes = kUsualWindow;
  entry.dvr_window_minutes = std::min(entry.dvr_window_minutes, kLargestWindow);
  return entry;
}

/// `map` stays bounded: something goes that nothing is said of any more.
template <typename Map>
void make_room(Map &map) {
  if (map.size() >= kMostKept) map.erase(map.begin());
}

}  // namespace

base::Error unavailable_refusal() {
  return {ErrorCode::kUnavailable,
          "Kaltura, which decides about publications, does not answer at the moment, so the token "
          "cannot be checked. Try again in a few seconds."};
}

/// One publication that is asked about.
struct RemoteEntries::Question {
  kaltura::PublishAddress address;
  Answered answered;
  std::optional<int64_t> partner;  // that is acted for
  bool was_introduced = false;

  void refuse(base::Error error) { answered(fail(std::move(error))); }
};

RemoteEntries::RemoteEntries(ApiClient &client, Settings settings, Callbacks callbacks)
    : client_(client),
      settings_(std::move(settings)),
      callbacks_(std::move(callbacks)),
      profiles_(client),
      wanted_(client) {}

void RemoteEntries::authenticate(const kaltura::PublishAddress &address, Answered answered) {
  auto question = std::make_shared<Question>();
  question->address = address;
  question->answered = std::move(answered);
  if (!settings_.impersonates) return check_token(question);
  if (address.partner && *address.partner > 0) {
    question->partner = address.partner;
  } else {
    question->partner = partner_of(address.entry);
  }
  if (question->partner) return check_token(question);
  find_partner(question);
}

void RemoteEntries::find_partner(const QuestionPtr &question) {
  ClientCall call{.service = "liveStream", .action = "get"};
  call.parameters["entryId"] = question->address.entry;
  client_.call(std::move(call), [this, question](base::Result<Outcome> answer) {
    if (!answer) return question->refuse(unavailable_refusal());
    if (const auto *error = std::get_if<ApiError>(&*answer))
      return question->refuse(refusal_of(*error, question->address.entry));
    const Value &object = *std::get_if<Value>(&*answer);
    const int64_t partner = object.integer_of("partnerId");
    if (partner > 0) question->partner = partner;
    // Its flavors are asked for meanwhile: an encoder does not wait for long.
    Entry entry;
    entry.id = question->address.entry;
    entry.profile = object.integer_of("conversionProfileId");
    profiles_.ask(entry, question->partner, [](const auto &) {});
    check_token(question);
  });
}

void RemoteEntries::check_token(const QuestionPtr &question) {
  const kaltura::PublishAddress &address = question->address;
  ClientCall call{.service = "liveStream", .action = "authenticate"};
  call.parameters["entryId"] = address.entry;
  call.parameters["token"] = address.token;
  call.parameters["hostname"] = settings_.server_node;
  call.parameters["mediaServerIndex"] = static_cast<int64_t>(address.side);
  call.parameters["applicationName"] = address.app;
  call.partner = question->partner;
  client_.call(std::move(call), [this, question](base::Result<Outcome> answer) {
    const std::string &id = question->address.entry;
    if (!answer) return question->refuse(unavailable_refusal());
    if (const auto *error = std::get_if<ApiError>(&*answer)) {
      if (error->code == "MEDIA_SERVER_NOT_FOUND" && !question->was_introduced) {
        question->was_introduced = true;
        return callbacks_.introduce([this, question] { check_token(question); });
      }
      if (callbacks_.refused) callbacks_.refused(question->address, question->partner, error->code);
      return question->refuse(refusal_of(*error, id));
    }
    Value object = std::move(*std::get_if<Value>(&*answer));
    if (object.text_of("id") != id) {
      GST_WARNING_ID(id.c_str(), "the answer is about something else");
      return question->refuse(unavailable_refusal());
    }
    learn(object);
    find_flavors(question, *find(id));
  });
}

void RemoteEntries::find_flavors(const QuestionPtr &question, const Entry &entry) {
  gst::Grant grant;
  grant.entry = entry.id;
  grant.token_id = token_id(entry.token.empty() ? question->address.token : entry.token);
  grant.low_latency = entry.low_latency();
  profiles_.ask(entry, question->partner,
                [question, grant](base::Result<RemoteProfiles::Flavors> flavors) mutable {
                  if (!flavors) return question->refuse(std::move(flavors).error());
                  grant.flavors = *std::move(flavors);
                  question->answered(std::move(grant));
                });
}

void RemoteEntries::learn(const Value &object) {
  Entry entry = within_bounds(entry_of(object));
  if (entry.id.empty()) return;
  // The number that klive itself would take is another profile there.
  if (object.find("conversionProfileId") == nullptr) entry.profile = 0;
  const std::string id = entry.id;
  const auto known = entries_.find(id);
  bool is_replaced = false;
  if (known == entries_.end()) {
    make_room(entries_);
  } else {
    // Not everybody is told the token.
    const std::string &token = known->second.entry.token;
    if (entry.token.empty()) entry.token = token;
    is_replaced = !token.empty() && token != entry.token;
  }
  entries_[id] = {std::move(entry), std::chrono::steady_clock::now()};
  if (callbacks_.learned) callbacks_.learned(entries_[id].entry);
  if (is_replaced) callbacks_.token_replaced(id);
}

void RemoteEntries::note_streams(const std::string &id, const Value &streams) {
  const Entry *entry = find(id);
  if (entry == nullptr) return;
  std::set<int64_t> flavors;
  for (const Value &stream : *streams.array()) {
    // What is sound alone is not encoded from.
    if (stream.integer_of("width") > 0) flavors.insert(stream.integer_of("flavorId"));
  }
  for (const int64_t flavor : flavors) {
    const std::string name = profiles_.name_of(entry->profile, static_cast<uint32_t>(flavor));
    if (!name.empty())
      wanted_.look(*entry, partner_of(id), name, static_cast<uint32_t>(flavor), streams);
  }
}

void RemoteEntries::keep_current(const std::string &id) {
  const auto known = entries_.find(id);
  if (known == entries_.end()) return;
  const auto now = std::chrono::steady_clock::now();
  const bool is_question = known->second.entry.more.integer_of("explicitLive") == 1;
  if (!is_question || now - known->second.asked_at < kCurrent) return;
  known->second.asked_at = now;
  ClientCall call{.service = "liveStream", .action = "get"};
  call.parameters["entryId"] = id;
  call.partner = partner_of(id);
  client_.call(std::move(call), [this, id](const base::Result<Outcome> &answer) {
    const auto *object = answer ? std::get_if<Value>(&*answer) : nullptr;
    if (object != nullptr && object->text_of("id") == id) learn(*object);
  });
}

const Entry *RemoteEntries::find(const std::string &id) const {
  const auto found = entries_.find(id);
  return found != entries_.end() ? &found->second.entry : nullptr;
}

std::optional<int64_t> RemoteEntries::partner_of(const std::string &id) const {
  const Entry *entry = find(id);
  if (!settings_.impersonates || entry == nullptr || entry->partner <= 0) return std::nullopt;
  return entry->partner;
}

}  // namespace klive::app
