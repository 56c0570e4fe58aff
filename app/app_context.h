// SPDX-License-Identifier: LGPL-2.1-or-later
// Small helpers around GLib's main contexts that door and worker share.
#pragma once

#include <glib.h>

#include <functional>
#include <memory>

namespace klive::app {

/// Runs `work` on `context`, soon, at default priority. Callable from any thread; never runs it
/// before returning.
inline void post(GMainContext *context, std::function<void()> work) {
  GSource *source = g_idle_source_new();
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  g_source_set_callback(
      source,
      [](gpointer data) -> gboolean {
        (*static_cast<std::function<void()> *>(data))();
        return G_SOURCE_REMOVE;
      },
      new std::function<void()>(std::move(work)),
      [](gpointer data) { delete static_cast<std::function<void()> *>(data); });
  g_source_attach(source, context);
  g_source_unref(source);
}

/// Runs `work` on the thread-default context every `milliseconds` until the returned handle is
/// dropped.
class Ticker {
 public:
  Ticker(unsigned milliseconds, std::function<void()> work) : work_(std::move(work)) {
    source_ = g_timeout_source_new(milliseconds);
    g_source_set_callback(
        source_,
        [](gpointer data) -> gboolean {
          static_cast<Ticker *>(data)->work_();
          return G_SOURCE_CONTINUE;
        },
        this, nullptr);
    GMainContext *context = g_main_context_ref_thread_default();
    g_source_attach(source_, context);
    g_main_context_unref(context);
  }
  ~Ticker() {
    g_source_destroy(source_);
    g_source_unref(source_);
  }
  Ticker(const Ticker &) = delete;
  Ticker &operator=(const Ticker &) = delete;

 private:
  std::function<void()> work_;
  GSource *source_;
};

}  // namespace klive::app
