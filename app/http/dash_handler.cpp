// SPDX-License-Identifier: LGPL-2.1-or-later
// DashHandler: manifest.mpd.
#include "http/dash_handler.h"

#include "http/playlist_handler.h"
#include "manifest/dash.h"

namespace klive::app::http {

DashHandler::DashHandler(ShownEntries &shown, RenderedTexts &texts)
    : shown_(shown), texts_(texts) {}

// Also after the session's end: the same text tells players that were watching that it is over.
void DashHandler::handle(const Exchange &exchange) {
  const LiveEntry *entry = shown_.find(exchange.route());
  if (!entry) return refuse_offline(exchange);
  Answer answer;
  answer.content_type = "application/dash+xml";
  const bool is_filled = texts_.fill(answer, *entry, "dash", exchange,
                                     [entry](const manifest::Presentation &presentation) {
                                       manifest::DashOptions options;
                                       options.publish_time_ns = entry->changed_ns;
                                       return manifest::render_dash(presentation, options);
                                     });
  if (!is_filled) return refuse_offline(exchange);
  exchange.answer(answer);
}

}  // namespace klive::app::http
