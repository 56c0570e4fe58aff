// SPDX-License-Identifier: LGPL-2.1-or-later
// Verdicts: what a Kaltura installation said about publications a moment ago.
#include "remote/verdicts.h"

#include <algorithm>

#include "door/wrong_tokens.h"

namespace klive::app {
namespace {

using kaltura::PublishAddress;
using std::chrono::seconds;

constexpr seconds kLife{30}, kShortLife{5};

// An entry's id has no line feed, so no token can pretend to be of another entry.
std::string key_of(const PublishAddress &address, std::string_view who) {
  std::string key = address.entry;
  key.append("\n").append(who).append("\n").append(address.token);
  return key;
}
std::string key_of(const PublishAddress &address) {
  return key_of(address, kaltura::side_name(address.side));
}

seconds life_of(const base::Error &error) {
  const bool is_wrong =
      error.code == base::ErrorCode::kRefused || error.code == base::ErrorCode::kNotFound;
  return is_wrong ? kLife : kShortLife;
}

template <typename Map>
void make_room(Map &map) {
  if (map.size() < Verdicts::kMost) return;
  map.erase(std::min_element(map.begin(), map.end(), [](const auto &a, const auto &b) {
    return a.second.at < b.second.at;
  }));
}

}  // namespace

void Verdicts::note_yes(const PublishAddress &address, const gst::Grant &grant,
                        Clock::time_point now) {
  make_room(yes_);
  yes_[key_of(address)] = {grant, now};
}

void Verdicts::prolong(const PublishAddress &address, Clock::time_point now) {
  if (const auto found = yes_.find(key_of(address)); found != yes_.end())
    found->second.at = now - kLife + kShortLife;
}

void Verdicts::note_no(const PublishAddress &address, std::string_view remote_address,
                       const base::Error &error, Clock::time_point now) {
  yes_.erase(key_of(address));
  make_room(no_);
  no_[key_of(address, source_of(remote_address))] = {error, now};
}

const gst::Grant *Verdicts::yes(const PublishAddress &address, Clock::time_point now) const {
  const auto found = yes_.find(key_of(address));
  return found != yes_.end() && now - found->second.at < kLife ? &found->second.grant : nullptr;
}

const gst::Grant *Verdicts::last_yes(const PublishAddress &address) const {
  const auto found = yes_.find(key_of(address));
  return found != yes_.end() ? &found->second.grant : nullptr;
}

const base::Error *Verdicts::no(const PublishAddress &address, std::string_view remote_address,
                                Clock::time_point now) const {
  const auto found = no_.find(key_of(address, source_of(remote_address)));
  if (found == no_.end() || now - found->second.at >= life_of(found->second.error)) return nullptr;
  return &found->second.error;
}

void Verdicts::forget(std::string_view entry) {
  const std::string prefix = std::string(entry) + "\n";
  const auto is_of_entry = [&](const auto &item) { return item.first.starts_with(prefix); };
  std::erase_if(yes_, is_of_entry);
  std::erase_if(no_, is_of_entry);
}

}  // namespace klive::app
