// SPDX-License-Identifier: LGPL-2.1-or-later
// Authenticator: decides whether an address may be published to, and says what the entry is. It
// reaches `kliveauth` in a GstContext of type "klive.authenticator".
#pragma once

#include <gst/gst.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "kaltura/flavor.h"
#include "kaltura/publish_address.h"
#include "klive/ptr.h"

namespace klive::gst {

/// A yes. Plain value.
struct Grant {
  std::string entry;
  std::string token_id;  ///< identifies the token (not the token): a publication is ended when its
                         ///< entry's changes
  bool low_latency = false;
  std::vector<kaltura::IngestFlavor> flavors;
};

/// Thread-safe; called on streaming threads and may block (network), never longer than its own
/// time-out. Owners of the shared_ptr: the application, and each kliveauth through the context.
class Authenticator {
 public:
  using Answer = std::function<void(base::Result<Grant>)>;
  virtual ~Authenticator() = default;
  /// `remote_address` is "127.0.0.1:4711" or "[::1]:4711". The error's message goes to the encoder;
  /// kRefused and kNotFound are for entries and tokens that are wrong, and whoever asks slows those
  /// who try many.
  [[nodiscard]] virtual base::Result<Grant> authenticate(const kaltura::PublishAddress &address,
                                                         const std::string &remote_address) = 0;
  /// The same for those who have no thread to spare: `answer` is called once, inside this call or
  /// later on another thread. Whoever asks over the network overrides it.
  virtual void ask(const kaltura::PublishAddress &address, const std::string &remote_address,
                   Answer answer) {
    answer(authenticate(address, remote_address));
  }
};

inline constexpr char kAuthenticatorContext[] = "klive.authenticator";
[[nodiscard]] Ptr<GstContext> new_authenticator_context(
    std::shared_ptr<Authenticator> authenticator);
/// Null when the context holds none.
[[nodiscard]] std::shared_ptr<Authenticator> authenticator_of(GstContext *context);

/// Entries from a JSON file, for programs without a backend: {"entries":[{"id":…, "token":…,
/// "lowLatency":false, "flavors":[{"streamName":"1","id":32}]}]}. `flavors` may be left out: names
/// 1, 2, 3 → 32, 36, 37.
[[nodiscard]] base::Result<std::shared_ptr<Authenticator>> authenticator_from_file(
    const std::string &path);

}  // namespace klive::gst
