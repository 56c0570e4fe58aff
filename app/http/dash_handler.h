// SPDX-License-Identifier: LGPL-2.1-or-later
// DashHandler: manifest.mpd.
#pragma once

#include "http/exchange.h"
#include "http/rendered_texts.h"
#include "http/shown_entries.h"

namespace klive::app::http {

/// Thread-bound. Everything given must outlive it.
class DashHandler {
 public:
  DashHandler(ShownEntries &shown, RenderedTexts &texts);
  void handle(const Exchange &exchange);

 private:
  ShownEntries &shown_;
  RenderedTexts &texts_;
};

}  // namespace klive::app::http
