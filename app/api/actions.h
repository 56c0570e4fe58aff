// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of services and actions: what each takes, who may call it, what it does.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "api/api_server.h"
#include "api/json_node.h"
#include "kaltura/api_error.h"
#include "kaltura/ks.h"
#include "kaltura/request.h"

namespace klive::app::api {

/// One call of an action, its parameters and permission checked. Borrows everything.
struct Call {
  const kaltura::Request &request;
  const ApiRequest &http;
  const std::optional<kaltura::Ks> &ks;
  EntryStore &store;
  const Secrets &secrets;
  const ApiSettings &settings;
  const ApiServer::LiveStatus &is_live;
  int64_t now = 0;  ///< Unix seconds
};

/// A null node is an action without a result.
using ActionResult = std::variant<NodePtr, kaltura::ApiError>;

enum class Allowed { kEverybody, kSession, kAdmin };
enum class ParameterKind { kText, kInteger, kObject };

struct Parameter {
  std::string_view name;
  ParameterKind kind = ParameterKind::kText;
  bool required = false;
};

struct Action {
  std::string_view service, name;  ///< lower case, as Request has them
  Allowed allowed = Allowed::kAdmin;
  std::span<const Parameter> parameters;
  ActionResult (*run)(const Call &call) = nullptr;
};

[[nodiscard]] std::span<const Action> actions();

// The actions by service; actions.cpp puts them into the table.
[[nodiscard]] ActionResult session_start(const Call &call);
[[nodiscard]] ActionResult system_ping(const Call &call);
[[nodiscard]] ActionResult live_stream_add(const Call &call);
[[nodiscard]] ActionResult live_stream_get(const Call &call);
[[nodiscard]] ActionResult live_stream_list(const Call &call);
[[nodiscard]] ActionResult live_stream_update(const Call &call);
[[nodiscard]] ActionResult live_stream_delete(const Call &call);
[[nodiscard]] ActionResult live_stream_regenerate_token(const Call &call);
[[nodiscard]] ActionResult live_stream_is_live(const Call &call);

}  // namespace klive::app::api
