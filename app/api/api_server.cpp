// SPDX-License-Identifier: LGPL-2.1-or-later
// ApiServer: finds the action of each call, checks session and parameters, answers in the form that
// was asked for.
#include "api/api_server.h"

#include <glib.h>

#include <algorithm>
#include <ctime>

#include "api/actions.h"
#include "api/broadcast.h"
#include "api/ended_sessions.h"
#include "api/schema.h"
#include "api/server_nodes.h"
#include "door/wrong_tokens.h"
#include "kaltura/answer.h"

namespace klive::app {
namespace {

using api::Action;
using api::ActionResult;
using api::Allowed;
using api::Caller;
using api::FileAnswer;
using kaltura::ApiError;
using kaltura::Envelope;
using kaltura::Format;
using kaltura::make_api_error;
using kaltura::Outcome;
using kaltura::Request;
using kaltura::Value;

constexpr int64_t kMostListed = 1000;  // objects, by all calls of a request together

const char *content_type_of(Format format) {
  switch (format) {
    case Format::kJson:
      return "application/json; charset=utf-8";
    case Format::kJsonp:
      return "application/javascript; charset=utf-8";
    case Format::kXml:
      break;
  }
  return "text/xml; charset=utf-8";
}

ApiError forbidden(const Action &action) {
  return make_api_error("SERVICE_FORBIDDEN",
                        {std::string(action.service) + "->" + std::string(action.name)});
}

}  // namespace

struct ApiServer::State {
  ApiParts parts;
  api::EndedSessions ended_sessions;
  WrongTokens guesses = {};

  explicit State(ApiParts given)
      : parts(std::move(given)), ended_sessions(parts.entries.objects()) {}

  ActionResult run(const ApiRequest &http, const Request &request, int64_t now,
                   int64_t &may_still_list);
  /// Who is calling, or what is wrong with the session.
  std::variant<Caller, ApiError> find_caller(const Action &action, const Request &request,
                                             const ApiRequest &http, int64_t now);
  /// Whom a session of a media server acts for.
  std::optional<ApiError> impersonate(const Request &request, Caller &caller) const;
  std::optional<ApiError> check_permission(const Action &action, const Caller &caller,
                                           const Request &request) const;
  std::chrono::milliseconds delay_of(const ActionResult &result, const ApiRequest &http);
  ApiAnswer answer_batch(const ApiRequest &http, Envelope &envelope, int64_t now);
};

std::variant<Caller, ApiError> ApiServer::State::find_caller(const Action &action,
                                                             const Request &request,
                                                             const ApiRequest &http, int64_t now) {
  Caller caller;
  if (action.allowed == Allowed::kOpen) return caller;
  if (request.ks.empty()) {
    if (action.allowed != Allowed::kEverybody) return make_api_error("MISSING_KS");
    caller.sees_all = true;
    return caller;
  }
  auto checked =
      api::check_session(request.ks, parts.secrets, {http.remote_address, http.path}, now);
  if (auto *error = std::get_if<ApiError>(&checked)) return std::move(*error);
  caller.ks = std::move(*std::get_if<kaltura::Ks>(&checked));
  const auto limit = api::actions_limit(*caller.ks);
  if (limit && !ended_sessions.count_call(request.ks, *limit, caller.ks->expiry, now)) {
    return api::invalid_ks(request.ks, "-8,EXCEEDED_ACTIONS_LIMIT");
  }
  if (ended_sessions.contains(request.ks)) return api::invalid_ks(request.ks, "-6,LOGOUT");
  caller.partner = caller.ks->partner;
  if (auto error = impersonate(request, caller)) return *std::move(error);
  return caller;
}

std::optional<ApiError> ApiServer::State::impersonate(const Request &request,
                                                      Caller &caller) const {
  caller.is_media_server = caller.ks->partner == api::kMediaServerPartner;
  if (!caller.is_media_server) {
    // Some clients always send the partner of their session.
    if (!request.partner || *request.partner == caller.partner) return std::nullopt;
    return make_api_error("PARTNER_ACCESS_FORBIDDEN",
                          {std::to_string(caller.partner), std::to_string(*request.partner)});
  }
  caller.sees_all = !request.partner || *request.partner == api::kMediaServerPartner;
  if (caller.sees_all) return std::nullopt;
  if (!api::secrets_of(parts.secrets, *request.partner)) {
    return make_api_error("INVALID_PARTNER_ID", {std::to_string(*request.partner)});
  }
  caller.partner = *request.partner;
  return std::nullopt;
}

std::optional<ApiError> ApiServer::State::check_permission(const Action &action,
                                                           const Caller &caller,
                                                           const Request &request) const {
  switch (action.allowed) {
    case Allowed::kOpen:
    case Allowed::kEverybody:
    case Allowed::kSession:
      return std::nullopt;
    case Allowed::kAdmin:
    case Allowed::kMediaServer:
      if (caller.is_admin()) return std::nullopt;
      return forbidden(action);
    case Allowed::kEditor:
      break;
  }
  if (caller.is_admin()) return std::nullopt;
  // A user may change what is the user's own; that something else is there is not said.
  const std::string_view name = action.parameters.front().field.name;
  const auto entry = parts.entries.get(request.parameters.text_of(name));
  if (entry && caller.sees(entry->partner) && caller.may_edit(*entry)) return std::nullopt;
  return forbidden(action);
}

ActionResult ApiServer::State::run(const ApiRequest &http, const Request &request, int64_t now,
                                   int64_t &may_still_list) {
  auto found = api::find_action(request);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  const Action &action = **std::get_if<const Action *>(&found);
  auto caller = find_caller(action, request, http, now);
  if (auto *error = std::get_if<ApiError>(&caller)) return std::move(*error);
  const Caller &who = *std::get_if<Caller>(&caller);
  if (auto error = check_permission(action, who, request)) return *std::move(error);
  const bool may_tag = who.is_admin() || who.has_privilege("editadmintags");
  auto arguments = api::check_arguments(action, request, may_tag);
  if (auto *error = std::get_if<ApiError>(&arguments)) return std::move(*error);
  return action.run({*std::get_if<Value>(&arguments), request, who, http, parts, ended_sessions,
                     now, may_still_list});
}

std::chrono::milliseconds ApiServer::State::delay_of(const ActionResult &result,
                                                     const ApiRequest &http) {
  const auto *error = std::get_if<ApiError>(&result);
  if (error == nullptr || !api::is_guess(*error)) return std::chrono::milliseconds(0);
  return guesses.note(http.remote_address, WrongTokens::Clock::now()).time;
}

ApiAnswer ApiServer::State::answer_batch(const ApiRequest &http, Envelope &envelope, int64_t now) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Outcome> outcomes;
  std::vector<Value> results;  // what references see; null where a call failed
  ApiAnswer answer;
  int64_t may_still_list = kMostListed;
  for (Request &request : envelope.requests) {
    ActionResult result;
    // A session may be a reference, too: the first call starts it, the others use it.
    Value ks(request.ks);
    const auto missing = kaltura::resolve_references(request.parameters, results);
    const auto missing_ks = kaltura::resolve_references(ks, results);
    request.ks = ks.text().value_or("");
    if (missing || missing_ks) {
      result = make_api_error("MISSING_MANDATORY_PARAMETER", {missing ? *missing : *missing_ks});
    } else {
      result = run(http, request, now, may_still_list);
    }
    answer.delay += delay_of(result, http);
    if (auto *file = std::get_if<FileAnswer>(&result)) {
      return {std::move(file->content_type), std::move(file->body), answer.delay};
    }
    if (auto *error = std::get_if<ApiError>(&result)) {
      results.emplace_back();
      outcomes.emplace_back(std::move(*error));
    } else {
      results.push_back(std::move(*std::get_if<Value>(&result)));
      outcomes.emplace_back(results.back());
    }
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  answer.content_type = content_type_of(envelope.format);
  answer.body = kaltura::write_batch(outcomes, envelope.format, spent.count(),
                                     kaltura::safe_callback(envelope.callback));
  return answer;
}

ApiServer::ApiServer(ApiParts parts) : state_(new State(std::move(parts))) {
  api::store_own_server_node(state_->parts.entries.objects());
}

ApiServer::~ApiServer() = default;

ApiAnswer ApiServer::answer(const ApiRequest &request) {
  const auto begin = std::chrono::steady_clock::now();
  const int64_t now = std::time(nullptr);
  if (request.path == "/api_v3/schema" || request.path == "/api/schema") {
    return {"text/xml; charset=utf-8", api::schema_text(), {}};
  }
  auto parsed =
      kaltura::parse_request(request.path, request.query, request.content_type, request.body);
  if (!parsed) {
    const Format format = kaltura::format_without_request(request.query, request.content_type);
    const ApiError error = make_api_error("INVALID_REQUEST", {parsed.error().message});
    return {content_type_of(format), kaltura::write_answer(error, format, 0), {}};
  }
  if (parsed->is_batch) return state_->answer_batch(request, *parsed, now);
  int64_t may_still_list = kMostListed;
  ActionResult result = state_->run(request, parsed->requests.front(), now, may_still_list);
  const auto delay = state_->delay_of(result, request);
  if (auto *file = std::get_if<FileAnswer>(&result)) {
    return {std::move(file->content_type), std::move(file->body), delay};
  }
  const Outcome outcome = std::holds_alternative<ApiError>(result)
                              ? Outcome(std::move(*std::get_if<ApiError>(&result)))
                              : Outcome(std::move(*std::get_if<Value>(&result)));
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  return {content_type_of(parsed->format),
          kaltura::write_answer(outcome, parsed->format, spent.count(),
                                kaltura::safe_callback(parsed->callback)),
          delay};
}

Viewing ApiServer::viewing(const std::string &entry, const std::string &ks,
                           std::string_view remote_address, std::string_view path) const {
  const ApiParts &parts = state_->parts;
  const auto stored = parts.entries.get(entry);
  Viewing viewing;
  if (!stored) return viewing;
  viewing.is_there = true;
  viewing.partner = stored->partner;
  viewing.segment_duration_ms = stored->segment_duration_ms;
  viewing.low_latency = stored->low_latency();
  viewing.redirect = stored->more.text_of("redirectEntryId");
  viewing.is_explicit = stored->more.integer_of("explicitLive") == 1;
  viewing.is_shown =
      !viewing.is_explicit || stored->more.integer_of("viewMode", kViewPreview) == kViewAllowAll;
  viewing.servers = api::playback_servers(parts.entries.objects(), entry, std::time(nullptr));
  auto session = ks.empty() ? std::variant<kaltura::Ks, ApiError>(ApiError())
                            : api::check_session(ks, parts.secrets, {remote_address, path},
                                                 std::time(nullptr));
  auto *checked = std::get_if<kaltura::Ks>(&session);
  if (checked == nullptr || state_->ended_sessions.contains(ks)) return viewing;
  Caller caller;
  caller.ks = std::move(*checked);
  caller.partner = caller.ks->partner;
  caller.is_media_server = caller.sees_all = caller.partner == api::kMediaServerPartner;
  viewing.may_preview = api::may_preview(caller, *stored);
  return viewing;
}

}  // namespace klive::app
