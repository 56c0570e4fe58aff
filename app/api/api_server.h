// SPDX-License-Identifier: LGPL-2.1-or-later
// ApiServer: Kaltura's API over the embedded backend. One table of services and actions
// (api/actions.h) drives dispatch, parameter checks, permissions and the schema. No HTTP in here: a
// request's parts in, a body out.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/playback_servers.h"
#include "backend/entry_store.h"
#include "backend/live_quota.h"
#include "backend/profile_store.h"
#include "backend/secrets.h"
#include "kaltura/srt_pass.h"
#include "kaltura/value.h"

namespace klive::app {

/// What the API needs to know of the running service, as of now.
struct ApiSettings {
  std::string rtmp_host;  ///< host of publish URLs; empty = the host that the request was sent to
  uint16_t rtmp_port = 1935;
  std::string broadcast_domain;  ///< when set: <entry>.<p|b>.<domain>
  LiveLimits limits;
  kaltura::SrtPassKeys srt_keys;  ///< shared with the media servers of a platform
};

/// One side of an entry on this server. Plain value.
struct LiveSide {
  bool is_publishing = false;
  int64_t since = 0;                                 ///< Unix seconds
  kaltura::Value streams = kaltura::Value::Array();  ///< KalturaLiveStreamParams
};
/// An entry on this server. Plain value.
struct LiveInfo {
  bool is_playable = false;
  std::array<LiveSide, 2> sides;  ///< primary, backup
};

/// What the API works on; all of it outlives the server.
struct ApiParts {
  EntryStore &entries;
  ProfileStore &profiles;
  Secrets secrets;
  ApiSettings settings;
  std::function<LiveInfo(const std::string &entry)> live;
  std::function<std::vector<std::string>()> playable;  ///< entries that can be watched now
};

struct ApiRequest {
  std::string_view path, query, content_type, body;
  std::string_view host;    ///< of the Host header, without port
  std::string_view origin;  ///< "http://127.0.0.1:8080", for playback URLs in answers
  std::string remote_address;
};
struct ApiAnswer {
  std::string content_type;
  std::string body;                    ///< always HTTP 200, as Kaltura does
  std::chrono::milliseconds delay{0};  ///< to wait before it is sent: somebody is guessing
};

/// What a player that asks for an entry is told. Plain value.
struct Viewing {
  bool is_there = false;
  bool may_preview = false;  ///< sees all of it, also what viewers are not shown
  int64_t partner = 0;
  int64_t segment_duration_ms = 0;
  bool low_latency = false;
  bool is_explicit = false;             ///< shown only between going live and its end
  bool is_shown = true;                 ///< now, to everybody
  std::vector<PlaybackServer> servers;  ///< that have it on air, in the order to be tried
  std::string redirect;  ///< the entry to play when this one is off air; empty = none
};

/// Thread-bound (main context).
class ApiServer {
 public:
  explicit ApiServer(ApiParts parts);
  ~ApiServer();
  [[nodiscard]] ApiAnswer answer(const ApiRequest &request);
  /// `ks` may be empty; one that is no good, or not at `path`, counts for nothing.
  [[nodiscard]] Viewing viewing(const std::string &entry, const std::string &ks,
                                std::string_view remote_address, std::string_view path) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace klive::app
