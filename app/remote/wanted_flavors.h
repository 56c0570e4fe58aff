// SPDX-License-Identifier: LGPL-2.1-or-later
// WantedFlavors: what the conversion profile of an entry on air asks for besides what its encoder
// sends. This server encodes nothing, so it is said in the log.
//
//   streams of an entry ─► transcode template of the source, with what is known of it ─► log
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "backend/entry_store.h"
#include "kaltura/transcode_plan.h"
#include "kaltura/value.h"
#include "remote/api_client.h"

namespace klive::app {

/// Thread-bound (main context).
class WantedFlavors {
 public:
  /// `client` outlives it, and nothing is answered after it is gone.
  explicit WantedFlavors(ApiClient &client) : client_(client) {}
  WantedFlavors(const WantedFlavors &) = delete;
  WantedFlavors &operator=(const WantedFlavors &) = delete;

  /// `streams` (KalturaLiveStreamParams) are what encoders send of the entry now, `name` the stream
  /// name of `flavor`. Says what is new; asks every five minutes at most, as bit rates move.
  void look(const Entry &entry, std::optional<int64_t> partner, const std::string &name,
            uint32_t flavor, const kaltura::Value &streams);

 private:
  void tell(const std::string &entry, const std::string &name, const kaltura::TranscodePlan &plan);

  ApiClient &client_;
  struct Told {
    std::string wanted;
    std::chrono::steady_clock::time_point asked_at{};
  };
  std::map<std::string, Told> told_;  // by entry and stream name
};

/// What a transcode template is asked for with (extraParams): the streams of a flavor in the words
/// of an encoder's onMetaData.
[[nodiscard]] std::string extra_params_of(const kaltura::Value &streams, uint32_t flavor);

}  // namespace klive::app
