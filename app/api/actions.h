// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of services and actions: what each takes and returns, who may call it, what it does.
// Requests are checked by it, and /api_v3/schema is made of it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/api_server.h"
#include "api/caller.h"
#include "kaltura/api_error.h"
#include "kaltura/object_type.h"
#include "kaltura/request.h"
#include "kaltura/value.h"

namespace klive::app::api {

class EndedSessions;

/// One call of an action, its parameters and permission checked. Borrows everything.
struct Call {
  const kaltura::Value &arguments;  ///< with the types of the table, defaults filled in
  const kaltura::Request &request;
  const Caller &caller;
  const ApiRequest &http;
  const ApiParts &parts;
  EndedSessions &ended_sessions;
  int64_t now = 0;          ///< Unix seconds
  int64_t &may_still_list;  ///< objects, of all calls of one request

  [[nodiscard]] bool has(std::string_view name) const { return arguments.find(name) != nullptr; }
  [[nodiscard]] std::string text(std::string_view name) const { return arguments.text_of(name); }
  [[nodiscard]] int64_t integer(std::string_view name) const { return arguments.integer_of(name); }
  /// Null when it was not given.
  [[nodiscard]] const kaltura::Value *object(std::string_view name) const {
    return arguments.find(name);
  }
  [[nodiscard]] EntryStore &entries() const { return parts.entries; }
  [[nodiscard]] ObjectStore &objects() const { return parts.entries.objects(); }
};

/// An answer that is no object of the API: sent as it is, whatever format was asked for.
struct FileAnswer {
  std::string content_type, body;
};
/// A null value is an action without a result.
using ActionResult = std::variant<kaltura::Value, kaltura::ApiError, FileAnswer>;

enum class Allowed {
  kOpen,         ///< everybody; a session that was sent along is not looked at
  kEverybody,    ///< with or without a session
  kSession,      ///< any session
  kEditor,       ///< an admin, or a user who may change the entry that the first parameter names
  kAdmin,        ///< an admin
  kMediaServer,  ///< partner -5, or an admin whose own media server it is
};

struct Parameter {
  kaltura::Field field;
  bool is_required = false;
  std::string_view otherwise = {};  ///< what counts when it is not given; empty = nothing
};

constexpr Parameter required(kaltura::Field field) { return {field, true, {}}; }
constexpr Parameter optional(kaltura::Field field, std::string_view otherwise = {}) {
  return {field, false, otherwise};
}

struct Action {
  std::string_view service, name;  ///< as Kaltura spells them; compared without case
  Allowed allowed = Allowed::kAdmin;
  std::span<const Parameter> parameters;  ///< in the order of Kaltura's definitions
  std::string_view returns;  ///< an object type, "bool", "int", "string", "file"; empty = nothing
  ActionResult (*run)(const Call &call) = nullptr;
};

/// All of them.
[[nodiscard]] const std::vector<Action> &actions();

/// The service or the action is not there: which.
[[nodiscard]] std::variant<const Action *, kaltura::ApiError> find_action(
    const kaltura::Request &request);
/// The arguments of a call by the table, or what is wrong with them.
[[nodiscard]] std::variant<kaltura::Value, kaltura::ApiError> check_arguments(
    const Action &action, const kaltura::Request &request, bool is_admin);

// The services; each puts its rows into the table.
[[nodiscard]] std::span<const Action> session_actions();
[[nodiscard]] std::span<const Action> system_actions();
[[nodiscard]] std::span<const Action> live_stream_actions();
[[nodiscard]] std::span<const Action> live_stream_server_actions();
[[nodiscard]] std::span<const Action> base_entry_actions();
[[nodiscard]] std::span<const Action> media_actions();
[[nodiscard]] std::span<const Action> profile_actions();
[[nodiscard]] std::span<const Action> flavor_params_actions();
[[nodiscard]] std::span<const Action> flavor_asset_actions();
[[nodiscard]] std::span<const Action> server_node_actions();
[[nodiscard]] std::span<const Action> schedule_event_actions();
[[nodiscard]] std::span<const Action> upload_token_actions();
[[nodiscard]] std::span<const Action> account_actions();
[[nodiscard]] std::span<const Action> wowza_actions();
[[nodiscard]] std::span<const Action> encoder_actions();
[[nodiscard]] std::span<const Action> metadata_actions();

}  // namespace klive::app::api
