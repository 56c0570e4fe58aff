// SPDX-License-Identifier: LGPL-2.1-or-later
// PlaylistHandler: master.m3u8 and index.m3u8 with blocking reload and delta updates.
#pragma once

#include "http/exchange.h"
#include "http/held_requests.h"
#include "http/rendered_texts.h"
#include "http/shown_entries.h"
#include "manifest/hls.h"

namespace klive::app::http {

/// Thread-bound. Everything given must outlive it.
class PlaylistHandler {
 public:
  PlaylistHandler(ShownEntries &shown, RenderedTexts &texts, HeldRequests &held);
  void handle_master(const Exchange &exchange);
  void handle_media(const Exchange &exchange);
  /// Sends on to the playlist of the flavor's track.
  void handle_flavor(const Exchange &exchange);

 private:
  /// False: what is asked for does not exist yet.
  [[nodiscard]] bool try_media(const Exchange &exchange, const LiveEntry &entry,
                               const manifest::DeliveryDirectives &directives);

  ShownEntries &shown_;
  RenderedTexts &texts_;
  HeldRequests &held_;
};

/// 404: the entry is not on air. Also for entries that nobody has ever heard of, which a viewer
/// cannot tell apart.
void refuse_offline(const Exchange &exchange);

}  // namespace klive::app::http
