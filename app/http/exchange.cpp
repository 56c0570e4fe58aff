// SPDX-License-Identifier: LGPL-2.1-or-later
// Exchange: one HTTP request and its one answer.
#include "http/exchange.h"

#include <array>
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

Method parse_method(const char *method) {
  if (method == SOUP_METHOD_GET) return Method::kGet;
  if (method == SOUP_METHOD_HEAD) return Method::kHead;
  if (method == SOUP_METHOD_POST) return Method::kPost;
  if (method == SOUP_METHOD_OPTIONS) return Method::kOptions;
  return Method::kOther;
}

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

Exchange::Exchange(SoupServerMessage *message, Route route, Metrics &metrics)
    : message_(gst::Ptr<SoupServerMessage>::ref(message)),
      route_(std::move(route)),
      method_(parse_method(soup_server_message_get_method(message))),
      metrics_(&metrics) {}

bool Exchange::wants_gzip() const { return accepts_gzip(header("Accept-Encoding")); }

std::string_view Exchange::path() const {
  return g_uri_get_path(soup_server_message_get_uri(message_.get()));
}

std::string_view Exchange::query() const {
  const char *query = g_uri_get_query(soup_server_message_get_uri(message_.get()));
  return query ? query : "";
}

std::string_view Exchange::header(const char *name) const {
  const char *value =
      soup_message_headers_get_one(soup_server_message_get_request_headers(message_.get()), name);
  return value ? value : "";
}

std::string_view Exchange::body() const {
  // After the body was read libsoup keeps it flat.
  const SoupMessageBody *body = soup_server_message_get_request_body(message_.get());
  return body->data ? std::string_view(body->data, static_cast<size_t>(body->length))
                    : std::string_view();
}

bool Exchange::is_local_peer() const {
  GSocketAddress *address = soup_server_message_get_remote_address(message_.get());
  return G_IS_INET_SOCKET_ADDRESS(address) &&
         g_inet_address_get_is_loopback(
             g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address)));
}

std::string Exchange::remote_address() const {
  if (is_local_peer()) {
    // The last element is what our own front saw; those before it are the client's claims.
    std::string_view forwarded = header("X-Forwarded-For");
    const size_t comma = forwarded.rfind(',');
    if (comma != std::string_view::npos) forwarded.remove_prefix(comma + 1);
    const std::string text(trim(forwarded));
    if (!text.empty() && g_hostname_is_ip_address(text.c_str())) return text;
  }
  const char *host = soup_server_message_get_remote_host(message_.get());
  return host ? host : "";
}

std::string Exchange::origin() const {
  std::string_view host = header("Host");
  std::string_view scheme = "http";
  if (is_local_peer()) {
    if (header("X-Forwarded-Proto") == "https") scheme = "https";
    if (const auto forwarded = header("X-Forwarded-Host"); !forwarded.empty()) host = forwarded;
  }
  if (!is_host(host)) return {};
  return std::string(scheme) + "://" + std::string(host);
}

void Exchange::add_header(const char *name, const char *value) const {
  soup_message_headers_replace(soup_server_message_get_response_headers(message_.get()), name,
                               value);
}

void Exchange::set_common_headers(const Answer &answer) const {
  SoupMessageHeaders *headers = soup_server_message_get_response_headers(message_.get());
  const auto add = [headers](const char *name, const char *value) {
    soup_message_headers_append(headers, name, value);
  };
  add("Cache-Control", answer.cache_control);
  add("X-Content-Type-Options", "nosniff");
  if (!answer.etag.empty()) add("ETag", answer.etag.c_str());
  if (answer.has_variants) add("Vary", "Accept-Encoding");
  if (answer.allows_ranges) add("Accept-Ranges", "bytes");
  if (answer.audience == Audience::kMedia) {
    add("Access-Control-Allow-Origin", "*");
    add("Access-Control-Expose-Headers", kExposedHeaders);
    return;
  }
  add("Content-Security-Policy", answer.audience == Audience::kPage ? kPagePolicy : kFramePolicy);
  add("Referrer-Policy", "strict-origin-when-cross-origin");
  add("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
}

void Exchange::answer(const Answer &answer) const {
  set_common_headers(answer);
  const bool reads = method_ == Method::kGet || method_ == Method::kHead;
  if (answer.status == 200 && reads && matches_etag(header("If-None-Match"), answer.etag)) {
    soup_server_message_set_status(message_.get(), 304, nullptr);
    count(304, 0);
    return;
  }
  set_body(answer);
}

void Exchange::set_body(const Answer &answer) const {
  SoupServerMessage *message = message_.get();
  SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
  gst::Ptr<GBytes> body =
      answer.body ? answer.body : gst::Ptr<GBytes>::take(g_bytes_new(nullptr, 0));
  unsigned status = answer.status;
  const uint64_t size = g_bytes_get_size(body.get());

  if (answer.allows_ranges && status == 200) {
    const auto if_range = header("If-Range");
    const ByteRange range = if_range.empty() || if_range == answer.etag
                                ? parse_range(header("Range"), size)
                                : ByteRange{};
    if (range.what == ByteRange::What::kPart) {
      status = 206;
      body = gst::Ptr<GBytes>::take(
          g_bytes_new_from_bytes(body.get(), range.first, range.last - range.first + 1));
      soup_message_headers_set_content_range(headers, static_cast<goffset>(range.first),
                                             static_cast<goffset>(range.last),
                                             static_cast<goffset>(size));
    } else if (range.what == ByteRange::What::kUnsatisfiable) {
      status = 416;
      body = gst::Ptr<GBytes>::take(g_bytes_new(nullptr, 0));
      const gst::CharPtr text(g_strdup_printf("bytes */%" G_GUINT64_FORMAT, size));
      soup_message_headers_append(headers, "Content-Range", text.get());
      soup_message_headers_replace(headers, "Cache-Control", "no-cache");
    }
  }
  // libsoup would cut a 200 by itself, copying the body into memory first.
  soup_message_headers_remove(soup_server_message_get_request_headers(message), "Range");

  soup_server_message_set_status(message, status, nullptr);
  if (!answer.content_type.empty())
    soup_message_headers_append(headers, "Content-Type", answer.content_type.c_str());
  if (answer.is_gzip) soup_message_headers_append(headers, "Content-Encoding", "gzip");
  const uint64_t sent = g_bytes_get_size(body.get());
  soup_message_headers_set_content_length(headers, static_cast<goffset>(sent));
  if (method_ != Method::kHead && sent > 0)
    soup_message_body_append_bytes(soup_server_message_get_response_body(message), body.get());
  count(status, method_ == Method::kHead ? 0 : sent);
}

void Exchange::refuse(unsigned status, const char *word, std::string_view sentence) const {
  Answer refusal;
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
