// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of services and actions, and checking calls by it.
#include "api/actions.h"

#include <glib.h>

#include <algorithm>

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::Kind;
using kaltura::make_api_error;
using kaltura::Request;
using kaltura::Value;

constexpr size_t kShown = 64;  // of a caller's text in an error

bool is_same_name(std::string_view name, std::string_view lower_case) {
  return std::equal(name.begin(), name.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return g_ascii_tolower(a) == b; });
}

/// A plug-in's service, "beacon_beacon", is also found without the plug-in's name.
bool is_service(std::string_view service, std::string_view lower_case) {
  const size_t plug_in = service.find('_');
  return is_same_name(service, lower_case) ||
         (plug_in != std::string_view::npos &&
          is_same_name(service.substr(plug_in + 1), lower_case));
}

/// An update leaves out what does not change; everything else is checked as new.
kaltura::Purpose purpose_of(const Action &action) {
  return action.name.starts_with("update") ? kaltura::Purpose::kUpdate : kaltura::Purpose::kAdd;
}

std::variant<Value, ApiError> check_argument(const Value &given, const Parameter &parameter,
                                             kaltura::Purpose purpose, bool is_admin) {
  const kaltura::Field &field = parameter.field;
  const std::string name(field.name);
  if (field.kind == Kind::kInteger && field.of.empty() && !given.integer()) {
    return make_api_error("INVALID_PARAMETER_VALUE", {name, "a whole number was needed"});
  }
  // A filter has fields that no type lists; the service that lists reads it.
  const kaltura::ObjectType *type =
      field.kind == Kind::kObject ? kaltura::find_type(field.of) : nullptr;
  if (type != nullptr && kaltura::is_a(*type, "KalturaFilter") && given.is_object()) return given;
  return kaltura::check_value(given, field, {}, purpose, is_admin);
}

}  // namespace

const std::vector<Action> &actions() {
  static const std::vector<Action> kAll = [] {
    std::vector<Action> all;
    for (const auto &part :
         {session_actions(), system_actions(), live_stream_actions(), live_stream_server_actions(),
          base_entry_actions(), media_actions(), profile_actions(), flavor_params_actions(),
          flavor_asset_actions(), server_node_actions(), schedule_event_actions(),
          upload_token_actions(), account_actions(), wowza_actions(), encoder_actions(),
          metadata_actions()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return kAll;
}

std::variant<const Action *, ApiError> find_action(const Request &request) {
  if (request.service.empty()) return make_api_error("SERVICE_NOT_SPECIFIED");
  bool has_service = false;
  for (const Action &action : actions()) {
    if (!is_service(action.service, request.service)) continue;
    has_service = true;
    if (is_same_name(action.name, request.action)) return &action;
  }
  const std::string service = request.service.substr(0, kShown);
  if (!has_service) return make_api_error("SERVICE_DOES_NOT_EXISTS", {service});
  if (request.action.empty()) return make_api_error("ACTION_NOT_SPECIFIED");
  return make_api_error("ACTION_DOES_NOT_EXISTS", {request.action.substr(0, kShown), service});
}

std::variant<Value, ApiError> check_arguments(const Action &action, const Request &request,
                                              bool is_admin) {
  Value arguments = Value::Object();
  for (const Parameter &parameter : action.parameters) {
    const kaltura::Field &field = parameter.field;
    if (field.kind == Kind::kFile) {
      if (parameter.is_required && !request.files.contains(std::string(field.name))) {
        return make_api_error("MISSING_MANDATORY_PARAMETER", {std::string(field.name)});
      }
      continue;
    }
    const Value *given = request.parameters.find(field.name);
    if (given != nullptr && given->is_null()) given = nullptr;
    // Clients send what they were not given as an empty text.
    const bool is_empty = given != nullptr && given->is_text() && given->text()->empty();
    if (given == nullptr || is_empty) {
      if (parameter.is_required) {
        return make_api_error("MISSING_MANDATORY_PARAMETER", {std::string(field.name)});
      }
      if (parameter.otherwise.empty()) continue;
    }
    const Value otherwise(parameter.otherwise);
    auto checked = check_argument(given == nullptr || is_empty ? otherwise : *given, parameter,
                                  purpose_of(action), is_admin);
    if (auto *error = std::get_if<ApiError>(&checked)) return std::move(*error);
    arguments[field.name] = std::move(*std::get_if<Value>(&checked));
  }
  return arguments;
}

}  // namespace klive::app::api
