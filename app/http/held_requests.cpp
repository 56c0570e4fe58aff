// SPDX-License-Identifier: LGPL-2.1-or-later
// HeldRequests: requests for something of an entry that does not exist yet.
#include "http/held_requests.h"

#include <algorithm>
#include <limits>

namespace klive::app::http {

HeldRequests::HeldRequests(LiveRegistry &registry, size_t most)
    : registry_(registry),
      most_(most),
      subscription_(registry.subscribe([this](const LiveEntry &entry) { look_again(entry); })),
      context_(gst::Ptr<GMainContext>::take(g_main_context_ref_thread_default())) {}

HeldRequests::~HeldRequests() {
  registry_.unsubscribe(subscription_);
  for (auto &[entry, list] : held_)
    for (Held &held : list) held.exchange.set_on_gone(nullptr);
  disarm_timer();
}

bool HeldRequests::hold(const Exchange &exchange, const std::string &entry, base::MediaTime timeout,
                        Try attempt, GiveUp give_up) {
  if (count_ >= most_) return false;
  List &list = held_[entry];
  list.push_back({entry, exchange, g_get_monotonic_time() + timeout.ns / 1000, std::move(attempt),
                  std::move(give_up)});
  Held &held = list.back();
  exchange.set_on_gone([this, &held] { drop(held.entry, &held); });
  ++count_;
  arm_timer(held.deadline);
  return true;
}

void HeldRequests::let_go(List &list, List::iterator held) {
  list.erase(held);
  --count_;
}

void HeldRequests::look_again(const LiveEntry &entry) {
  const auto found = held_.find(entry.id);
  if (found == held_.end()) return;
  List &list = found->second;
  for (auto held = list.begin(); held != list.end();) {
    const auto next = std::next(held);
    if (held->attempt(entry, held->exchange)) let_go(list, held);
    held = next;
  }
  if (list.empty()) held_.erase(found);
}

// The client went away while we waited (or the server is being taken down).
void HeldRequests::drop(const std::string &entry, const Held *gone) {
  const auto found = held_.find(entry);
  if (found == held_.end()) return;
  List &list = found->second;
  const auto held =
      std::find_if(list.begin(), list.end(), [gone](const Held &item) { return &item == gone; });
  if (held != list.end()) let_go(list, held);
  if (list.empty()) held_.erase(found);
}

// One timer for all, at the nearest deadline; a request answered before only makes it fire for
// nothing.
void HeldRequests::arm_timer(int64_t due) {
  if (timer_ && timer_due_ <= due) return;
  disarm_timer();
  timer_due_ = due;
  timer_ = g_timeout_source_new(0);
  g_source_set_ready_time(timer_, due);
  g_source_set_callback(timer_, &HeldRequests::on_timer, this, nullptr);
  g_source_attach(timer_, context_.get());
}

void HeldRequests::disarm_timer() {
  if (!timer_) return;
  g_source_destroy(timer_);
  g_source_unref(timer_);
  timer_ = nullptr;
}

gboolean HeldRequests::on_timer(void *data) {
  auto *owner = static_cast<HeldRequests *>(data);
  owner->disarm_timer();
  const int64_t next = owner->give_up_late();
  if (owner->count_ > 0) owner->arm_timer(next);
  return G_SOURCE_REMOVE;
}

int64_t HeldRequests::give_up_late() {
  const int64_t now = g_get_monotonic_time();
  int64_t next_deadline = std::numeric_limits<int64_t>::max();
  for (auto item = held_.begin(); item != held_.end();) {
    List &list = item->second;
    for (auto held = list.begin(); held != list.end();) {
      const auto next = std::next(held);
      if (held->deadline <= now) {
        held->give_up(held->exchange);
        let_go(list, held);
      } else {
        next_deadline = std::min(next_deadline, held->deadline);
      }
      held = next;
    }
    item = list.empty() ? held_.erase(item) : std::next(item);
  }
  return next_deadline;
}

}  // namespace klive::app::http
