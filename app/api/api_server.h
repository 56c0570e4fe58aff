// SPDX-License-Identifier: LGPL-2.1-or-later
// ApiServer: Kaltura's API over the embedded backend. One table of services and actions
// (api/actions.cpp) drives dispatch, parameter checks and permissions. No HTTP in here: a request's
// parts in, a body out.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "backend/entry_store.h"
#include "backend/secrets.h"

namespace klive::app {

/// What the API needs to know of the running service, as of now.
struct ApiSettings {
  std::string rtmp_host;  ///< host of publish URLs; empty = the host that the request was sent to
  uint16_t rtmp_port = 1935;
  std::string broadcast_domain;  ///< when set: <entry>.<p|b>.<domain>
};

struct ApiRequest {
  std::string_view path, query, content_type, body;
  std::string_view host;    ///< of the Host header, without port
  std::string_view origin;  ///< "http://127.0.0.1:8080", for playback URLs in answers
  std::string remote_address;
};
struct ApiAnswer {
  std::string content_type;
  std::string body;  ///< always HTTP 200, as Kaltura does
};

/// Thread-bound (main context).
class ApiServer {
 public:
  /// Tells whether an entry is on air (playable) now.
  using LiveStatus = std::function<bool(const std::string &entry)>;

  ApiServer(EntryStore &store, Secrets secrets, ApiSettings settings, LiveStatus is_live);
  ~ApiServer();
  [[nodiscard]] ApiAnswer answer(const ApiRequest &request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace klive::app
