// SPDX-License-Identifier: LGPL-2.1-or-later
// RtmpSrc: the behaviour of `klivertmpsrc`. Its GObject shell is in element.cpp.
#pragma once

#include <gst/base/gstpushsrc.h>

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "base/locked.h"
#include "klive/publish_query.h"
#include "klive/rtmp_listener.h"
#include "publication.h"
#include "stream_header.h"
#include "wake.h"

namespace klive::gst {

enum class Unauthenticated { kRefuse, kAccept };

/// Copied at start().
struct RtmpSrcSettings {
  std::string location = "rtmp://0.0.0.0:1935/kLive";
  Ptr<GstKliveRtmpConnection> connection;
  GstClockTime read_budget = 400 * GST_MSECOND;
  GstClockTime early_read_budget = 100 * GST_MSECOND;
  GstClockTime low_latency_read_budget = 33 * GST_MSECOND;
  GstClockTime timeout = 60 * GST_SECOND;
  GstClockTime publish_timeout = 10 * GST_SECOND;
  Unauthenticated unauthenticated = Unauthenticated::kRefuse;
};

/// Streaming thread, except where a line says thread-safe.
class RtmpSrc {
 public:
  explicit RtmpSrc(GstBaseSrc *element) : element_(element) {}

  base::Locked<RtmpSrcSettings> settings;

  bool start();
  bool stop();
  GstFlowReturn create(GstBuffer **buffer);
  void unlock();       ///< thread-safe
  void unlock_stop();  ///< thread-safe
  /// Ends what is on air, telling the encoder why. Thread-safe.
  void disconnect(std::string code, std::string reason);
  [[nodiscard]] GstStructure *stats();  ///< thread-safe, transfer full
  /// What a reader that joins in mid-stream needs first; null before there is a publication.
  /// Thread-safe, transfer full.
  [[nodiscard]] GBytes *stream_header();
  [[nodiscard]] guint port() const { return port_; }

 private:
  /// Shared with the listener's thread and whoever calls.
  struct State {
    bool flushing = false;
    std::optional<rtmp::Refusal> disconnect;
    std::deque<Ptr<GstKliveRtmpConnection>> waiting;  // bounded by arrive()
    // What stats say of the publication that is there now, or was there last.
    const char *phase = "waiting";
    std::string remote_address;
    uint64_t bytes = 0;
    int64_t last_data = 0;  // g_get_monotonic_time()
    base::Bytes stream_header;
  };

  bool listen(const RtmpSrcSettings &settings);
  void arrive(Ptr<GstKliveRtmpConnection> connection);  // listener's thread
  void begin(RtmpConnection connection);
  void contest();
  Ptr<GstBuffer> negotiate();
  void decide_connect();
  Ptr<GstBuffer> decide_publish(const rtmp::PublishRequested &publish);
  /// Nothing when the elements behind agree.
  std::optional<rtmp::Refusal> ask(PublishStage stage, const std::string &stream_name,
                                   PublishAnswer &answer);
  void announce();
  Ptr<GstBuffer> look();
  base::Bytes take_media();
  Received receive();
  void pace(size_t received);
  [[nodiscard]] GstClockTime budget() const;
  void handle_events();
  void disconnect_now(const rtmp::Refusal &why);
  void end(std::string code, std::string reason);
  void set_phase(const char *phase);
  bool is_flushing() { return state_.lock()->flushing; }

  GstBaseSrc *const element_;
  base::Locked<State> state_;
  Wake wake_;
  std::atomic<guint> port_ = 0;

  RtmpSrcSettings running_;
  std::optional<Publication> publication_;
  StreamHeader header_;
  bool connect_accepted_ = false;
  std::optional<std::string> ending_;  // the connection broke; what arrived before goes out first
  GstClockTime budget_ = 0;
  int64_t early_until_ = 0;
  GstClockTime pause_ = 0;  // between looks: the budget, or less while a lot arrives
  int64_t next_look_ = 0;
  int64_t last_data_ = 0;
  uint64_t pushed_ = 0;  // bytes since start()
  // Last: its thread calls arrive() until it is gone.
  std::unique_ptr<RtmpListener> listener_;
};

}  // namespace klive::gst
