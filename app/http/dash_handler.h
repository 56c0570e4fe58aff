// SPDX-License-Identifier: LGPL-2.1-or-later
// DashHandler: manifest.mpd.
#pragma once

#include "http/exchange.h"
#include "http/rendered_texts.h"
#include "live/live_registry.h"

namespace klive::app::http {

/// Thread-bound. Everything given must outlive it.
class DashHandler {
 public:
  DashHandler(LiveRegistry &registry, RenderedTexts &texts);
  void handle(const Exchange &exchange);

 private:
  LiveRegistry &registry_;
  RenderedTexts &texts_;
};

}  // namespace klive::app::http
