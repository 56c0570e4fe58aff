// SPDX-License-Identifier: LGPL-2.1-or-later
// What viewers are shown of an entry.
#include "backend/showing.h"

#include <limits>

namespace klive::app {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
constexpr int64_t kMillisecond = 1'000'000;  // ns
// klive's own fields of an entry, Unix ms; no answer of the API has them.
constexpr const char *kFrom = "shownFrom", *kUntil = "shownUntil";

}  // namespace

Showing showing_of(const Entry &entry) {
  Showing showing;
  showing.is_limited =
      entry.type == EntryType::kLiveStream && entry.more.integer_of("explicitLive") == 1;
  if (!showing.is_limited) return showing;
  const int64_t from = entry.more.integer_of(kFrom), until = entry.more.integer_of(kUntil);
  if (entry.more.integer_of("viewMode", kViewPreview) == kViewAllowAll) {
    showing.time = {.from = from * kMillisecond, .until = 0};
  } else if (from > 0 && until > from) {
    showing.time = {.from = from * kMillisecond, .until = until * kMillisecond};
  } else {
    showing.time = {.from = kNever, .until = 0};
  }
  return showing;
}

void set_view_mode(kaltura::Value &document, int64_t mode, int64_t now_ms) {
  if (document.integer_of("viewMode", kViewPreview) == mode) return;
  document["viewMode"] = mode;
  if (mode != kViewAllowAll) {
    document[kUntil] = now_ms;
    return;
  }
  document[kFrom] = now_ms;
  document.erase(kUntil);
  if (document.integer_of("broadcastTime") == 0) document["broadcastTime"] = now_ms / 1000;
}

void note_view_mode(const Entry &before, Entry &after, int64_t now_ms) {
  const int64_t mode = after.more.integer_of("viewMode", kViewPreview);
  const int64_t old = before.more.integer_of("viewMode", kViewPreview);
  if (mode == old) return;
  after.more["viewMode"] = old;
  set_view_mode(after.more, mode, now_ms);
}

Showing Showings::of(const std::string &entry) {
  uint64_t changes = 0;
  {
    auto known = known_.lock();
    const auto found = known->showings.find(entry);
    if (found != known->showings.end()) return found->second;
    changes = known->changes;
  }
  const auto stored = entries_.get(entry);
  // Not shown for as long as nobody can say: a preview must not leak while the store is in trouble,
  // nor while the window of an entry that was deleted is still there.
  const Showing nothing{.is_limited = true, .time = {.from = kNever, .until = 0}};
  if (!stored && stored.error().code != base::ErrorCode::kNotFound) return nothing;
  const Showing showing = stored ? showing_of(*stored) : nothing;
  auto known = known_.lock();
  if (known->changes == changes) known->showings[entry] = showing;
  return showing;
}

void Showings::forget(const std::string &entry) {
  auto known = known_.lock();
  known->showings.erase(entry);
  ++known->changes;
}

}  // namespace klive::app
