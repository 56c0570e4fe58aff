// SPDX-License-Identifier: LGPL-2.1-or-later
// ApiHandler: /api_v3… handed to the API.
#include "http/api_handler.h"

#include "kaltura/answer.h"
#include "kaltura/request.h"

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

ApiHandler::ApiHandler(AnswerApi answer_api, std::string public_url)
    : answer_api_(std::move(answer_api)), public_url_(std::move(public_url)) {
  while (public_url_.ends_with('/')) public_url_.pop_back();
}

ApiHandler::~ApiHandler() {
  for (GSource *source : delayed_) {
    g_source_destroy(source);
    g_source_unref(source);
  }
}

void ApiHandler::answer_later(unsigned milliseconds, const Exchange &exchange,
                              const Answer &answer) {
  struct Later {
    ApiHandler &handler;
    GSource *source;
    Exchange exchange;
    Answer answer;
  };
  GSource *source = g_timeout_source_new(milliseconds);
  delayed_.insert(source);
  g_source_set_callback(
      source,
      [](gpointer data) -> gboolean {
        const auto *later = static_cast<Later *>(data);
        later->exchange.answer(later->answer);
        later->handler.delayed_.erase(later->source);
        g_source_unref(later->source);  // the context has its own reference while this runs
        return G_SOURCE_REMOVE;
      },
      new Later{*this, source, exchange, answer},
      [](gpointer data) { delete static_cast<Later *>(data); });
  GMainContext *context = g_main_context_ref_thread_default();
  g_source_attach(source, context);
  g_main_context_unref(context);
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
  // Kaltura's clients put them into their logs: which machine answered, and which of its answers.
  answer.more = {{"X-Me", g_get_host_name()},
                 {"X-Kaltura-Session", std::to_string(g_random_int())}};
  if (made.delay.count() == 0) return exchange.answer(answer);
  // The connection waits, nothing else does; of those there is a limit.
  answer_later(static_cast<unsigned>(made.delay.count()), exchange, answer);
}

void ApiHandler::refuse(const Exchange &exchange, unsigned status, const char *sentence) const {
  const auto format =
      kaltura::format_without_request(exchange.query(), exchange.header("content-type"));
  Answer answer;
  answer.status = status;
  answer.content_type = format == kaltura::Format::kJson ? "application/json; charset=utf-8"
                                                         : "text/xml; charset=utf-8";
  answer.body = to_bytes(
      kaltura::write_answer(kaltura::make_api_error("INVALID_REQUEST", {sentence}), format, 0));
  answer.cache_control = "no-store";
  exchange.answer(answer);
}

}  // namespace klive::app::http
