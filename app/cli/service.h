// SPDX-License-Identifier: LGPL-2.1-or-later
// The running service as the command line sees it: found through ROOT/run/service.json, asked
// through its API.
#pragma once

#include <string>

#include "base/result.h"

#include "backend/secrets.h"
#include "cli/json.h"
#include "cli/options.h"
#include "kaltura/ks.h"

namespace klive::app {

/// The options that say which service is meant. Plain value.
struct ServiceOptions {
  std::string root, config;
  void declare(Options &options);
  /// The data root: --root, else the configuration's; else the one of the machine's service when
  /// that runs and the caller's own does not.
  [[nodiscard]] base::Result<std::string> data_root() const;
};

/// A running service. Plain value.
struct Service {
  std::string root;
  std::string origin;  ///< "http://127.0.0.1:8080"
  Secrets secrets;
};

/// The installation whose media server serves the data root; empty: it has entries of its own, or
/// does not run.
[[nodiscard]] std::string installation_of(const std::string &root);
/// What those are told who ask a media server for entries or sessions.
[[nodiscard]] base::Error no_entries_here(const std::string &installation);

[[nodiscard]] base::Result<Service> find_service(const ServiceOptions &options);

/// Calls /api_v3/service/SERVICE/action/ACTION with an administrator's session. An error that the
/// API answers is an Error with its message and code.
[[nodiscard]] base::Result<JsonPtr> call_api(const Service &service, const char *api_service,
                                             const char *action, JsonObjectPtr parameters);

/// The same for an action that answers with a file.
[[nodiscard]] base::Result<std::string> call_api_for_file(const Service &service,
                                                          const char *api_service,
                                                          const char *action,
                                                          JsonObjectPtr parameters);

/// The id of a conversion profile that is named by its system name or by its id.
[[nodiscard]] base::Result<int64_t> find_profile_id(const Service &service,
                                                    const std::string &profile);

/// A session of the embedded partner, signed with the secret of its type.
[[nodiscard]] std::string make_session(const Secrets &secrets, kaltura::KsType type,
                                       int64_t seconds);

}  // namespace klive::app
