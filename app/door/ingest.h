// SPDX-License-Identifier: LGPL-2.1-or-later
// Ingest: the pipeline of one connection that wants to publish, from the encoder's `connect` to its
// end.
//
//   klivertmpsrc ! kliveauth ! kliveflavormap ! fdsink ─── fd ───► worker
//        └────────── query klive-publish ─────────┴─► probe: asks Admission on the main context
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <gst/gst.h>

#include "base/bytes.h"
#include "base/locked.h"
#include "base/result.h"
#include "door/media_pipe.h"
#include "klive/authenticator.h"
#include "klive/ptr.h"
#include "klive/publish_query.h"
#include "klive/rtmp_listener.h"

namespace klive::app {

class Ingest;

/// What an authorised encoder wants. Plain value.
struct AdmissionRequest {
  Ingest *ingest = nullptr;
  std::string entry, side;
  unsigned flavor = 0;
  std::string stream_name;  ///< without query
  std::string remote_address;
  std::string token_id;
};
/// A refusal in RTMP's words.
struct AdmissionRefusal {
  std::string code, reason;
};
/// Where to write FLV to, or (no pipe) a refusal.
struct AdmissionAnswer {
  std::shared_ptr<MediaPipe> pipe;
  AdmissionRefusal refusal;
};

struct IngestSettings {
  std::shared_ptr<gst::Authenticator> authenticator;
  uint64_t silence_timeout_ns = 0;
  int nowhere = -1;  ///< descriptor of the null device, which outlives the ingest
};
/// Called on the main context.
struct IngestCallbacks {
  /// Decide now; the encoder waits.
  std::function<AdmissionAnswer(const AdmissionRequest &)> admit;
  /// The pipeline is over, for whatever reason. Destroy it, but not inside this call.
  std::function<void(Ingest &, const std::string &reason)> ended;
};

/// Thread-bound (main context).
class Ingest {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<Ingest>> start(
      gst::Ptr<GstKliveRtmpConnection> connection, const IngestSettings &settings,
      IngestCallbacks callbacks);
  ~Ingest();
  Ingest(const Ingest &) = delete;
  Ingest &operator=(const Ingest &) = delete;

  /// Ends it from our side; the encoder is told. `ended` follows.
  void disconnect(const AdmissionRefusal &reason);
  [[nodiscard]] uint64_t bytes() const;
  /// Since the encoder last sent something.
  [[nodiscard]] uint64_t silence_ns() const;
  /// Writes to `pipe` from the next whole buffer on; then calls `done` on the main context with
  /// what a reader that joins here needs first (FLV header, sequence headers). Not called when the
  /// ingest ends before.
  void redirect(std::shared_ptr<MediaPipe> pipe, std::function<void(base::Bytes header)> done);

 private:
  explicit Ingest(IngestCallbacks callbacks) : callbacks_(std::move(callbacks)) {}
  static GstPadProbeReturn on_query(GstPad *pad, GstPadProbeInfo *info, gpointer self);
  static GstBusSyncReply on_message(GstBus *bus, GstMessage *message, gpointer self);
  void heard(const std::string &reason, bool over);
  void ask(GstQuery *query);
  [[nodiscard]] uint64_t stat(const char *field) const;
  [[nodiscard]] base::Bytes stream_header() const;

  /// The encoder's thread waits here for the main context, which may meanwhile want that thread to
  /// end.
  struct Asked {
    bool cancelled = false;
    std::optional<AdmissionAnswer> answer;
  };

  IngestCallbacks callbacks_;
  base::Locked<std::shared_ptr<MediaPipe>> pipe_;  // that the sink writes to; declared before it
  gst::Ptr<GstElement> pipeline_, source_, sink_;
  std::string reason_;
  bool ended_ = false;
  // Owners: this and admissions posted to the main context.
  std::shared_ptr<base::Locked<Asked>> asked_ = std::make_shared<base::Locked<Asked>>();
};

}  // namespace klive::app
