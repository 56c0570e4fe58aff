// SPDX-License-Identifier: LGPL-2.1-or-later
// ApiHandler: /api_v3… handed to the API, and playManifest.
#include "http/api_handler.h"

namespace klive::app::http {
namespace {

std::string_view without_scheme(std::string_view origin) {
  const size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ? origin : origin.substr(scheme + 3);
}

// "host:8080" and "[::1]:8080" without the port.
std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

}  // namespace

ApiHandler::ApiHandler(LiveRegistry &registry, AnswerApi answer_api, std::string public_url)
    : registry_(registry), answer_api_(std::move(answer_api)), public_url_(std::move(public_url)) {
  while (public_url_.ends_with('/')) public_url_.pop_back();
}

void ApiHandler::handle_api(const Exchange &exchange) {
  if (!answer_api_) return exchange.refuse(404, "not_found", "This server has no API.");
  const std::string own_origin = exchange.origin();
  const std::string origin = public_url_.empty() ? own_origin : public_url_;
  const std::string host(without_port(without_scheme(own_origin)));
  ApiRequest request;
  request.path = exchange.path();
  request.query = exchange.query();
  request.content_type = exchange.header("content-type");
  request.body = exchange.body();
  request.host = host;
  request.origin = origin;
  request.remote_address = exchange.remote_address();
  ApiAnswer made = answer_api_(request);
  Answer answer;
  answer.content_type = std::move(made.content_type);
  answer.body = to_bytes(made.body);
  answer.cache_control = "no-store";
  exchange.answer(answer);
}

// Kaltura answers a manifest request for something that is not live with 404 and these headers.
void ApiHandler::handle_play_manifest(const Exchange &exchange) {
  const Route &route = exchange.route();
  const LiveEntry *entry = registry_.find(route.entry);
  if (!entry || !entry->is_live()) {
    exchange.refuse(
        404, "not_on_air", "Entry " + route.entry + " is not on air.",
        {{"X-Kaltura-App", "exiting on error 36 - ENTRY_NOT_LIVE"}, {"X-Kaltura", "error-36"}});
    return;
  }
  const std::string target =
      public_url_ + "/live/" + route.entry + (route.dash ? "/manifest.mpd" : "/master.m3u8");
  Answer answer;
  answer.more = {{"Location", target}};
  answer.status = 302;
  answer.cache_control = "max-age=5";
  exchange.answer(answer);
}

}  // namespace klive::app::http
