// SPDX-License-Identifier: LGPL-2.1-or-later
// MediaPipe: the socketpair that carries one publication's FLV from its ingest pipeline to the
// worker.
#pragma once

#include <glib.h>

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "klive/unique_fd.h"

namespace klive::app {

/// Keeps both ends open, whatever becomes of the worker (which has duplicates): the writer must not
/// see a worker die, and no descriptor number may be used again while somebody still writes to it.
/// Shared by the publication, and by the ingest pipeline that writes to it. Thread-bound (main
/// context).
class MediaPipe {
 public:
  [[nodiscard]] static base::Result<std::shared_ptr<MediaPipe>> open();
  ~MediaPipe();
  MediaPipe(const MediaPipe &) = delete;
  MediaPipe &operator=(const MediaPipe &) = delete;

  [[nodiscard]] int write_fd() const { return write_.get(); }
  [[nodiscard]] int read_fd() const { return read_.get(); }
  /// Bytes that nobody has read yet, with what the kernel needs for them; 0 when there are none.
  [[nodiscard]] uint64_t unread() const;
  /// Nobody reads any more: throws away what is written from now on, so that the writer is not held
  /// up.
  void discard();

 private:
  MediaPipe(gst::UniqueFd write, gst::UniqueFd read)
      : write_(std::move(write)), read_(std::move(read)) {}
  gst::UniqueFd write_, read_;
  GSource *discarding_ = nullptr;
};

}  // namespace klive::app
