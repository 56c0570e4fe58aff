// SPDX-License-Identifier: LGPL-2.1-or-later
// HeldRequests: requests for something of an entry that does not exist yet. They are looked at
// again at every change of the entry, and given up at their deadline.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <string>

#include "base/media_time.h"
#include "http/exchange.h"
#include "live/live_registry.h"

namespace klive::app::http {

/// Thread-bound (main context). When it goes, what is still held is let go unanswered.
class HeldRequests {
 public:
  /// Beyond `most` nothing is held.
  HeldRequests(LiveRegistry &registry, size_t most);
  ~HeldRequests();
  HeldRequests(const HeldRequests &) = delete;
  HeldRequests &operator=(const HeldRequests &) = delete;

  /// Answers and returns true, or returns false to go on waiting.
  using Try = std::function<bool(const LiveEntry &, const Exchange &)>;
  using GiveUp = std::function<void(const Exchange &)>;
  /// False: too many are held already, and the request is still the caller's to answer.
  [[nodiscard]] bool hold(const Exchange &exchange, const std::string &entry,
                          base::MediaTime timeout, Try attempt, GiveUp give_up);
  [[nodiscard]] size_t count() const { return count_; }

 private:
  struct Held {
    std::string entry;
    Exchange exchange;
    int64_t deadline;  ///< monotonic, microseconds
    Try attempt;
    GiveUp give_up;
  };
  using List = std::list<Held>;

  void look_again(const LiveEntry &entry);
  void let_go(List &list, List::iterator held);
  void arm_timer(int64_t due);
  void disarm_timer();
  /// The nearest deadline of those that are left.
  int64_t give_up_late();
  void drop(const std::string &entry, const Held *held);
  static gboolean on_timer(void *owner);

  LiveRegistry &registry_;
  size_t most_;
  size_t count_ = 0;
  uint64_t subscription_;
  std::map<std::string, List> held_;
  gst::Ptr<GMainContext> context_;
  GSource *timer_ = nullptr;
  int64_t timer_due_ = 0;
};

}  // namespace klive::app::http
