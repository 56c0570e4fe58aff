// SPDX-License-Identifier: LGPL-2.1-or-later
// The default main context, which a test runs itself.
#pragma once

#include <glib.h>

#include <functional>

namespace klive::test {

/// Runs the default main context until `done` holds; false after `seconds`.
inline bool run_until(const std::function<bool()> &done, unsigned seconds = 10) {
  bool is_late = false;
  GSource *timer = g_timeout_source_new_seconds(seconds);
  g_source_set_callback(
      timer,
      [](void *late) -> gboolean {
        *static_cast<bool *>(late) = true;
        return G_SOURCE_REMOVE;
      },
      &is_late, nullptr);
  g_source_attach(timer, nullptr);
  while (!is_late && !done()) g_main_context_iteration(nullptr, TRUE);
  g_source_destroy(timer);
  g_source_unref(timer);
  return !is_late;
}

/// Runs it until nothing is left to do at once.
inline void settle() {
  while (g_main_context_iteration(nullptr, FALSE)) {
  }
}

}  // namespace klive::test
