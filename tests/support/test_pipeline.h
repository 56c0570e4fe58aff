// SPDX-License-Identifier: LGPL-2.1-or-later
// TestPipeline: a launch line whose sink is watched: what arrived, and what the bus said.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/locked.h"
#include "klive/ptr.h"

namespace klive::test {

struct StructureFree {
  void operator()(GstStructure *structure) const { gst_structure_free(structure); }
};
using StructurePtr = std::unique_ptr<GstStructure, StructureFree>;

/// The launch line has a sink named "out". Thread-bound, but for what the streaming thread records.
class TestPipeline {
 public:
  explicit TestPipeline(const std::string &launch_line);
  ~TestPipeline();

  /// False when an element refuses to start. Does not wait for a sink's first buffer, which a live
  /// source may never send.
  bool play();
  void stop();
  [[nodiscard]] gst::Ptr<GstElement> element(const char *name) const;
  [[nodiscard]] GstElement *get() const { return pipeline_.get(); }
  [[nodiscard]] StructurePtr wait_for_message(const char *structure_name,
                                              GstClockTime patience = 10 * GST_SECOND);
  [[nodiscard]] gst::Ptr<GstMessage> wait_for(GstMessageType types,
                                              GstClockTime patience = 10 * GST_SECOND);
  /// Both wait at most 10 s.
  bool wait_for_bytes(size_t count);
  bool wait_for_buffers(size_t count);

  [[nodiscard]] base::Bytes bytes();
  [[nodiscard]] std::vector<size_t> buffer_sizes();
  /// In the order that they arrived.
  [[nodiscard]] std::vector<std::string> stream_ids();

 private:
  struct Arrived {
    base::Bytes bytes;
    std::vector<size_t> sizes;
    std::vector<std::string> stream_ids;
  };
  static GstPadProbeReturn record(GstPad *pad, GstPadProbeInfo *info, gpointer self);

  base::Locked<Arrived> arrived_;
  gst::Ptr<GstElement> pipeline_;
};

/// A file in a new temporary folder; both go with the object.
class TempFile {
 public:
  TempFile(const std::string &name, const std::string &content);
  ~TempFile();
  [[nodiscard]] const std::string &path() const { return path_; }

 private:
  std::string folder_, path_;
};

}  // namespace klive::test
