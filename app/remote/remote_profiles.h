// SPDX-License-Identifier: LGPL-2.1-or-later
// RemoteProfiles: which streams an entry takes from encoders, and as which flavors, as a Kaltura
// installation says it (Annex D of the Kaltura notes).
//
//   live params of the profile ─► the names that encoders may publish ─► transcode template of each
//   name ─► its flavor, or that there is none
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/entry_store.h"
#include "base/result.h"
#include "kaltura/flavor.h"
#include "remote/api_client.h"

namespace klive::app {

/// Thread-bound (main context). A template counts more than live params; where there is none, they
/// decide, and where neither is to be had, what was said last, or Kaltura's passthrough profile.
class RemoteProfiles {
 public:
  using Flavors = std::vector<kaltura::IngestFlavor>;
  /// Called once. kUnavailable: nobody could say; kConflict: the profile takes nothing.
  using Answered = std::function<void(base::Result<Flavors>)>;

  /// `client` outlives it, and nothing is answered after it is gone.
  explicit RemoteProfiles(ApiClient &client) : client_(client) {}
  RemoteProfiles(const RemoteProfiles &) = delete;
  RemoteProfiles &operator=(const RemoteProfiles &) = delete;

  /// `partner` is acted for. Answers at once what was said in the last minute; many who ask of one
  /// profile are one question.
  void ask(const Entry &entry, std::optional<int64_t> partner, Answered answered);
  /// The stream name of a flavor, by what was said last; empty: there is none.
  [[nodiscard]] std::string name_of(int64_t profile, uint32_t flavor) const;

 private:
  struct Profile {
    std::optional<Flavors> flavors;  // that were said last
    std::chrono::steady_clock::time_point at{};
    std::vector<Answered> waiting;
  };
  struct Inquiry;
  using InquiryPtr = std::shared_ptr<Inquiry>;  // owners: the calls under way

  void ask_templates(const InquiryPtr &inquiry);
  void ask_template(const InquiryPtr &inquiry, const std::string &name);
  void finish(const Inquiry &inquiry);

  ApiClient &client_;
  std::map<int64_t, Profile> profiles_;
};

}  // namespace klive::app
