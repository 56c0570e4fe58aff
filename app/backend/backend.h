// SPDX-License-Identifier: LGPL-2.1-or-later
// Backend: who knows the entries: klive itself, in a database (EmbeddedBackend), or a Kaltura
// installation whose media server this is (RemoteBackend).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "backend/entry_store.h"
#include "base/result.h"
#include "klive/authenticator.h"

namespace klive::app {

/// Called on the main context.
struct BackendCallbacks {
  /// Something of the entry changed, or it is no more: read it again.
  std::function<void(const std::string &entry)> changed;
  /// Nobody may publish to the entry any longer, and why; what was recorded of it stays.
  std::function<void(const std::string &entry, const std::string &reason)> revoked;
  /// Since an encoder on that side of the entry last sent something; the largest number when none
  /// is connected.
  std::function<uint64_t(const std::string &entry, std::string_view side)> silence_ns;
};

/// Counts refusals for /metrics: called with "token", "entry", … on streaming threads; must be
/// thread-safe.
using RefusalCounter = std::function<void(const char *reason)>;

/// Thread-bound (main context), but for the authenticator.
class Backend {
 public:
  virtual ~Backend() = default;

  /// To be called once, before encoders are let in.
  virtual void start(BackendCallbacks callbacks) = 0;
  /// Ends what is under way; who waits for the authenticator is answered.
  virtual void stop() = 0;
  /// What is known of an entry now; asks nobody. An empty token: not known. kNotFound: no such
  /// entry.
  [[nodiscard]] virtual base::Result<Entry> entry(const std::string &id) = 0;
  [[nodiscard]] virtual std::shared_ptr<gst::Authenticator> authenticator() = 0;
};

}  // namespace klive::app
