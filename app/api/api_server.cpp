// SPDX-License-Identifier: LGPL-2.1-or-later
// ApiServer: finds the action of a request, checks parameters and session, answers in the form that
// was asked for.
#include "api/api_server.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "api/actions.h"
#include "api/session.h"

namespace klive::app {
namespace {

using api::Action;
using api::ActionResult;
using api::Allowed;
using api::Parameter;
using api::ParameterKind;
using kaltura::ApiError;
using kaltura::make_api_error;
using kaltura::Request;

constexpr int kJson = 1, kXml = 2, kJsonp = 9;
constexpr size_t kMaxShown = 64;  // of a caller's text in an error

const char *content_type_of(int format) {
  switch (format) {
    case kJson:
      return "application/json; charset=utf-8";
    case kJsonp:
      return "application/javascript; charset=utf-8";
    default:
      return "text/xml; charset=utf-8";
  }
}

/// The form of an answer to a request that could not be read.
int format_without_request(const ApiRequest &request) {
  const bool wants_json = request.query.find("format=1") != std::string_view::npos ||
                          request.content_type.find("json") != std::string_view::npos;
  return wants_json ? kJson : kXml;
}

/// A function name or a path of names: nothing that could be a script by itself.
std::string callback_of(const Request &request) {
  constexpr size_t kMaxCallback = 128;
  std::string name = request.text("callback").value_or("");
  const bool ok = !name.empty() && name.size() <= kMaxCallback &&
                  std::all_of(name.begin(), name.end(), [](char c) {
                    return g_ascii_isalnum(c) || c == '_' || c == '.' || c == '$';
                  });
  return ok ? name : "callback";
}

std::variant<const Action *, ApiError> find_action(const Request &request) {
  if (request.service.empty()) return make_api_error("SERVICE_NOT_SPECIFIED");
  bool has_service = false;
  for (const Action &action : api::actions()) {
    if (action.service != request.service) continue;
    has_service = true;
    if (action.name == request.action) return &action;
  }
  const std::string service = request.service.substr(0, kMaxShown);
  if (!has_service) return make_api_error("SERVICE_DOES_NOT_EXISTS", {service});
  if (request.action.empty()) return make_api_error("ACTION_NOT_SPECIFIED");
  return make_api_error("ACTION_DOES_NOT_EXISTS", {request.action.substr(0, kMaxShown), service});
}

std::optional<ApiError> check_parameter(const Request &request, const Parameter &parameter) {
  const std::string name(parameter.name);
  const bool is_given = json_object_has_member(request.parameters, name.c_str()) &&
                        !json_object_get_null_member(request.parameters, name.c_str());
  if (!is_given) {
    if (!parameter.required) return std::nullopt;
    return make_api_error("MISSING_MANDATORY_PARAMETER", {name});
  }
  switch (parameter.kind) {
    case ParameterKind::kText: {
      const auto text = request.text(name);
      if (!text) return make_api_error("INVALID_PARAMETER_VALUE", {name, "a text was needed"});
      if (parameter.required && text->empty()) {
        return make_api_error("MISSING_MANDATORY_PARAMETER", {name});
      }
      return std::nullopt;
    }
    case ParameterKind::kInteger:
      if (request.integer(name)) return std::nullopt;
      return make_api_error("INVALID_PARAMETER_VALUE", {name, "a whole number was needed"});
    case ParameterKind::kObject:
      break;
  }
  if (request.object(name) != nullptr) return std::nullopt;
  return make_api_error("INVALID_PARAMETER_VALUE", {name, "an object was needed"});
}

}  // namespace

struct ApiServer::State {
  EntryStore &store;
  Secrets secrets;
  ApiSettings settings;
  LiveStatus is_live;

  ActionResult run(const ApiRequest &http, const Request &request) const;
  /// Fills `ks`, or says what is missing.
  std::optional<ApiError> check_permission(const Action &action, const Request &request,
                                           int64_t now, std::optional<kaltura::Ks> &ks) const;
};

std::optional<ApiError> ApiServer::State::check_permission(const Action &action,
                                                           const Request &request, int64_t now,
                                                           std::optional<kaltura::Ks> &ks) const {
  if (action.allowed == Allowed::kEverybody) return std::nullopt;
  if (request.ks.empty()) return make_api_error("MISSING_KS");
  auto checked = api::check_session(request.ks, secrets, now);
  if (auto *error = std::get_if<ApiError>(&checked)) return std::move(*error);
  ks = std::move(*std::get_if<kaltura::Ks>(&checked));
  if (action.allowed == Allowed::kAdmin && !ks->is_admin()) {
    return make_api_error("SERVICE_FORBIDDEN",
                          {std::string(action.service) + "->" + std::string(action.name)});
  }
  return std::nullopt;
}

ActionResult ApiServer::State::run(const ApiRequest &http, const Request &request) const {
  auto found = find_action(request);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  const Action &action = **std::get_if<const Action *>(&found);
  const int64_t now = std::time(nullptr);
  std::optional<kaltura::Ks> ks;
  if (auto error = check_permission(action, request, now, ks)) return *std::move(error);
  for (const Parameter &parameter : action.parameters) {
    if (auto error = check_parameter(request, parameter)) return *std::move(error);
  }
  return action.run({request, http, ks, store, secrets, settings, is_live, now});
}

ApiServer::ApiServer(EntryStore &store, Secrets secrets, ApiSettings settings, LiveStatus is_live)
    : state_(new State{store, std::move(secrets), std::move(settings), std::move(is_live)}) {}

ApiServer::~ApiServer() = default;

ApiAnswer ApiServer::answer(const ApiRequest &request) {
  const auto begin = std::chrono::steady_clock::now();
  const auto parsed =
      kaltura::parse_request(request.path, request.query, request.content_type, request.body);
  if (!parsed) {
    const int format = format_without_request(request);
    return {content_type_of(format),
            kaltura::write_error(make_api_error("INVALID_REQUEST", {parsed.error().message}),
                                 format, 0)};
  }
  const ActionResult result = state_->run(request, *parsed);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  const int format = parsed->format;
  const std::string callback = callback_of(*parsed);
  if (const auto *error = std::get_if<ApiError>(&result)) {
    return {content_type_of(format), kaltura::write_error(*error, format, spent.count(), callback)};
  }
  return {content_type_of(format), kaltura::write_result(std::get_if<api::NodePtr>(&result)->get(),
                                                         format, spent.count(), callback)};
}

}  // namespace klive::app
