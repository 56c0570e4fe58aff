// SPDX-License-Identifier: LGPL-2.1-or-later
// Exchange: one HTTP request and its one answer.
#include "http/exchange.h"

#include <gio/gio.h>

#include <cstdio>
#include <ctime>
#include <functional>

#include "http/header_values.h"

namespace klive::app::http {
namespace {

constexpr char kExposedHeaders[] = "Date, Content-Length, Content-Range, ETag";
// No inline script or style, nothing from elsewhere. blob: is what Media Source playback is made
// of.
constexpr char kPagePolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'";
constexpr char kFramePolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors *";

std::string json_escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out;
}

// Host as a client may write it: name, IPv4, [IPv6], each with a port.
bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 255 &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") ==
             std::string_view::npos;
}

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

void add_line(std::string &headers, std::string_view name, std::string_view value) {
  headers.append(name).append(": ").append(value).append("\r\n");
}

const char *reason(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

// IMF-fixdate, whatever the locale (RFC 9110 5.6.7).
std::string http_date() {
  constexpr const char *kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char *kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const time_t now = time(nullptr);
  tm utc{};
  gmtime_r(&now, &utc);
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[utc.tm_wday],
                utc.tm_mday, kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                utc.tm_sec);
  return text;
}

}  // namespace

gst::Ptr<GBytes> to_bytes(std::string_view text) {
  return gst::Ptr<GBytes>::take(g_bytes_new(text.data(), text.size()));
}

gst::Ptr<GBytes> to_gzip(GBytes *bytes) {
  // Playlists are compressed at every change while viewers wait: little effort already halves them
  // many times over.
  constexpr int kEffort = 3;
  const auto compressor = gst::Ptr<GZlibCompressor>::take(
      g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, kEffort));
  gsize size = 0;
  const auto *data = static_cast<const uint8_t *>(g_bytes_get_data(bytes, &size));
  // Anything that does not fit the size of the original is not worth sending.
  std::string out(size, '\0');
  size_t used = 0, written = 0;
  for (;;) {
    gsize read = 0, made = 0;
    const GConverterResult result = g_converter_convert(
        G_CONVERTER(compressor.get()), data + used, size - used, out.data() + written,
        out.size() - written, G_CONVERTER_INPUT_AT_END, &read, &made, nullptr);
    used += read;
    written += made;
    if (result == G_CONVERTER_FINISHED) break;
    if (result == G_CONVERTER_ERROR || written == out.size()) return {};
  }
  out.resize(written);
  return to_bytes(out);
}

std::string content_etag(GBytes *bytes, bool is_gzip) {
  gsize size = 0;
  const auto *data = static_cast<const char *>(g_bytes_get_data(bytes, &size));
  const size_t hash = std::hash<std::string_view>()(std::string_view(data, size));
  const gst::CharPtr text(g_strdup_printf("\"%zx%s\"", hash, is_gzip ? "-gz" : ""));
  return text.get();
}

Exchange::Exchange(std::shared_ptr<Connection> connection, Route route, Metrics &metrics)
    : connection_(std::move(connection)), route_(std::move(route)), metrics_(&metrics) {}

bool Exchange::wants_gzip() const { return accepts_gzip(header("accept-encoding")); }

std::string_view Exchange::header(std::string_view name) const {
  return connection_->head().header(name);
}

std::string Exchange::remote_address() const {
  if (connection_->is_local()) {
    // The last element is what our own front saw; those before it are the client's claims.
    std::string_view forwarded = header("x-forwarded-for");
    const size_t comma = forwarded.rfind(',');
    if (comma != std::string_view::npos) forwarded.remove_prefix(comma + 1);
    std::string text(trim(forwarded));
    if (!text.empty() && g_hostname_is_ip_address(text.c_str())) return text;
  }
  return connection_->remote();
}

std::string Exchange::origin() const {
  std::string_view host = header("host");
  std::string_view scheme = "http";
  if (connection_->is_local()) {
    if (header("x-forwarded-proto") == "https") scheme = "https";
    if (const auto forwarded = header("x-forwarded-host"); !forwarded.empty()) host = forwarded;
  }
  if (!is_host(host)) return {};
  return std::string(scheme) + "://" + std::string(host);
}

std::string Exchange::common_headers(const Answer &answer) const {
  std::string headers;
  headers.reserve(768);
  for (const auto &[name, value] : answer.more) add_line(headers, name, value);
  add_line(headers, "X-Content-Type-Options", "nosniff");
  if (!answer.etag.empty()) add_line(headers, "ETag", answer.etag);
  if (answer.has_variants) add_line(headers, "Vary", "Accept-Encoding");
  if (answer.allows_ranges) add_line(headers, "Accept-Ranges", "bytes");
  if (answer.audience == Audience::kMedia) {
    add_line(headers, "Access-Control-Allow-Origin", "*");
    add_line(headers, "Access-Control-Expose-Headers", kExposedHeaders);
    return headers;
  }
  add_line(headers, "Content-Security-Policy",
           answer.audience == Audience::kPage ? kPagePolicy : kFramePolicy);
  add_line(headers, "Referrer-Policy", "strict-origin-when-cross-origin");
  add_line(headers, "Permissions-Policy", "camera=(), microphone=(), geolocation=()");
  return headers;
}

void Exchange::answer(const Answer &answer) const {
  std::string headers = common_headers(answer);
  const bool reads = method() == Method::kGet || method() == Method::kHead;
  const uint64_t size = answer.body ? g_bytes_get_size(answer.body.get()) : 0;
  if (answer.status == 200 && reads && matches_etag(header("if-none-match"), answer.etag)) {
    add_line(headers, "Cache-Control", answer.cache_control);
    return send(304, std::move(headers), nullptr);
  }
  ByteRange range;
  const auto if_range = header("if-range");
  if (answer.allows_ranges && answer.status == 200 && reads &&
      (if_range.empty() || if_range == answer.etag))
    range = parse_range(header("range"), size);
  if (range.what == ByteRange::What::kUnsatisfiable) {
    add_line(headers, "Cache-Control", "no-cache");
    add_line(headers, "Content-Range", "bytes */" + std::to_string(size));
    return send(416, std::move(headers), nullptr);
  }
  add_line(headers, "Cache-Control", answer.cache_control);
  if (!answer.content_type.empty()) add_line(headers, "Content-Type", answer.content_type);
  if (answer.is_gzip) add_line(headers, "Content-Encoding", "gzip");
  if (range.what == ByteRange::What::kWhole)
    return send(answer.status, std::move(headers), answer.body);
  add_line(headers, "Content-Range",
           "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" +
               std::to_string(size));
  send(206, std::move(headers),
       gst::Ptr<GBytes>::take(
           g_bytes_new_from_bytes(answer.body.get(), range.first, range.last - range.first + 1)));
}

void Exchange::send(unsigned status, std::string headers, const gst::Ptr<GBytes> &body) const {
  const uint64_t size = body ? g_bytes_get_size(body.get()) : 0;
  std::string head = "HTTP/1.1 " + std::to_string(status) + ' ' + reason(status) + "\r\n";
  head += "Date: " + http_date() + "\r\n";
  head += headers;
  if (status != 304 && status != 204) add_line(head, "Content-Length", std::to_string(size));
  if (!connection_->is_kept_alive()) add_line(head, "Connection", "close");
  head += "\r\n";
  const bool has_body = size > 0 && method() != Method::kHead;
  count(status, has_body ? size : 0);
  connection_->answer(std::move(head), has_body ? body : nullptr);
}

void Exchange::refuse(unsigned status, const char *word, std::string_view sentence,
                      Headers more) const {
  Answer refusal;
  refusal.more = std::move(more);
  refusal.status = status;
  refusal.content_type = "application/json";
  // Short, so that a stream that starts is seen soon; not none, so that a front absorbs a crowd.
  refusal.cache_control = "max-age=1";
  refusal.body = to_bytes(std::string("{\"error\":\"") + word + "\",\"message\":\"" +
                          json_escape(sentence) + "\"}\n");
  answer(refusal);
}

void Exchange::count(unsigned status, uint64_t size) const {
  const std::string kind = std::string("kind=\"") + route_label(route_.kind) + '"';
  const char status_class[] = {static_cast<char>('0' + status / 100), 'x', 'x', '\0'};
  metrics_->count("klive_http_requests_total", kind + ",code=\"" + status_class + '"');
  if (size > 0) metrics_->count("klive_http_response_bytes_total", kind, static_cast<double>(size));
}

}  // namespace klive::app::http
