// SPDX-License-Identifier: LGPL-2.1-or-later
// RenderedTexts: playlists and manifests, rendered once per change of the entry however many ask.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "http/exchange.h"
#include "live/live_registry.h"

namespace klive::app::http {

/// Thread-bound.
class RenderedTexts {
 public:
  using Render = std::function<std::optional<std::string>(const manifest::Presentation &)>;

  /// Fills body, etag and is_gzip of `answer` with the text called `variant` of the entry as it is
  /// now, of what the address chose of it. False: there is nothing to show.
  [[nodiscard]] bool fill(Answer &answer, const LiveEntry &entry, const std::string &variant,
                          const Exchange &exchange, const Render &render);
  void forget(const std::string &entry) { texts_.erase(entry); }

 private:
  struct Text {
    uint64_t version = 0;
    gst::Ptr<GBytes> plain, gzip;
    std::string plain_etag, gzip_etag;
    bool is_gzip_tried = false;
  };
  static void put(Answer &answer, Text &text, bool wants_gzip);
  static bool fill_once(Answer &answer, const LiveEntry &entry, const Exchange &exchange,
                        const Render &render);
  std::map<std::string, std::map<std::string, Text>> texts_;  ///< entry, variant
};

}  // namespace klive::app::http
