// SPDX-License-Identifier: LGPL-2.1-or-later
// RemoteEntries: asks a Kaltura installation about publications, and keeps what it said of entries.
//
//   (partner unknown: liveStream.get) ─► liveStream.authenticate ─► RemoteProfiles ─► yes
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "backend/entry_store.h"
#include "base/result.h"
#include "kaltura/publish_address.h"
#include "klive/authenticator.h"
#include "remote/api_client.h"
#include "remote/remote_profiles.h"
#include "remote/wanted_flavors.h"

namespace klive::app {

/// Thread-bound (main context).
class RemoteEntries {
 public:
  struct Settings {
    std::string server_node;   ///< the name that the installation knows this server by
    bool impersonates = true;  ///< acts for the partner of each entry (partner -5)
  };
  /// Called once. kRefused and kNotFound: what was asked for is wrong; kConflict: it is right and
  /// not allowed now; kUnavailable: nobody could say. The message is for the encoder.
  using Answered = std::function<void(base::Result<gst::Grant>)>;
  struct Callbacks {
    /// Tells the installation of this server; `done` follows, whatever came of it.
    std::function<void(std::function<void()> done)> introduce;
    /// Another token of an entry is known than before.
    std::function<void(const std::string &entry)> token_replaced;
    /// A publication was refused with that error of the API; empty partner = the session's own.
    std::function<void(const kaltura::PublishAddress &, std::optional<int64_t> partner,
                       const std::string &error)>
        refused;
    /// Something was said of an entry.
    std::function<void(const Entry &entry)> learned;
  };

  /// `client` outlives it, and nothing is answered after it is gone.
  RemoteEntries(ApiClient &client, Settings settings, Callbacks callbacks);
  RemoteEntries(const RemoteEntries &) = delete;
  RemoteEntries &operator=(const RemoteEntries &) = delete;

  void authenticate(const kaltura::PublishAddress &address, Answered answered);
  /// Keeps what the installation says of an entry, a KalturaLiveStreamEntry.
  void learn(const kaltura::Value &object);
  /// Encoders send these streams of an entry now (KalturaLiveStreamParams).
  void note_streams(const std::string &id, const kaltura::Value &streams);
  /// Asks about an entry on air what viewers may be shown of it, unless that was said a moment ago
  /// or is no question.
  void keep_current(const std::string &id);
  /// What was said last; null when nothing was.
  [[nodiscard]] const Entry *find(const std::string &id) const;
  /// For whom to act in calls about the entry; empty = for nobody else.
  [[nodiscard]] std::optional<int64_t> partner_of(const std::string &id) const;

 private:
  struct Known {
    Entry entry;
    std::chrono::steady_clock::time_point asked_at;  // or said
  };
  struct Question;
  using QuestionPtr = std::shared_ptr<Question>;  // owners: the calls under way

  void find_partner(const QuestionPtr &question);
  void check_token(const QuestionPtr &question);
  void find_flavors(const QuestionPtr &question, const Entry &entry);

  ApiClient &client_;
  const Settings settings_;
  const Callbacks callbacks_;
  std::map<std::string, Known> entries_;
  RemoteProfiles profiles_;
  WantedFlavors wanted_;
};

/// What an encoder is told when nobody can be asked.
[[nodiscard]] base::Error unavailable_refusal();

}  // namespace klive::app
