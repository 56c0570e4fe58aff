// SPDX-License-Identifier: LGPL-2.1-or-later
// Verdicts: what a Kaltura installation said about publications a moment ago, so that it is asked
// once for an encoder that connects, publishes, and connects again.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kaltura/publish_address.h"
#include "klive/authenticator.h"

namespace klive::app {

/// Plain value, thread-bound. A yes is known by entry, side and token; a no by entry, token and the
/// address that it was said to, so that nobody can make others wait. At most kMost of each are
/// kept, the newest. Time is the caller's.
class Verdicts {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr size_t kMost = 4096;

  /// Replaces what was said before.
  void note_yes(const kaltura::PublishAddress &address, const gst::Grant &grant,
                Clock::time_point now);
  /// The last yes counts for 5 s more.
  void prolong(const kaltura::PublishAddress &address, Clock::time_point now);
  /// Takes back a yes. `remote_address` is "127.0.0.1:4711".
  void note_no(const kaltura::PublishAddress &address, std::string_view remote_address,
               const base::Error &error, Clock::time_point now);
  /// A yes of the last 30 s. Null when there is none; like all pointers from here good until the
  /// next change.
  [[nodiscard]] const gst::Grant *yes(const kaltura::PublishAddress &address,
                                      Clock::time_point now) const;
  /// The last yes, however old: for when nobody can be asked.
  [[nodiscard]] const gst::Grant *last_yes(const kaltura::PublishAddress &address) const;
  /// A no of the last 30 s for what was wrong, of the last 5 s for what was not possible.
  [[nodiscard]] const base::Error *no(const kaltura::PublishAddress &address,
                                      std::string_view remote_address, Clock::time_point now) const;
  /// Its token was replaced, or it is no more: nothing that was said counts.
  void forget(std::string_view entry);

 private:
  struct Yes {
    gst::Grant grant;
    Clock::time_point at;
  };
  struct No {
    base::Error error;
    Clock::time_point at;
  };
  std::map<std::string, Yes, std::less<>> yes_;
  std::map<std::string, No, std::less<>> no_;
};

}  // namespace klive::app
