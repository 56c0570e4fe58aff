// SPDX-License-Identifier: LGPL-2.1-or-later
// ElementRig: one element between pads of the test. Everything happens in the calling thread, and
// time stands still unless the test moves it.
#pragma once

#include <gst/check/gstharness.h>
#include <gst/gst.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/locked.h"
#include "klive/ptr.h"

namespace klive::test {

/// What came out of one source pad.
struct Output {
  std::vector<gst::Ptr<GstBuffer>> buffers;
  std::vector<size_t> places;  ///< of each buffer among those of all pads
  std::vector<std::string> stream_ids;
  std::vector<std::string> caps;
  size_t segments = 0;
  bool ended = false;
};

class ElementRig {
 public:
  explicit ElementRig(const char *factory);
  ~ElementRig();

  [[nodiscard]] GstElement *element() const { return element_.get(); }
  void start();
  void stop();
  /// The element's clock, and with it arrival time.
  void advance(GstClockTime by) { gst_test_clock_advance_time(clock_, by); }

  /// Links a pad of the test to the element's (requested if need be) and announces a stream; empty
  /// caps: none are sent.
  void connect(const std::string &sink, const std::string &stream_id, const std::string &caps);
  /// Releases a requested pad.
  void disconnect(const std::string &sink);
  bool send(const std::string &sink, GstEvent *event);
  GstFlowReturn push(const std::string &sink, gst::Ptr<GstBuffer> buffer);

  /// Empty when the pad has not been seen.
  [[nodiscard]] Output output(const std::string &source);
  [[nodiscard]] size_t output_count();
  /// Names of the element messages posted since the last call.
  [[nodiscard]] std::vector<std::string> messages();
  [[nodiscard]] bool has_no_more_pads() const { return no_more_pads_; }
  [[nodiscard]] guint64 stat(const char *name) const;

 private:
  void collect(GstPad *source);

  gst::Ptr<GstElement> element_;
  gst::Ptr<GstBus> bus_;
  GstTestClock *clock_ = nullptr;
  std::map<std::string, gst::Ptr<GstPad>> inputs_;
  std::vector<gst::Ptr<GstPad>> collectors_;
  base::Locked<std::map<std::string, Output>> outputs_;
  bool no_more_pads_ = false;
};

}  // namespace klive::test
