// SPDX-License-Identifier: LGPL-2.1-or-later
// EntryPipeline: the running pipeline of one entry, built from a resolved description; publications
// come and go.
//
//   source stage (one a publication)            package and outputs (once)
//   fdsrc ! kliveflvdemux ──► ghost pads ─────► klivesegmenter ! klivedvrsink
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <gst/gst.h>

#include "base/bytes.h"
#include "base/locked.h"
#include "base/result.h"
#include "klive/ptr.h"
#include "worker/description.h"

namespace klive::app {

/// What the pipeline tells. `event` is called on streaming threads, the others on the
/// thread-default main context that the pipeline was built on.
struct PipelineCallbacks {
  std::function<void(const std::string &line)> event;  ///< one manifest::Event
  std::function<void(const std::string &name, const std::string &reason)> publication_ended;
  std::function<void(const std::string &text)> warning;
  std::function<void(const std::string &reason)>
      failed;  ///< the package or an output broke; nothing works any more
};

/// Thread-bound (the main context it was built on).
class EntryPipeline {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<EntryPipeline>> build(
      const Description &resolved, PipelineCallbacks callbacks);
  ~EntryPipeline();
  EntryPipeline(const EntryPipeline &) = delete;
  EntryPipeline &operator=(const EntryPipeline &) = delete;

  /// `name` is "<entry>/<side>/<flavor>"; `header` is fed before the first byte of `fd`, which this
  /// takes over.
  [[nodiscard]] base::Result<void> add_publication(const std::string &name, base::ByteView header,
                                                   int fd);
  void remove_publication(const std::string &name);
  /// For how long media has been waiting for the disk; 0: it is not.
  [[nodiscard]] uint64_t disk_wait_ms() const;
  /// Ends what is open. With `end_session` the window gets its end mark.
  void stop(bool end_session);

 private:
  EntryPipeline(Description description, PipelineCallbacks callbacks);
  struct Publication;

  base::Result<void> start();
  base::Result<void> apply_settings(GstBin *bin, const Stage &stage);
  void link_track(Publication &publication, GstPad *pad);
  void publication_finished(const std::string &name, uint64_t serial, const std::string &reason);
  void take_out(Publication &publication);
  void share_anchor(Publication &publication);
  static GstBusSyncReply on_message(GstBus *bus, GstMessage *message, gpointer self);
  [[nodiscard]] Publication *publication_of(GstMessage *message);
  void note_reason(GstMessage *message);
  void report_error(GstMessage *message);

  Description description_;
  PipelineCallbacks callbacks_;
  gst::Ptr<GMainContext> context_;
  gst::Ptr<GstElement> pipeline_, package_;
  std::map<std::string, std::unique_ptr<Publication>> publications_;
  uint64_t next_serial_ = 1;
  /// Buffer time of timestamp zero: publications of one encoder share it. The first to begin finds
  /// it out.
  struct Anchor {
    std::optional<gint64> found;
    uint64_t finder = 0;  ///< serial of the publication that is finding it; 0 = none
  };
  base::Locked<Anchor> anchor_;  // set and read on streaming threads
  // Work posted to the context outlives us unless it can see that we are gone. Owners: this and the
  // posted work.
  std::shared_ptr<EntryPipeline *> alive_;
};

}  // namespace klive::app
