// SPDX-License-Identifier: LGPL-2.1-or-later
// HealthHandler: /healthz, /readyz, /metrics and /time.
#include "http/health_handler.h"

namespace klive::app::http {
namespace {

// urn:mpeg:dash:utc:http-xsdate:2014 (ISO/IEC 23009-1 5.8.4.11): an xs:dateTime.
std::string now_text() {
  const int64_t now = g_get_real_time();
  GDateTime *time = g_date_time_new_from_unix_utc(now / G_USEC_PER_SEC);
  const gst::CharPtr seconds(g_date_time_format(time, "%Y-%m-%dT%H:%M:%S"));
  g_date_time_unref(time);
  const gst::CharPtr text(
      g_strdup_printf("%s.%03dZ", seconds.get(), static_cast<int>(now % G_USEC_PER_SEC / 1000)));
  return text.get();
}

}  // namespace

HealthHandler::HealthHandler(Metrics &metrics, std::function<bool()> is_ready)
    : metrics_(metrics), is_ready_(std::move(is_ready)) {}

void HealthHandler::handle(const Exchange &exchange) {
  Answer answer;
  answer.content_type = "text/plain; charset=utf-8";
  answer.cache_control = "no-store";
  // Players of any page may ask for the time; the rest is not other pages' business.
  if (exchange.route().kind != RouteKind::kTime) answer.audience = Audience::kPage;
  switch (exchange.route().kind) {
    case RouteKind::kMetrics:
      answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
      answer.body = to_bytes(metrics_.text());
      break;
    case RouteKind::kTime:
      answer.body = to_bytes(now_text());
      break;
    case RouteKind::kReady:
      if (is_ready_ && !is_ready_()) answer.status = 503;
      answer.body = to_bytes(answer.status == 200 ? "ready\n" : "not ready\n");
      break;
    default:
      answer.body = to_bytes("ok\n");
  }
  exchange.answer(answer);
}

}  // namespace klive::app::http
