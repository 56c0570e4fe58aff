// SPDX-License-Identifier: LGPL-2.1-or-later
// MediaHandler: init segments, segments by number and by time, and chunks.
#pragma once

#include "http/exchange.h"
#include "http/held_requests.h"
#include "http/media_files.h"
#include "http/shown_entries.h"
#include "live/live_registry.h"

namespace klive::app::http {

/// Thread-bound. Everything given must outlive it.
class MediaHandler {
 public:
  MediaHandler(LiveRegistry &registry, ShownEntries &shown, MediaFiles &files, HeldRequests &held);
  void handle(const Exchange &exchange);

 private:
  void answer_init(const Exchange &exchange);
  void send_segment(const Exchange &exchange, const LiveEntry &entry, uint32_t number);
  void answer_time_segment(const Exchange &exchange, const LiveEntry &entry);
  void answer_chunk(const Exchange &exchange, const LiveEntry &entry);
  /// False: the chunk does not exist yet, and is the next to come.
  [[nodiscard]] bool try_chunk(const Exchange &exchange, const LiveEntry &entry);
  /// Whether viewers are shown only a part of it, which `entry` is.
  [[nodiscard]] bool is_part(const LiveEntry &entry) const;
  void send_file(const Exchange &exchange, const std::string &name, uint64_t needed = 0);

  LiveRegistry &registry_;
  ShownEntries &shown_;
  MediaFiles &files_;
  HeldRequests &held_;
};

}  // namespace klive::app::http
